import { expect, test } from 'vitest';
import { isPublicHttps } from './place.ts';

test.each([
  ['https://gateway.example.com', true],
  ['https://quick-tunnel.trycloudflare.com', true],
  ['http://gateway.example.com', false],
  ['https://localhost:4000', false],
  ['https://127.0.0.1:4000', false],
  ['https://10.1.2.3', false],
  ['https://172.20.0.1', false],
  ['https://192.168.1.5:4000', false],
  ['https://[::1]:4000', false],
  ['https://gateway', false],
  ['https://gateway.local', false],
  ['https://172.80.0.1', true],
])('%s can be reached by Cursor: %s', (url, isReachable) => {
  expect(isPublicHttps(url)).toBe(isReachable);
});
