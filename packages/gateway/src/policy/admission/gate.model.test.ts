// The gate against a naive reference: whatever callers do and however time passes, its promises hold.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { GateModel } from '../../../test/support/gate-model.ts';
import type { GateBounds } from './gate.ts';

type Step =
  | { do: 'enter'; callerId: string }
  | { do: 'advance'; ms: number }
  | { do: 'leave'; which: number }
  | { do: 'release'; which: number }
  | { do: 'rebound'; bounds: GateBounds };

const bounds: fc.Arbitrary<GateBounds> = fc.record({
  running: fc.integer({ min: 1, max: 6 }),
  perCaller: fc.constantFrom(1, 2, 3, Infinity),
  queued: fc.nat({ max: 6 }),
  maxWaitMs: fc.constantFrom(1, 1_000, 60_000),
});
const which = fc.nat({ max: 20 });
const enter = fc.record({ do: fc.constant('enter' as const), callerId: fc.constantFrom('a', 'b', 'c', 'd') });
const advance = fc.record({ do: fc.constant('advance' as const), ms: fc.nat({ max: 2_000 }) });
const release = fc.record({ do: fc.constant('release' as const), which });
const leave = fc.record({ do: fc.constant('leave' as const), which });
const rebound = fc.record({ do: fc.constant('rebound' as const), bounds });

async function play(steps: readonly Step[], initial: GateBounds): Promise<void> {
  const model = new GateModel(initial);
  for (const step of steps) {
    if (step.do === 'enter') model.enter(step.callerId);
    else if (step.do === 'advance') await model.clock.advance(step.ms);
    else if (step.do === 'leave') model.leave(step.which);
    else if (step.do === 'release') model.release(step.which);
    else {
      model.rebound(step.bounds);
      // A shorter wait may be over already.
      await model.clock.advance(0);
    }
    await hearAll();
    model.check();
    expect(model.violations).toEqual([]);
  }
  for (let left = model.running.length + model.waiting.length; left > 0; left -= 1) {
    model.release(0);
    await hearAll();
  }
  expect(model.gate.view(), 'everything returns to zero').toEqual({ running: 0, queued: 0 });
  expect(model.gate.isUnused).toBe(true);
  expect(model.violations).toEqual([]);
}

/** A permit reaches whoever waits for it a few turns of the queue of promises after it was given. */
async function hearAll(): Promise<void> {
  for (let turn = 0; turn < 4; turn += 1) await Promise.resolve();
}

test('within its bounds, in turn and in order, nobody beyond the deadline, no place lost', async () => {
  const steps = fc.array(fc.oneof({ weight: 5, arbitrary: enter }, { weight: 4, arbitrary: release }, advance, leave), {
    maxLength: 80,
  });
  await fc.assert(fc.asyncProperty(steps, bounds, play), { numRuns: 400 });
});

test('the same when its bounds change', async () => {
  const steps = fc.array(
    fc.oneof({ weight: 5, arbitrary: enter }, { weight: 4, arbitrary: release }, advance, leave, rebound),
    { maxLength: 80 },
  );
  await fc.assert(fc.asyncProperty(steps, bounds, play), { numRuns: 300 });
});
