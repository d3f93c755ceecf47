import type { Clock } from '../../kit/clock.ts';

/** Whatever must be over at some time. */
export interface Waiting {
  /** The tick it may last until; Infinity while nothing is waited for. */
  dueTick: number;
  onDue(): void;
}

const TICK_MS = 100;

/**
 * Time in coarse steps for many deadlines that are moved much more often than they are met: to move one is to
 * write a number. A process that could not run for a while does not hold it against the other side, because
 * it counted no ticks meanwhile.
 */
export class Ticker {
  readonly #clock: Pick<Clock, 'every'>;
  readonly #waiting = new Set<Waiting>();
  #stop: (() => void) | undefined;
  #tick = 0;

  constructor(clock: Pick<Clock, 'every'>) {
    this.#clock = clock;
  }

  watch(waiting: Waiting): void {
    this.#waiting.add(waiting);
    this.#stop ??= this.#clock.every(TICK_MS, () => this.#onTick());
  }

  unwatch(waiting: Waiting): void {
    this.#waiting.delete(waiting);
  }

  /** @returns the `dueTick` of what may last `ms` from now: never sooner, and at most one step and a half later */
  after(ticks: number): number {
    return this.#tick + ticks;
  }

  #onTick(): void {
    this.#tick += 1;
    for (const waiting of this.#waiting) if (waiting.dueTick <= this.#tick) waiting.onDue();
    if (this.#waiting.size > 0) return;
    this.#stop?.();
    this.#stop = undefined;
  }
}

/** 0 and Infinity are no limit. */
export function ticksOf(ms: number): number {
  return ms === 0 ? Infinity : Math.ceil(ms / TICK_MS) + 1;
}
