import { expect, test } from 'vitest';
import { reachableHost } from './reachable-host.ts';

test.each([
  ['127.0.0.1', '127.0.0.1'],
  ['0.0.0.0', '127.0.0.1'],
  ['::', '[::1]'],
  ['[::]', '[::1]'],
  ['::1', '[::1]'],
  ['[fe80::1]', '[fe80::1]'],
  ['gateway.internal', 'gateway.internal'],
])('a server on %s is at %s', (host, reachable) => {
  expect(reachableHost(host)).toBe(reachable);
});
