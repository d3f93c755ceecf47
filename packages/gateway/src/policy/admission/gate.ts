import { type Bound, type OpenBound, openLocalBound } from './bound.ts';
import type { GatewayError } from '../../errors/error.ts';
import type { Clock } from '../../kit/clock.ts';
import { FairQueue } from '../../kit/fair-queue.ts';

/** A place in a gate. */
export interface Permit {
  /** How long the request waited for it. */
  readonly queuedMs: number;
  /** Gives the place to the next in turn. Only the first call counts. */
  release(): void;
}

export interface GateView {
  running: number;
  queued: number;
}

/** Why a request is not let in. */
export type GateReason = 'full-queue' | 'waited-too-long';

export interface GateBounds {
  /** Most places in use. */
  running: number;
  /** Of one caller. */
  perCaller: number;
  /** Most that wait. */
  queued: number;
  maxWaitMs: number;
}

interface GateOptions {
  clock: Clock;
  bounds: GateBounds;
  refuse: (reason: GateReason, bounds: GateBounds, retryAfterMs: number) => GatewayError;
  /** What the places are counted under, where several processes share them. */
  name?: string;
  openBound?: OpenBound;
}

interface Waiter {
  readonly callerId: string;
  readonly sinceMs: number;
  readonly signal: AbortSignal;
  readonly leave: () => void;
  readonly enter: (permit: Permit) => void;
  readonly refuse: (reason: unknown) => void;
}

/** How much the newest interval between two releases weighs in their average. */
const NEWEST_SHARE = 0.2;
const SHORTEST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 30_000;

/**
 * Bounded concurrency with a bounded queue in which callers take turns. Whoever may run, runs: nobody waits while there
 * is a place and its caller is below its own bound.
 */
export class Gate {
  readonly #clock: Clock;
  readonly #explain: GateOptions['refuse'];
  #bounds: GateBounds;
  readonly #queue = new FairQueue<Waiter>();
  /** The same waiters, those that came first in front. */
  readonly #byArrival = new Set<Waiter>();
  readonly #runningOf = new Map<string, number>();
  readonly #openBound: OpenBound;
  readonly #name: string;
  readonly #places: Bound;
  /** Of callers, where they have a bound of their own. */
  readonly #placesOf = new Map<string, Bound>();
  #running = 0;
  #cancelTimer: (() => void) | undefined;
  #releasedAtMs: number | undefined;
  #releaseGapMs = SHORTEST_RETRY_MS;

  constructor({ clock, bounds, refuse, name = '', openBound = openLocalBound }: GateOptions) {
    this.#clock = clock;
    this.#bounds = bounds;
    this.#explain = refuse;
    this.#name = name;
    this.#openBound = openBound;
    this.#places = openBound(name, { needed: () => this.#running, onRoom: () => this.#admit(this.#clock.now()) });
  }

  /** No place is left for anybody, whoever asks. */
  get isFull(): boolean {
    return this.#running >= this.#places.most(this.#bounds.running);
  }

  get bounds(): GateBounds {
    return this.#bounds;
  }

  /** New bounds let in whom they have room for; what runs beyond them ends in its own time. */
  set bounds(bounds: GateBounds) {
    this.#bounds = bounds;
    this.#admit(this.#clock.now());
  }

  get isUnused(): boolean {
    return this.#running === 0 && this.#queue.size === 0;
  }

  /** @throws GatewayError when the queue is full, the reason of `signal` when that is aborted; also as rejections */
  enter(callerId: string, signal: AbortSignal): Permit | Promise<Permit> {
    signal.throwIfAborted();
    return this.#mayRun(callerId) ? this.#permit(callerId, 0) : this.#wait(callerId, signal);
  }

