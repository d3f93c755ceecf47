// A naive reference of a gate: it does what callers do, is told all that happens, and notes what should not have.
import { GatewayError } from '../../src/errors/error.ts';
import { Gate, type GateBounds, type Permit } from '../../src/policy/admission/gate.ts';
import { fakeClock, type FakeClock } from './fake-clock.ts';

interface Waiting {
  callerId: string;
  sinceMs: number;
  controller: AbortController;
  /** How often others were let in while it might have been. */
  passedBy: Map<string, number>;
}

export class GateModel {
  readonly clock: FakeClock = fakeClock();
  readonly gate: Gate;
  readonly running: { callerId: string; permit: Permit }[] = [];
  waiting: Waiting[] = [];
  /** What should not have happened. */
  readonly violations: string[] = [];
  #bounds: GateBounds;
  /** Bounds were made smaller: what runs already may be beyond them. */
  #isShrunk = false;

  constructor(bounds: GateBounds) {
    this.#bounds = bounds;
    this.gate = new Gate({
      clock: this.clock,
      bounds,
      refuse: (reason, _bounds, retryAfterMs) => new GatewayError('overloaded', reason, { retryAfterMs }),
    });
  }

  enter(callerId: string): void {
    const controller = new AbortController();
    const one = { callerId, sinceMs: this.clock.now(), controller, passedBy: new Map<string, number>() };
    const queued = this.waiting.length;
    try {
      const entered = this.gate.enter(callerId, controller.signal);
      if (entered instanceof Promise) {
        this.#demand(!this.#mayRun(callerId), 'who may run does not wait');
        this.waiting.push(one);
        entered.then(
          (permit) => this.#admitted(one, permit),
          (error: unknown) => this.#refused(one, error),
        );
      } else {
        this.#admitted(one, entered);
      }
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      this.#demand(
        error.publicMessage === 'full-queue' && queued >= this.#bounds.queued,
        'refused by a full queue only',
      );
    }
  }

  release(which: number): void {
    const [one] = this.running.splice(which % this.running.length, 1);
    one?.permit.release();
    one?.permit.release();
  }

  leave(which: number): void {
    const [one] = this.waiting.splice(which % this.waiting.length, 1);
    one?.controller.abort(new Error('left'));
  }

  rebound(bounds: GateBounds): void {
    this.#bounds = bounds;
    this.#isShrunk = true;
    this.gate.bounds = bounds;
  }

  /** What must hold between any two steps. */
  check(): void {
    const { running, queued } = this.gate.view();
    this.#demand(running === this.running.length, 'counts who runs');
    this.#demand(queued === this.waiting.length, 'counts who waits');
    this.#demand(this.#isShrunk || queued <= this.#bounds.queued, 'the queue is bounded');
    for (const { callerId, sinceMs } of this.waiting) {
      this.#demand(this.clock.now() - sinceMs < this.#bounds.maxWaitMs, 'nobody waits beyond the deadline');
      this.#demand(!this.#mayRun(callerId), 'nobody waits while there is a place');
    }
  }

  #admitted(one: Waiting, permit: Permit): void {
    this.#demand(this.#mayRun(one.callerId), 'never more than the bounds');
    this.#demand(permit.queuedMs === this.clock.now() - one.sinceMs, 'tells how long it was');
    this.#demand(permit.queuedMs === 0 || this.#isFirst(one), 'first in, first out within a caller');
    this.waiting = this.waiting.filter((other) => other !== one);
    for (const other of this.waiting.filter((each) => this.#isFirst(each) && this.#mayRun(each.callerId))) {
      const turns = (other.passedBy.get(one.callerId) ?? 0) + 1;
      other.passedBy.set(one.callerId, turns);
      this.#demand(turns === 1, 'each other caller has one turn before mine');
    }
    this.running.push({ callerId: one.callerId, permit });
  }

  #refused(one: Waiting, error: unknown): void {
    this.waiting = this.waiting.filter((other) => other !== one);
    const { aborted, reason } = one.controller.signal;
    if (aborted) this.#demand(error === reason, 'who left hears why');
    else this.#demand(error instanceof GatewayError && (error.detail.retryAfterMs ?? 0) > 0, 'is told when to return');
  }

  #mayRun(callerId: string): boolean {
    const own = this.running.filter((one) => one.callerId === callerId).length;
    return this.running.length < this.#bounds.running && own < this.#bounds.perCaller;
  }

  #isFirst(one: Waiting): boolean {
    return this.waiting.find(({ callerId }) => callerId === one.callerId) === one;
  }

  #demand(holds: boolean, what: string): void {
    if (!holds) this.violations.push(what);
  }
}
