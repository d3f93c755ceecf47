// A naive reference of the pacer: it does what callers do, is told all that happens, and notes what should not have.
import { GatewayError } from '../../src/errors/error.ts';
import { createPacer, type Pacer } from '../../src/policy/pacing/pacer.ts';
import type { PacePermit } from '../../src/policy/pacing/paced-key.ts';
import { fakeClock, type FakeClock } from './fake-clock.ts';
import { NaiveWindow } from './naive-window.ts';

interface Waiting {
  callerId: string;
  tokens: number;
  sinceMs: number;
  controller: AbortController;
  /** How often others were let in while it was the first of its caller's line. */
  passedBy: Map<string, number>;
}

const MOST_QUEUED = 6;

export class PaceModel {
  readonly clock: FakeClock = fakeClock(1_700_000_037_000);
  readonly pacer: Pacer;
  readonly running: { permit: PacePermit; tokens: number; atMs: number }[] = [];
  waiting: Waiting[] = [];
  /** What should not have happened. */
  readonly violations: string[] = [];
  #heldUntilMs = 0;
  /** A 429 has lowered the limits: then there is less room than the reference thinks. */
  #isTaught = false;
  readonly #limits: { rpm: number; tpm: number };
  readonly #maxWaitMs: number;
  readonly #requests: NaiveWindow;
  readonly #tokens: NaiveWindow;

  constructor(limits: { rpm: number; tpm: number }, maxWaitMs: number) {
    this.#limits = limits;
    this.#maxWaitMs = maxWaitMs;
    this.#requests = new NaiveWindow(limits.rpm);
    this.#tokens = new NaiveWindow(limits.tpm);
    this.pacer = createPacer({ clock: this.clock, maxWaitMs, mostQueuedPerKey: MOST_QUEUED });
  }

  enter(callerId: string, tokens: number): void {
    const controller = new AbortController();
    const one = { callerId, tokens, sinceMs: this.clock.now(), controller, passedBy: new Map<string, number>() };
    const queued = this.waiting.length;
    const { signal } = controller;
    try {
      const entered = this.pacer.enter({ key: 'k', limits: this.#limits, callerId, tokens, signal });
      if (entered instanceof Promise) {
        this.waiting.push(one);
        entered.then(
          (permit) => this.#admitted(one, permit),
          (error: unknown) => this.#refused(one, error),
        );
      } else {
        this.#demand(queued === 0, 'nobody overtakes the queue');
        this.#admitted(one, entered);
      }
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      const toldMs = error.detail.retryAfterMs ?? 0;
      if (/no more may/.test(error.publicMessage)) this.#demand(queued === MOST_QUEUED, 'refused by a full queue only');
      else this.#demand(toldMs > this.#maxWaitMs, 'refused only if the wait is too long');
      if (queued > 0 || this.#isTaught) return;
      this.#demand(toldMs === this.#waitMs(tokens), `told ${toldMs} ms, needed ${this.#waitMs(tokens)} ms`);
    }
  }

  /** The answer is complete; what was not estimated counts from now on, what was not used is given back. */
  settle(which: number, used: number): void {
    const [one] = this.running.splice(which % this.running.length, 1);
    if (one === undefined) return;
    const excess = used - one.tokens;
    this.#tokens.add(excess < 0 ? one.atMs : this.clock.now(), excess);
    one.permit.settle(used);
    one.permit.settle(0);
  }

  limited(which: number, retryAfterMs: number | undefined): void {
    const [one] = this.running.splice(which % this.running.length, 1);
    if (one === undefined) return;
    this.#tokens.add(one.atMs, -one.tokens);
    this.#requests.add(one.atMs, -1);
    if (retryAfterMs === undefined) this.#isTaught = true;
    else this.#heldUntilMs = Math.max(this.#heldUntilMs, this.clock.now() + retryAfterMs);
    one.permit.limited(retryAfterMs);
    one.permit.limited(retryAfterMs);
  }

  leave(which: number): void {
    const [one] = this.waiting.splice(which % this.waiting.length, 1);
    one?.controller.abort(new Error('left'));
  }

  /** What must hold between any two steps. */
  check(): void {
    const nowMs = this.clock.now();
    const { queued, running } = this.pacer.view()[0] ?? { queued: 0, running: 0 };
    this.#demand(queued === this.waiting.length, 'counts who waits');
    this.#demand(running === this.running.length, 'counts who runs');
    this.#demand(queued <= MOST_QUEUED, 'the queue is bounded');
    for (const { sinceMs } of this.waiting)
      this.#demand(nowMs - sinceMs < this.#maxWaitMs, 'nobody waits beyond the deadline');
    if (this.waiting.length === 0 || this.#isTaught) return;
    const firsts = this.waiting.filter((one) => this.#isFirst(one));
    this.#demand(
      firsts.some(({ tokens }) => this.#waitMs(tokens) > 0),
      'nobody waits while there is room for whoever is next',
    );
  }

  #admitted(one: Waiting, permit: PacePermit): void {
    const atMs = one.sinceMs + permit.queuedMs;
    this.#demand(atMs >= this.#heldUntilMs, 'nothing is sent before the time that the upstream named');
    this.#demand(this.#requests.fits(atMs, 1), 'requests are within the limit');
    this.#demand(this.#tokens.fits(atMs, one.tokens), 'tokens are within the limit');
    this.#demand(permit.queuedMs === 0 || this.#isFirst(one), 'first in, first out within a caller');
    this.waiting = this.waiting.filter((other) => other !== one);
    for (const other of this.waiting.filter((each) => this.#isFirst(each))) {
      const turns = (other.passedBy.get(one.callerId) ?? 0) + 1;
      other.passedBy.set(one.callerId, turns);
      this.#demand(turns === 1, 'each other caller has one turn before mine');
    }
    this.#requests.add(atMs, 1);
    this.#tokens.add(atMs, one.tokens);
    this.running.push({ permit, tokens: one.tokens, atMs });
  }

  #refused(one: Waiting, error: unknown): void {
    this.waiting = this.waiting.filter((other) => other !== one);
    const { aborted, reason } = one.controller.signal;
    if (aborted) this.#demand(error === reason, 'who left hears why');
    else this.#demand(error instanceof GatewayError && error.kind === 'upstream-limited', 'who is refused hears why');
  }

  #waitMs(tokens: number): number {
    const nowMs = this.clock.now();
    return Math.max(this.#heldUntilMs - nowMs, this.#requests.waitMs(nowMs, 1), this.#tokens.waitMs(nowMs, tokens));
  }

  #isFirst(one: Waiting): boolean {
    return this.waiting.find(({ callerId }) => callerId === one.callerId) === one;
  }

  #demand(holds: boolean, what: string): void {
    if (!holds) this.violations.push(what);
  }
}
