import { GatewayError } from '../../errors/error.ts';
import type { Clock } from '../../kit/clock.ts';
import { FairQueue } from '../../kit/fair-queue.ts';
import { fullQueue, paceRefusal } from './refusal.ts';
import type { CounterView, OpenCounter, PaceLimits, Shortage, WindowCounter } from './window-counter.ts';

export interface PaceRequest {
  /** What has a window of its own: the account's origin and the model. */
  key: string;
  limits: PaceLimits;
  /** Callers take turns in the queue. */
  callerId: string;
  /** The estimated input and a guess of the output. */
  tokens: number;
  signal: AbortSignal;
}

export interface PacePermit {
  /** How long the request waited for it. */
  readonly queuedMs: number;
  /**
   * The request is over. Only the first call counts, of this or of `limited`.
   * @param tokens what the upstream counted; the estimate stands without
   */
  settle(tokens?: number): void;
  /** The upstream said 429: it did not count this request, and there is less room than was thought. */
  limited(retryAfterMs: number | undefined): void;
}

export interface PaceView extends CounterView {
  key: string;
  /** Waiting. */
  queued: number;
  /** Let in and not settled. */
  running: number;
}

/** What all keys of a pacer have in common. */
export interface PaceHouse {
  readonly clock: Clock;
  maxWaitMs: number;
  /** Most that wait for one key, and for all together. */
  mostQueuedPerKey: number;
  mostQueued: number;
  /** How many wait for all keys together. */
  queued: number;
}

interface Waiter {
  readonly callerId: string;
  readonly tokens: number;
  readonly sinceMs: number;
  readonly signal: AbortSignal;
  readonly leave: () => void;
  readonly enter: (permit: PacePermit) => void;
  readonly refuse: (reason: unknown) => void;
}

/** One key: its window, and who waits for room in it. It has one timer, while somebody waits. */
export class PacedKey {
  readonly #house: PaceHouse;
  readonly #key: string;
  readonly #counter: WindowCounter;
  readonly #queue = new FairQueue<Waiter>();
  /** The same waiters, those that came first in front: whose time to wait is over soonest. */
  readonly #byArrival = new Set<Waiter>();
  #limits: PaceLimits = {};
  #running = 0;
  #usedAtMs = 0;
  #cancelTimer: (() => void) | undefined;

  constructor(key: string, house: PaceHouse, openCounter: OpenCounter) {
    this.#key = key;
    this.#house = house;
    this.#counter = openCounter(key, () => this.#admit());
  }

  /** When the last request came; Infinity while any is waiting or running. */
  get idleSinceMs(): number {
    return this.#running + this.#queue.size > 0 ? Infinity : this.#usedAtMs;
  }

  get isWaitedFor(): boolean {
    return this.#queue.size > 0;
  }

