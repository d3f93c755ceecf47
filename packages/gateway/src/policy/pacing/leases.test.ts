// Several workers against one counter bank: together they admit nothing that a single counter would have refused.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fakeClock } from '../../../test/support/fake-clock.ts';
import { NaiveWindow } from '../../../test/support/naive-window.ts';
import { type CounterBank, createCounterBank } from './counter-bank.ts';
import type { FromBank, ToBank } from './lease-messages.ts';
import { createLeases, type Leases } from './leases.ts';
import { createPacer } from './pacer.ts';
import type { PaceLimits, WindowCounter } from './window-counter.ts';

const never = new AbortController().signal;

/** A worker whose messages wait on the way, in both directions, until they are delivered. */
class Worker {
  readonly counter: WindowCounter;
  readonly toBank: ToBank[] = [];
  readonly #leases: Leases;
  readonly #fromBank: FromBank[] = [];
  readonly #link: { receive(message: ToBank): void; close(): void };

  constructor(bank: CounterBank, now: () => number) {
    this.#link = bank.connect((message) => this.#fromBank.push(throughJson(message)));
    this.#leases = createLeases((message) => this.toBank.push(throughJson(message)), now);
    this.counter = this.#leases.openCounter('k', () => undefined);
  }

  /** At most so many messages, those to the bank first. False when none was on its way. */
  deliver(most: number): boolean {
    let count = 0;
    for (; count < most; count += 1) {
      const up = this.toBank.shift();
      const down = up === undefined ? this.#fromBank.shift() : undefined;
      if (up !== undefined) this.#link.receive(up);
      else if (down !== undefined) this.#leases.receive(down);
      else break;
    }
    return count > 0;
  }

  die(): void {
    this.#link.close();
  }
}

/** Channels between processes carry text. */
function throughJson<T>(message: T): T {
  return JSON.parse(JSON.stringify(message)) as T;
}

function deliverAll(workers: Worker[]): void {
  while (workers.some((worker) => worker.deliver(Infinity)));
}

const WORKERS = 3;

test('whatever the delays, all workers together stay within the window of one counter', () => {
  const worker = fc.nat({ max: WORKERS - 1 });
  const takes = fc.record({
    do: fc.constant('take' as const),
    worker,
    tokens: fc.oneof({ weight: 4, arbitrary: fc.nat({ max: 30 }) }, fc.nat({ max: 3_000 })),
    times: fc.integer({ min: 1, max: 200 }),
    /** The worker's messages are delivered in between, or stay on the way; those of others do. */
    delivers: fc.boolean(),
  });
  const deliver = fc.record({ do: fc.constant('deliver' as const), worker, most: fc.integer({ min: 1, max: 3 }) });
  const advance = fc.record({ do: fc.constant('advance' as const), ms: fc.nat({ max: 30_000 }) });
  const giveBack = fc.record({ do: fc.constant('giveBack' as const), tokens: fc.nat({ max: 700 }) });
  const steps = fc.array(
    fc.oneof({ weight: 6, arbitrary: takes }, { weight: 2, arbitrary: deliver }, advance, giveBack),
    { maxLength: 60 },
  );
  const limits = fc.record({ rpm: fc.integer({ min: 60, max: 300 }), tpm: fc.integer({ min: 500, max: 4_000 }) });
  fc.assert(
    fc.property(steps, limits, (all, { rpm, tpm }) => {
      let nowMs = 1_700_000_037_000;
      const bank = createCounterBank(() => nowMs);
      const workers = Array.from({ length: WORKERS }, () => new Worker(bank, () => nowMs));
      const requests = new NaiveWindow(rpm);
      const tokens = new NaiveWindow(tpm);
      const taken: { by: Worker; atMs: number; tokens: number }[] = [];
      const take = (by: Worker, amount: number): boolean => {
        if (by.counter.tryTake(nowMs, amount, { rpm, tpm }) > 0) return false;
        expect(requests.fits(nowMs, 1)).toBe(true);
        expect(tokens.fits(nowMs, amount)).toBe(true);
        requests.add(nowMs, 1);
        tokens.add(nowMs, amount);
        taken.push({ by, atMs: nowMs, tokens: amount });
        return true;
      };
      for (const step of all) {
        if (step.do === 'advance') nowMs += step.ms;
        else if (step.do === 'deliver') workers[step.worker]!.deliver(step.most);
        else if (step.do === 'take') {
          const by = workers[step.worker]!;
          for (let time = 0; time < step.times; time += 1) {
            if (!take(by, step.tokens) && step.delivers) deliverAll([by]);
          }
        } else {
          const one = taken.shift();
          if (one === undefined) continue;
          const unused = Math.min(step.tokens, one.tokens);
          tokens.add(one.atMs, -unused);
          one.by.counter.correct(nowMs, one.atMs, 0, -unused);
        }
      }
      // And none of it gets lost: after two quiet minutes even the biggest has room.
      nowMs += 120_000;
      deliverAll(workers);
      for (let asked = 0; asked < 2; asked += 1) {
        if (take(workers[0]!, tpm)) return;
        deliverAll(workers);
      }
      expect(take(workers[0]!, tpm)).toBe(true);
    }),
    { numRuns: 300 },
  );
});

