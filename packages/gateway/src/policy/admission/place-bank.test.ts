// Gates of several workers against one bank: together they never run more than one gate would, and everybody gets in at last.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fakeClock } from '../../../test/support/fake-clock.ts';
import { GatewayError } from '../../errors/error.ts';
import { Gate, type Permit } from './gate.ts';
import { createLeasedBounds } from './leased-bound.ts';
import { createPlaceBank, type PlaceBank, type PlaceLink } from './place-bank.ts';

const WORKERS = 3;
const LONG_MS = 3_600_000;

class Worker {
  readonly gate: Gate;
  readonly #link: PlaceLink;
  /** On their way, in both directions: each is delivered when it is run. */
  readonly mail: (() => void)[] = [];
  held: Permit[] = [];
  refused = 0;
  waiting = 0;

  constructor(bank: PlaceBank, bounds: { running: number; perCaller: number; queued: number }) {
    const leases = createLeasedBounds((message) => this.mail.push(() => this.#link.receive(message)));
    this.#link = bank.connect((message) => this.mail.push(() => leases.receive(message)));
    this.gate = new Gate({
      clock: fakeClock(),
      bounds: { ...bounds, maxWaitMs: LONG_MS },
      refuse: () => new GatewayError('overloaded', 'Full.'),
      name: 'gate',
      openBound: leases.openBound,
    });
  }

  async enter(callerId: string): Promise<void> {
    this.waiting += 1;
    try {
      this.held.push(await this.gate.enter(callerId, new AbortController().signal));
    } catch {
      this.refused += 1;
    } finally {
      this.waiting -= 1;
    }
  }

  die(): void {
    this.mail.length = 0;
    this.held = [];
    this.#link.close();
  }
}

async function settled(workers: readonly Worker[]): Promise<void> {
  for (;;) {
    await new Promise((resolve) => setImmediate(resolve));
    const letters = workers.flatMap(({ mail }) => mail.splice(0));
    if (letters.length === 0) return;
    for (const deliver of letters) deliver();
  }
}

const steps = fc.array(
  fc.record({
    worker: fc.nat(WORKERS - 1),
    act: fc.constantFrom('enter', 'enter', 'enter', 'leave', 'deliver', 'deliver', 'settle'),
    caller: fc.constantFrom('me', 'you'),
  }),
  { maxLength: 60 },
);

it('never runs more than one gate would, however the messages are delayed, and lets everybody in at last', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 1, max: 6 }),
      steps,
      async (running, own, acts) => {
        const bank = createPlaceBank();
        const workers = Array.from(
          { length: WORKERS },
          () => new Worker(bank, { running, perCaller: own, queued: 1_000 }),
        );
        const all = () => workers.reduce((sum, { gate }) => sum + gate.view().running, 0);
        for (const { worker, act, caller } of acts) {
          const one = workers[worker]!;
          if (act === 'enter') void one.enter(caller);
          else if (act === 'leave') one.held.shift()?.release();
          else if (act === 'deliver') one.mail.shift()?.();
          else await settled(workers);
          expect(all()).toBeLessThanOrEqual(running);
        }
        for (let rounds = 0; workers.some(({ waiting }) => waiting > 0) && rounds < 200; rounds += 1) {
          await settled(workers);
          expect(all()).toBeLessThanOrEqual(running);
          for (const { held } of workers) held.shift()?.release();
        }
        expect(workers.map(({ waiting, refused }) => [waiting, refused])).toEqual(workers.map(() => [0, 0]));
      },
    ),
    { numRuns: 60 },
  );
});

it('uses every place from one worker when the others need none, also without a queue', async () => {
  const bank = createPlaceBank();
  const workers = [0, 1].map(() => new Worker(bank, { running: 4, perCaller: Infinity, queued: 0 }));
  const [first, second] = workers as [Worker, Worker];
  for (let count = 0; count < 4; count += 1) {
    void first.enter('me');
    await settled(workers);
  }
  expect([first.gate.view().running, first.refused]).toEqual([4, 0]);
  void second.enter('you');
  await settled(workers);
  expect([second.gate.view().running, second.refused]).toEqual([0, 1]);
  first.held.shift()!.release();
  await settled(workers);
  void second.enter('you');
  await settled(workers);
  expect([first.gate.view().running, second.gate.view().running]).toEqual([3, 1]);
});

it('has the places of a worker that died for the others', async () => {
  const bank = createPlaceBank();
  const workers = [0, 1].map(() => new Worker(bank, { running: 2, perCaller: Infinity, queued: 10 }));
  const [first, second] = workers as [Worker, Worker];
  void first.enter('me');
  void first.enter('me');
  await settled(workers);
  void second.enter('you');
  await settled(workers);
  expect(second.gate.view()).toEqual({ running: 0, queued: 1 });
  first.die();
  await settled([second]);
  expect(second.gate.view()).toEqual({ running: 1, queued: 0 });
});