  view(): GateView {
    return { running: this.#running, queued: this.#queue.size };
  }

  close(reason: GatewayError): void {
    for (const waiter of this.#byArrival) this.#refuse(waiter, reason);
    this.#arm();
  }

  /** Gives back whatever places were lent. */
  forget(): void {
    for (const places of [this.#places, ...this.#placesOf.values()]) places.close();
  }

  #mayRun(callerId: string): boolean {
    return !this.isFull && !this.#hasEnough(callerId);
  }

  /** The caller has as many running as it may. */
  #hasEnough(callerId: string): boolean {
    const { perCaller } = this.#bounds;
    if (perCaller === Infinity) return false;
    return (this.#runningOf.get(callerId) ?? 0) >= this.#boundOf(callerId).most(perCaller);
  }

  #boundOf(callerId: string): Bound {
    const known = this.#placesOf.get(callerId);
    if (known !== undefined) return known;
    const places = this.#openBound(`${this.#name} ${callerId}`, {
      // A place of the caller is had first and kept while one of the gate is waited for. The other way round two
      // processes could hold what the other lacks, and hand both to and fro for ever.
      needed: () =>
        (this.#runningOf.get(callerId) ?? 0) +
        Array.from(this.#byArrival).filter((waiter) => waiter.callerId === callerId).length,
      onRoom: () => this.#admit(this.#clock.now()),
    });
    this.#placesOf.set(callerId, places);
    return places;
  }

  /** Asks the other processes for what keeps this caller out. @returns whether they may still give it */
  #wantFor(callerId: string): boolean {
    const { running, perCaller } = this.#bounds;
    const own = perCaller === Infinity ? undefined : this.#boundOf(callerId);
    if (own !== undefined && this.#hasEnough(callerId)) own.want(perCaller);
    else if (this.isFull) this.#places.want(running);
    return this.#places.isAsking() || own?.isAsking() === true;
  }

  #wait(callerId: string, signal: AbortSignal): Promise<Permit> {
    if (!this.#wantFor(callerId) && this.#queue.size >= this.#bounds.queued) {
      const greediest = this.#queue.longestLineBeside(callerId);
      const refusal = this.#explain('full-queue', this.#bounds, this.#retryAfterMs());
      if (greediest === undefined) throw refusal;
      this.#refuse(greediest, refusal);
    }
    return new Promise((enter, refuse) => {
      const leave = () => {
        this.#refuse(waiter, signal.reason);
        this.#arm();
      };
      const waiter: Waiter = { callerId, sinceMs: this.#clock.now(), signal, leave, enter, refuse };
      signal.addEventListener('abort', leave, { once: true });
      this.#queue.push(waiter);
      this.#byArrival.add(waiter);
      if (this.#byArrival.size === 1) this.#arm();
    });
  }

  #release(callerId: string): void {
    this.#running -= 1;
    const left = (this.#runningOf.get(callerId) ?? 0) - 1;
    if (left > 0) this.#runningOf.set(callerId, left);
    else this.#runningOf.delete(callerId);
    const nowMs = this.#clock.now();
    if (this.#releasedAtMs !== undefined)
      this.#releaseGapMs += NEWEST_SHARE * (nowMs - this.#releasedAtMs - this.#releaseGapMs);
    this.#releasedAtMs = nowMs;
    this.#places.vacated();
    this.#placesOf.get(callerId)?.vacated();
    if (this.#queue.size > 0) this.#admit(nowMs);
  }

  #admit(nowMs: number): void {
    while (!this.isFull) {
      const next = this.#queue.peek((callerId) => this.#mayRun(callerId));
      if (next === undefined) break;
      this.#forget(next);
      this.#queue.serve(next);
      next.enter(this.#permit(next.callerId, nowMs - next.sinceMs));
    }
    if (this.#openBound !== openLocalBound) this.#wantForAll();
    this.#arm();
  }

  /** Those who wait only for other processes to answer are in nobody's queue, until the answer is no. */
  #wantForAll(): void {
    const callers =
      this.#bounds.perCaller === Infinity
        ? [...this.#byArrival].slice(0, 1)
        : new Map([...this.#byArrival].map((waiter) => [waiter.callerId, waiter])).values();
    let isAsking = false;
    for (const { callerId } of callers) isAsking = this.#wantFor(callerId) || isAsking;
    if (isAsking) return;
    for (const waiter of [...this.#byArrival].slice(this.#bounds.queued))
      this.#refuse(waiter, this.#explain('full-queue', this.#bounds, this.#retryAfterMs()));
  }

  #expire(): void {
    const nowMs = this.#clock.now();
    for (const waiter of this.#byArrival) {
      if (waiter.sinceMs + this.#bounds.maxWaitMs > nowMs) break;
      this.#refuse(waiter, this.#explain('waited-too-long', this.#bounds, this.#retryAfterMs()));
    }
    this.#arm();
  }

  /** How long it takes until everyone who waits has been let in, at the pace of late. */
  #retryAfterMs(): number {
    const estimateMs = Math.ceil((this.#queue.size + 1) * this.#releaseGapMs);
    return Math.min(LONGEST_RETRY_MS, Math.max(SHORTEST_RETRY_MS, estimateMs));
  }

  #refuse(waiter: Waiter, reason: unknown): void {
    this.#forget(waiter);
    this.#queue.remove(waiter);
    waiter.refuse(reason);
  }

  #forget(waiter: Waiter): void {
    waiter.signal.removeEventListener('abort', waiter.leave);
    this.#byArrival.delete(waiter);
  }

  /** One timer, for the one whose time to wait is over soonest. */
  #arm(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    const [oldest] = this.#byArrival;
    if (oldest === undefined) return;
    const delayMs = Math.max(0, oldest.sinceMs + this.#bounds.maxWaitMs - this.#clock.now());
    this.#cancelTimer = this.#clock.after(delayMs, () => this.#expire());
  }

  #permit(callerId: string, queuedMs: number): Permit {
    this.#running += 1;
    this.#runningOf.set(callerId, (this.#runningOf.get(callerId) ?? 0) + 1);
    let isHeld = true;
    return {
      queuedMs,
      release: () => {
        if (!isHeld) return;
        isHeld = false;
        this.#release(callerId);
      },
    };
  }
}