  enter(request: PaceRequest): PacePermit | Promise<PacePermit> {
    request.signal.throwIfAborted();
    const nowMs = this.#house.clock.now();
    const tokens = Math.max(0, Math.ceil(request.tokens));
    this.#limits = request.limits;
    this.#usedAtMs = nowMs;
    if (this.#queue.size === 0 && this.#counter.tryTake(nowMs, tokens, request.limits) === 0)
      return this.#permit(nowMs, tokens, 0);
    return this.#wait(request, tokens, nowMs);
  }

  /** Whether such a request would be let in at once, as far as is known here. */
  hasRoom({ tokens, limits }: Pick<PaceRequest, 'tokens' | 'limits'>): boolean {
    if (this.#queue.size > 0) return false;
    return this.#counter.shortage(this.#house.clock.now(), [], Math.max(0, Math.ceil(tokens)), limits).waitMs <= 0;
  }

  view(): PaceView {
    return {
      key: this.#key,
      queued: this.#queue.size,
      running: this.#running,
      ...this.#counter.view(this.#house.clock.now(), this.#limits),
    };
  }

  /** Everyone who waits is refused. What runs may still be settled. */
  close(): void {
    for (const waiter of this.#byArrival) {
      this.#refuse(waiter, new GatewayError('shutting-down', 'The gateway is stopping: try again in a moment.'));
    }
    this.#arm(Infinity);
    this.#counter.close();
  }

  #wait({ callerId, signal }: PaceRequest, tokens: number, nowMs: number): Promise<PacePermit> {
    this.#makeRoom(callerId, tokens, nowMs);
    const ahead = tokensOf(this.#queue.aheadOf(callerId));
    const { waitMs } = this.#counter.shortage(nowMs, ahead, tokens, this.#limits);
    if (waitMs > this.#house.maxWaitMs) throw this.#refusal(tokens, nowMs);
    return new Promise((enter, refuse) => {
      const leave = () => {
        this.#refuse(waiter, signal.reason);
        this.#admit();
      };
      const waiter: Waiter = { callerId, tokens, sinceMs: nowMs, signal, leave, enter, refuse };
      signal.addEventListener('abort', leave, { once: true });
      this.#queue.push(waiter);
      this.#byArrival.add(waiter);
      this.#house.queued += 1;
      this.#admit();
    });
  }

  /** In a full queue the caller with the longest line gives way, which may be this one. */
  #makeRoom(callerId: string, tokens: number, nowMs: number): void {
    const { mostQueued, mostQueuedPerKey, queued } = this.#house;
    if (queued < mostQueued && this.#queue.size < mostQueuedPerKey) return;
    const greediest = this.#queue.longestLineBeside(callerId);
    const shortage = this.#shortage(greediest?.tokens ?? tokens, nowMs);
    const refusal = fullQueue(shortage, this.#limits, this.#queue.size);
    if (greediest === undefined) throw refusal;
    this.#refuse(greediest, refusal);
  }

  #refusal(tokens: number, nowMs: number): GatewayError {
    return paceRefusal(this.#shortage(tokens, nowMs), this.#limits, this.#house.maxWaitMs);
  }

  /** For somebody who is sent away: by the time of the return, all who wait now have had their turns. */
  #shortage(tokens: number, nowMs: number): Shortage {
    return this.#counter.shortage(nowMs, tokensOf(this.#queue.inTurn()), tokens, this.#limits);
  }

  /** Lets in whoever has room, in turn, refuses whoever cannot have any in time, and sets the timer for the next. */
  #admit(): void {
    const { clock, maxWaitMs } = this.#house;
    const nowMs = clock.now();
    let wakeMs = Infinity;
    for (let next = this.#queue.peek(); next !== undefined; next = this.#queue.peek()) {
      const waitMs = this.#counter.tryTake(nowMs, next.tokens, this.#limits);
      if (waitMs === 0) {
        this.#forget(next);
        this.#queue.serve(next);
        next.enter(this.#permit(nowMs, next.tokens, nowMs - next.sinceMs));
        continue;
      }
      const shortage = this.#counter.shortage(nowMs, [], next.tokens, this.#limits);
      if (nowMs + shortage.waitMs <= next.sinceMs + maxWaitMs) {
        wakeMs = waitMs;
        break;
      }
      this.#refuse(next, paceRefusal(shortage, this.#limits, maxWaitMs));
    }
    this.#expire(nowMs);
    const [oldest] = this.#byArrival;
    this.#arm(oldest === undefined ? Infinity : Math.min(wakeMs, oldest.sinceMs + maxWaitMs - nowMs));
  }

  /** Later arrivals of other callers may have had their turns first: then some wait until their time is over. */
  #expire(nowMs: number): void {
    for (const waiter of this.#byArrival) {
      if (waiter.sinceMs + this.#house.maxWaitMs > nowMs) return;
      this.#queue.remove(waiter);
      this.#refuse(waiter, this.#refusal(waiter.tokens, nowMs));
    }
  }

  #refuse(waiter: Waiter, reason: unknown): void {
    this.#forget(waiter);
    this.#queue.remove(waiter);
    waiter.refuse(reason);
  }

  #forget(waiter: Waiter): void {
    waiter.signal.removeEventListener('abort', waiter.leave);
    if (this.#byArrival.delete(waiter)) this.#house.queued -= 1;
  }

  #arm(delayMs: number): void {
    this.#cancelTimer?.();
    this.#cancelTimer = delayMs === Infinity ? undefined : this.#house.clock.after(delayMs, () => this.#admit());
  }

  #permit(takenAtMs: number, reserved: number, queuedMs: number): PacePermit {
    this.#running += 1;
    let isOpen = true;
    const close = (requests: number, tokens: number) => {
      const nowMs = this.#house.clock.now();
      if (isOpen) {
        this.#running -= 1;
        if (requests !== 0 || tokens !== 0) this.#counter.correct(nowMs, takenAtMs, requests, tokens);
      }
      isOpen = false;
      return nowMs;
    };
    return {
      queuedMs,
      settle: (tokens = reserved) => {
        close(0, Math.ceil(tokens) - reserved);
        if (this.#queue.size > 0) this.#admit();
      },
      limited: (retryAfterMs) => {
        this.#counter.limited(close(-1, -reserved), takenAtMs, retryAfterMs, this.#limits);
        if (this.#queue.size > 0) this.#admit();
      },
    };
  }
}

function* tokensOf(waiters: Iterable<Waiter>): Generator<number> {
  for (const { tokens } of waiters) yield tokens;
}
