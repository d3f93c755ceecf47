import { expect, test } from 'vitest';
import { readSince, writeMoment } from './period.ts';

const NOW = Date.UTC(2026, 10, 20, 16, 5);

test.each([
  ['90m', '2026-11-20 14:35 UTC'],
  ['24h', '2026-11-19 16:05 UTC'],
  ['7d', '2026-11-13 16:05 UTC'],
  ['2w', '2026-11-06 16:05 UTC'],
  ['2026-11-01', '2026-11-01 00:00 UTC'],
])('%s is from %s', (text, moment) => {
  expect(writeMoment(readSince(text, NOW)!)).toBe(moment);
});

test.each(['', '7', 'd', '-7d', '7 days', 'yesterday', '2026-13-01', '1e3d'])('"%s" is no period', (text) => {
  expect(readSince(text, NOW)).toBeUndefined();
});
