// The pacer against a naive reference: whatever callers do and however time passes, its promises hold.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fakeClock } from '../../../test/support/fake-clock.ts';
import { PaceModel } from '../../../test/support/pace-model.ts';
import { GatewayError } from '../../errors/error.ts';
import { createPacer } from './pacer.ts';
import type { PacePermit } from './paced-key.ts';

type Step =
  | { do: 'enter'; callerId: string; tokens: number }
  | { do: 'advance'; ms: number }
  | { do: 'leave'; which: number; used: number }
  | { do: 'settle'; which: number; used: number }
  | { do: 'limited'; which: number; retryAfterMs: number | undefined };

const enter = fc.record({
  do: fc.constant('enter' as const),
  callerId: fc.constantFrom('a', 'b', 'c'),
  tokens: fc.nat({ max: 700 }),
});
const advance = fc.record({
  do: fc.constant('advance' as const),
  ms: fc.oneof(fc.nat({ max: 500 }), fc.nat({ max: 50_000 })),
});
const index = { which: fc.nat({ max: 20 }), used: fc.nat({ max: 900 }) };
const leave = fc.record({ do: fc.constant('leave' as const), ...index });
const settle = fc.record({ do: fc.constant('settle' as const), ...index });
const limited = fc.record({
  do: fc.constant('limited' as const),
  which: fc.nat({ max: 20 }),
  retryAfterMs: fc.option(fc.nat({ max: 60_000 }), { nil: undefined }),
});

const LIMITS = fc.record({ rpm: fc.integer({ min: 1, max: 9 }), tpm: fc.integer({ min: 100, max: 2_000 }) });
const MAX_WAIT = fc.constantFrom(0, 1_000, 5_000, 30_000, 150_000);

async function play(steps: readonly Step[], limits: { rpm: number; tpm: number }, maxWaitMs: number): Promise<void> {
  const model = new PaceModel(limits, maxWaitMs);
  for (const step of steps) {
    if (step.do === 'enter') model.enter(step.callerId, step.tokens);
    else if (step.do === 'advance') await model.clock.advance(step.ms);
    else if (step.do === 'leave') model.leave(step.which);
    else if (step.do === 'settle') model.settle(step.which, step.used);
    else model.limited(step.which, step.retryAfterMs);
    await hearAll();
    model.check();
    expect(model.violations).toEqual([]);
  }
  await model.clock.advance(maxWaitMs);
  await hearAll();
  while (model.running.length > 0) model.settle(0, 0);
  model.check();
  expect(model.waiting, 'nobody is left').toEqual([]);
  expect(model.violations).toEqual([]);
  await model.clock.advance(20 * 60_000);
  expect(model.pacer.view(), 'nothing is left').toEqual([]);
}

/** A permit reaches whoever waits for it a few turns of the queue of promises after it was given. */
async function hearAll(): Promise<void> {
  for (let turn = 0; turn < 4; turn += 1) await Promise.resolve();
}

test('never more than the limit, in turn and in order, nobody beyond the deadline, nothing left at the end', async () => {
  const steps = fc.array(fc.oneof({ weight: 5, arbitrary: enter }, { weight: 3, arbitrary: advance }, leave, settle), {
    maxLength: 60,
  });
  await fc.assert(fc.asyncProperty(steps, LIMITS, MAX_WAIT, play), { numRuns: 400 });
});

test('the same when the upstream says 429 now and then', async () => {
  const steps = fc.array(
    fc.oneof({ weight: 5, arbitrary: enter }, { weight: 3, arbitrary: advance }, leave, settle, limited),
    { maxLength: 60 },
  );
  await fc.assert(fc.asyncProperty(steps, LIMITS, MAX_WAIT, play), { numRuns: 300 });
});

test('the wait that a refusal tells is the wait that is needed, also behind a queue', async () => {
  const line = fc.array(fc.record({ callerId: fc.constantFrom('a', 'b'), tokens: fc.integer({ min: 1, max: 600 }) }), {
    minLength: 1,
    maxLength: 12,
  });
  await fc.assert(
    fc.asyncProperty(line, LIMITS, MAX_WAIT, async (all, limits, maxWaitMs) => {
      for (const earlyMs of [1, 0]) {
        const clock = fakeClock(1_700_000_037_000);
        const pacer = createPacer({ clock, maxWaitMs });
        const { signal } = new AbortController();
        const ask = ({ callerId, tokens }: { callerId: string; tokens: number }) =>
          pacer.enter({ key: 'k', limits, callerId, tokens, signal });
        let expired = 0;
        for (const one of all) {
          let entered: PacePermit | Promise<PacePermit>;
          try {
            entered = ask(one);
          } catch (error) {
            if (!(error instanceof GatewayError)) throw error;
            await clock.advance(error.detail.retryAfterMs! - earlyMs);
            expect(pacer.view()).toMatchObject([{ queued: 0 }]);
            // Whoever was overtaken and gave up leaves more room than was foreseen.
            if (earlyMs === 0) expect(ask(one)).not.toBeInstanceOf(Promise);
            else if (expired === 0) expect(isRoom(() => ask(one))).toBe(false);
            break;
          }
          if (entered instanceof Promise) entered.catch(() => (expired += 1));
        }
      }
    }),
    { numRuns: 300 },
  );
});

function isRoom(ask: () => PacePermit | Promise<PacePermit>): boolean {
  try {
    return !(ask() instanceof Promise);
  } catch {
    return false;
  }
}
