import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NaiveWindow } from '../../../test/support/naive-window.ts';
import { SlidingWindow, WINDOW_MS } from './sliding-window.ts';

test('admits, and tells waits, exactly as the description of the pattern does', () => {
  const steps = fc.array(fc.record({ waitMs: fc.nat({ max: 50_000 }), amount: fc.nat({ max: 400 }) }), {
    maxLength: 30,
  });
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 1_000 }), fc.nat(WINDOW_MS), (all, limit, startMs) => {
      const window = new SlidingWindow();
      const naive = new NaiveWindow(limit);
      let nowMs = 1_700_000_000_000 + startMs;
      for (const { waitMs, amount } of all) {
        nowMs += waitMs;
        expect(window.waitMs(nowMs, limit, amount)).toBe(naive.waitMs(nowMs, amount));
        if (!naive.fits(nowMs, amount)) continue;
        window.add(nowMs, amount);
        naive.add(nowMs, amount);
      }
    }),
  );
});

test('a burst at the end of one window fades through the next', () => {
  const window = new SlidingWindow();
  window.add(WINDOW_MS - 1, 10);
  expect(window.rate(WINDOW_MS)).toBe(10);
  expect(window.waitMs(WINDOW_MS, 10, 4)).toBe(24_000);
  expect(window.rate(WINDOW_MS + WINDOW_MS / 4)).toBe(7.5);
  expect(window.rate(2 * WINDOW_MS)).toBe(0);
});

test('what is too big for any window waits for an empty one', () => {
  const window = new SlidingWindow();
  expect(window.waitMs(0, 100, 1_000)).toBe(0);
  window.add(0, 1_000);
  expect(window.waitMs(0, 100, 1_000)).toBe(2 * WINDOW_MS);
  expect(window.waitMs(0, 100, 10)).toBe(WINDOW_MS + 54_600);
});

test('is given back where it was taken, as long as that counts', () => {
  const window = new SlidingWindow();
  window.add(0, 10);
  window.add(WINDOW_MS, 4);
  window.takeBack(WINDOW_MS, 0, 6);
  expect(window.rate(WINDOW_MS)).toBe(8);
  window.takeBack(WINDOW_MS, WINDOW_MS, 100);
  expect(window.rate(WINDOW_MS)).toBe(4);
  window.takeBack(3 * WINDOW_MS, WINDOW_MS, 1);
  expect(window.rate(3 * WINDOW_MS)).toBe(0);
});

test('a clock that is set back frees nothing', () => {
  const window = new SlidingWindow();
  window.add(5 * WINDOW_MS, 10);
  expect(window.waitMs(5 * WINDOW_MS - 20_000, 10, 1)).toBeGreaterThan(0);
  expect(window.rate(5 * WINDOW_MS - 20_000)).toBe(10);
});
