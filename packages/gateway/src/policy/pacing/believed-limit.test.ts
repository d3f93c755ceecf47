import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BelievedLimit } from './believed-limit.ts';

const MINUTE_MS = 60_000;

test('each 429 at the limit takes a fifth, and a tenth of the limit comes back each minute', () => {
  const limit = new BelievedLimit(10);
  expect(limit.at(0, 1_000)).toBe(1_000);
  limit.lower(0, 1_000, 1_000);
  expect(limit.at(0, 1_000)).toBe(800);
  limit.lower(0, 1_000, 900);
  expect(limit.at(0, 1_000)).toBe(640);
  expect(limit.at(MINUTE_MS, 1_000)).toBe(740);
  expect(limit.at(3.5 * MINUTE_MS, 1_000)).toBe(990);
  expect(limit.at(4 * MINUTE_MS, 1_000)).toBe(1_000);
  limit.lower(4 * MINUTE_MS, 1_000, 1_000);
  expect(limit.at(4 * MINUTE_MS, 1_000)).toBe(800);
});

test('where far less was used, that is the better guess, but never less than a tenth', () => {
  const limit = new BelievedLimit(10);
  limit.lower(0, 1_000, 300);
  expect(limit.at(0, 1_000)).toBe(300);
  limit.lower(0, 1_000, 2);
  expect(limit.at(0, 1_000)).toBe(100);
});

test('an unknown limit is learned from a 429, kept above its floor, and forgotten after ten minutes', () => {
  const limit = new BelievedLimit(10);
  expect(limit.at(0, Infinity)).toBe(Infinity);
  limit.lower(0, Infinity, 50);
  expect(limit.at(0, Infinity)).toBe(50);
  expect(limit.at(4 * MINUTE_MS, Infinity)).toBe(70);
  limit.lower(4 * MINUTE_MS, Infinity, 3);
  expect(limit.at(4 * MINUTE_MS, Infinity)).toBe(10);
  expect(limit.at(14 * MINUTE_MS - 1, Infinity)).toBe(19);
  expect(limit.at(14 * MINUTE_MS, Infinity)).toBe(Infinity);
});

test('whatever happens, it stays between a tenth of the known limit and the known limit', () => {
  const steps = fc.array(fc.record({ afterMs: fc.nat(300_000), used: fc.nat(5_000), is429: fc.boolean() }));
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 5_000 }), (all, known) => {
      const limit = new BelievedLimit(10);
      let nowMs = 0;
      for (const { afterMs, used, is429 } of all) {
        nowMs += afterMs;
        if (is429) limit.lower(nowMs, known, used);
        expect(limit.at(nowMs, known)).toBeGreaterThanOrEqual(Math.ceil(known / 10));
        expect(limit.at(nowMs, known)).toBeLessThanOrEqual(known);
      }
      expect(limit.at(nowMs + 11 * MINUTE_MS, known)).toBe(known);
    }),
  );
});
