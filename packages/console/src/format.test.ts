import { expect, test } from 'vitest';
import { compact, counted, dollars, duration, milliseconds, share, UNKNOWN, whole } from './format.ts';

test.each([
  [0, '$0.00'],
  [1234.5, '$1,234.50'],
  [0.1158, '$0.1158'],
  [0.00165, '$0.00165'],
  [0.0000041, '$0.000004'],
  [null, UNKNOWN],
])('%s dollars are %s', (amount, text) => {
  expect(dollars(amount)).toBe(text);
});

test.each([
  [0, '0 s'],
  [59.9, '59 s'],
  [3_600, '1 h'],
  [3_665, '1 h 1 min'],
  [90_000, '1 d 1 h'],
])('%s seconds are %s', (seconds, text) => {
  expect(duration(seconds)).toBe(text);
});

test.each([
  [840, '840 ms'],
  [12_400, '12.4 s'],
  [185_000, '3 min 5 s'],
  [null, UNKNOWN],
])('%s milliseconds are %s', (ms, text) => {
  expect(milliseconds(ms)).toBe(text);
});

test('counts, shares, and what nobody knows', () => {
  expect([whole(1_234_567), whole(null), compact(272_000), compact(1_000_000)]).toEqual([
    '1,234,567',
    UNKNOWN,
    '272K',
    '1M',
  ]);
  expect([counted(1, 'request'), counted(2, 'request'), share(1, 8), share(0, 0)]).toEqual([
    '1 request',
    '2 requests',
    '12.5%',
    UNKNOWN,
  ]);
});