test('most requests need no message: a slice is spent where it lies', () => {
  let nowMs = 1_700_000_040_000;
  const bank = createCounterBank(() => nowMs);
  const worker = new Worker(bank, () => nowMs);
  let messages = 0;
  let admitted = 0;
  while (admitted < 6_400) {
    if (worker.counter.tryTake(nowMs, 10, { rpm: 6_400, tpm: 64_000 }) === 0) {
      admitted += 1;
      continue;
    }
    messages += worker.toBank.length;
    deliverAll([worker]);
  }
  expect(messages).toBeLessThan(80);
  // All of the limit is used, and nothing beyond it.
  expect(worker.counter.tryTake(nowMs, 10, { rpm: 6_400, tpm: 64_000 })).toBeGreaterThan(0);
  deliverAll([worker]);
  expect(worker.counter.shortage(nowMs, [], 10, { rpm: 6_400, tpm: 64_000 })).toEqual({
    waitMs: 60_010,
    by: 'requests',
    limit: 6_400,
    taught: false,
  });
  nowMs += 60_010;
  expect(worker.counter.tryTake(nowMs, 10, { rpm: 6_400, tpm: 64_000 })).toBeGreaterThan(0);
  deliverAll([worker]);
  expect(worker.counter.tryTake(nowMs, 10, { rpm: 6_400, tpm: 64_000 })).toBe(0);
});

test('a slice is worth nothing after the window in which it was counted, nor is one that comes too late', () => {
  const limits = { rpm: 6_400, tpm: 64_000 };
  let nowMs = 1_700_000_040_000;
  const bank = createCounterBank(() => nowMs);
  const worker = new Worker(bank, () => nowMs);
  worker.counter.tryTake(nowMs, 10, limits);
  deliverAll([worker]);
  expect(worker.counter.tryTake(nowMs, 10, limits)).toBe(0);
  nowMs += 60_000;
  expect(worker.counter.tryTake(nowMs, 10, limits)).toBeGreaterThan(0);
  // The grant for that leaves the bank, and arrives a window later.
  worker.deliver(2);
  nowMs += 60_000;
  deliverAll([worker]);
  expect(worker.counter.tryTake(nowMs, 10, limits)).toBeGreaterThan(0);
  deliverAll([worker]);
  expect(worker.counter.tryTake(nowMs, 10, limits)).toBe(0);
});

/** Workers with pacers, on a channel that takes a millisecond. */
function startWorkers(maxWaitMs: number, limits: PaceLimits) {
  const clock = fakeClock(1_700_000_040_000);
  const bank = createCounterBank(() => clock.now());
  const start = () => {
    const link = bank.connect((message) => void clock.after(1, () => leases.receive(throughJson(message))));
    const leases = createLeases(
      (message) => void clock.after(1, () => link.receive(throughJson(message))),
      () => clock.now(),
    );
    const pacer = createPacer({ clock, maxWaitMs, openCounter: leases.openCounter });
    return {
      enter: async (tokens: number) => await pacer.enter({ key: 'k', limits, callerId: 'one', tokens, signal: never }),
    };
  };
  return { clock, workers: [start(), start()] as const };
}

test('what one worker gives back lets in who waits at another', async () => {
  const { clock, workers } = startWorkers(5_000, { tpm: 1_000 });
  const first = workers[0].enter(800);
  await clock.advance(2);
  const permit = await first;
  expect(permit.queuedMs).toBe(2);
  const second = workers[1].enter(600);
  second.catch(() => undefined);
  await clock.advance(100);
  permit.settle(100);
  await clock.advance(10);
  await expect(second).rejects.toMatchObject({ detail: { retryAfterMs: 90_549 } });
  const third = workers[1].enter(600);
  await clock.advance(10);
  expect((await third).queuedMs).toBe(2);
});

test('a 429 with a time at one worker stops all of them', async () => {
  const { clock, workers } = startWorkers(5_000, { rpm: 6_400 });
  const entered = Promise.all([workers[0].enter(1), workers[1].enter(1)]);
  await clock.advance(10);
  const [permit] = await entered;
  permit.limited(30_000);
  await clock.advance(2);
  await expect(workers[1].enter(1)).rejects.toMatchObject({ detail: { retryAfterMs: 29_999 } });
  await clock.advance(29_999);
  const later = workers[1].enter(1);
  await clock.advance(2);
  expect((await later).queuedMs).toBe(0);
});

test('without a bank that answers, whoever waits is refused at the deadline', async () => {
  const clock = fakeClock();
  const leases = createLeases(
    () => undefined,
    () => clock.now(),
  );
  const pacer = createPacer({ clock, maxWaitMs: 5_000, openCounter: leases.openCounter });
  const entered = pacer.enter({ key: 'k', limits: {}, callerId: 'one', tokens: 1, signal: never });
  const [settled] = await Promise.all([Promise.allSettled([entered]), clock.advance(5_000)]);
  expect(settled).toMatchObject([{ status: 'rejected', reason: { kind: 'upstream-limited' } }]);
});

test('what a worker had leased when it died stays counted', () => {
  const nowMs = 1_700_000_040_000;
  const bank = createCounterBank(() => nowMs);
  const [dying, other] = [new Worker(bank, () => nowMs), new Worker(bank, () => nowMs)];
  dying.counter.tryTake(nowMs, 900, { tpm: 1_000 });
  deliverAll([dying]);
  dying.die();
  other.counter.tryTake(nowMs, 900, { tpm: 1_000 });
  deliverAll([other]);
  expect(other.counter.tryTake(nowMs, 900, { tpm: 1_000 })).toBeGreaterThan(60_000);
});
