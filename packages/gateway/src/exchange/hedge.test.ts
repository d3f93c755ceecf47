import { expect, it } from 'vitest';
import { fakeClock } from '../../test/support/fake-clock.ts';
import { GatewayError } from '../errors/error.ts';
import { hedge, type Runner } from './hedge.ts';

/** A runner whose answer begins and ends when the test says so. */
function runner() {
  let step: { begin(): boolean; end(): void; fail(message: string): void } | undefined;
  let signal: AbortSignal | undefined;
  const run = (own: Runner) =>
    new Promise<void>((resolve, reject) => {
      signal = own.signal;
      own.signal.addEventListener('abort', () => reject(own.signal.reason as Error), { once: true });
      step = {
        begin: () => own.claim(),
        end: resolve,
        fail: (message) => reject(new GatewayError('upstream-broken', message)),
      };
    });
  return {
    run,
    get began() {
      return step !== undefined;
    },
    get step() {
      return step!;
    },
    get signal() {
      return signal!;
    },
  };
}

function race(signal = new AbortController().signal) {
  const [first, second, clock] = [runner(), runner(), fakeClock()];
  const done = hedge(first.run, second.run, { afterMs: 100, signal, clock }).then(
    () => 'answered',
    (error: unknown) => (error as Error).message,
  );
  return { first, second, clock, done };
}

it('an answer that begins in time is alone', async () => {
  const { first, second, clock, done } = race();
  expect(first.step.begin()).toBe(true);
  await clock.advance(200);
  expect(second.began).toBe(false);
  first.step.end();
  expect(await done).toBe('answered');
});

it('a failure in time is not hedged: the retries have it', async () => {
  const { first, second, clock, done } = race();
  first.step.fail('broken');
  expect(await done).toBe('broken');
  await clock.advance(200);
  expect(second.began).toBe(false);
});

it.each(['first', 'second'] as const)(
  'when both run, the %s to begin goes on and the other is cancelled',
  async (winner) => {
    const { clock, done, ...both } = race();
    await clock.advance(150);
    const [won, lost] = winner === 'first' ? [both.first, both.second] : [both.second, both.first];
    expect([won.step.begin(), lost.signal.aborted, lost.step.begin()]).toEqual([true, true, false]);
    won.step.end();
    expect(await done).toBe('answered');
  },
);

it('one that fails leaves the field to the other; when both fail, the first is told', async () => {
  const one = race();
  await one.clock.advance(150);
  one.first.step.fail('first');
  one.second.step.begin();
  one.second.step.end();
  expect(await one.done).toBe('answered');
  const two = race();
  await two.clock.advance(150);
  two.second.step.fail('second');
  two.first.step.fail('first');
  expect(await two.done).toBe('first');
});

it('the client’s leaving ends both', async () => {
  const leaving = new AbortController();
  const { first, second, clock, done } = race(leaving.signal);
  await clock.advance(150);
  leaving.abort(new GatewayError('client-left', 'gone'));
  expect([first.signal.aborted, second.signal.aborted, await done]).toEqual([true, true, 'gone']);
});
