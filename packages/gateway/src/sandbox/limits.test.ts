import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RateLimiter, WINDOW_MS } from './limits.ts';

/** The pattern as it is described: everything that was ever admitted, counted anew at each question. */
class Reference {
  readonly #admitted: { at: number; amount: number }[] = [];

  rate(now: number): number {
    const window = Math.floor(now / WINDOW_MS);
    const within = (wanted: number) =>
      this.#admitted
        .filter(({ at }) => Math.floor(at / WINDOW_MS) === wanted)
        .reduce((sum, { amount }) => sum + amount, 0);
    const elapsed = (now - window * WINDOW_MS) / WINDOW_MS;
    return within(window - 1) * (1 - elapsed) + within(window);
  }

  add(at: number, amount: number): void {
    this.#admitted.push({ at, amount });
  }
}

const steps = fc.array(
  fc.record({ waitMs: fc.nat({ max: 40_000 }), tokens: fc.nat({ max: 400 }), times: fc.integer({ min: 1, max: 5 }) }),
  { maxLength: 40 },
);

test('admits and refuses as the description of the pattern does', () => {
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 2_000 }), (all, rpm, tpm) => {
      let now = 1_700_000_000_000;
      const limiter = new RateLimiter(() => now, { m: { requestsPerMinute: rpm, tokensPerMinute: tpm } });
      const requests = new Reference();
      const tokens = new Reference();
      for (const step of all) {
        now += step.waitMs;
        for (let time = 0; time < step.times; time += 1) {
          const admitted = requests.rate(now) + 1 <= rpm && tokens.rate(now) < tpm;
          expect(limiter.admit('m')).toBe(admitted);
          if (!admitted) continue;
          requests.add(now, 1);
          tokens.add(now, step.tokens);
          limiter.spend('m', step.tokens);
        }
      }
    }),
  );
});

test('models are counted apart, and * stands for those without a limit of their own', () => {
  const limiter = new RateLimiter(() => 0, { a: { requestsPerMinute: 2 }, '*': { requestsPerMinute: 1 } });
  expect(['a', 'a', 'a', 'b', 'b', 'c'].map((model) => limiter.admit(model))).toEqual([
    true,
    true,
    false,
    true,
    false,
    true,
  ]);
});

test('a burst at the end of one window still counts at the start of the next, and fades', () => {
  let now = WINDOW_MS - 1;
  const limiter = new RateLimiter(() => now, { m: { requestsPerMinute: 10 } });
  for (let request = 0; request < 10; request += 1) limiter.admit('m');
  now = WINDOW_MS;
  expect(limiter.admit('m')).toBe(false);
  now = WINDOW_MS + WINDOW_MS / 2;
  expect([1, 2, 3, 4, 5, 6].map(() => limiter.admit('m'))).toEqual([true, true, true, true, true, false]);
  now = 3 * WINDOW_MS;
  expect(limiter.admit('m')).toBe(true);
});

test('without a limit everything is admitted', () => {
  const limiter = new RateLimiter(() => 0);
  expect(Array.from({ length: 1_000 }, () => limiter.admit('m')).every(Boolean)).toBe(true);
});
