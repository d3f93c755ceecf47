import type { TokenWorld } from './world.ts';

/** Below this a difference is latency and the whole seconds of the header. */
const NOTICEABLE_MS = 3_000;
const WORTH_A_WARNING_MS = 60_000;

/**
 * The time as one upstream has it: ours, corrected by what the `Date` of its answers shows. Snowflake judges the
 * dates of a key-pair token by its own clock (docs/cortex-quirks.md#jwt-clock).
 */
export class ServerClock {
  readonly #origin: string;
  readonly #world: Pick<TokenWorld, 'clock' | 'warn'>;
  #aheadMs = 0;
  #warned = false;

  constructor(origin: string, world: Pick<TokenWorld, 'clock' | 'warn'>) {
    this.#origin = origin;
    this.#world = world;
  }

  /** Milliseconds since the epoch. */
  now(): number {
    return this.#world.clock.now() + this.#aheadMs;
  }

  /** @param date the header of an answer that has just begun */
  learn(date: string | string[] | undefined): void {
    const theirsMs = typeof date === 'string' ? Date.parse(date) : Number.NaN;
    if (Number.isNaN(theirsMs)) return;
    // The header has whole seconds: half of one is lost on average.
    const aheadMs = theirsMs + 500 - this.#world.clock.now();
    if (Math.abs(aheadMs - this.#aheadMs) < NOTICEABLE_MS) return;
    this.#aheadMs = Math.abs(aheadMs) < NOTICEABLE_MS ? 0 : aheadMs;
    if (Math.abs(aheadMs) < WORTH_A_WARNING_MS || this.#warned) return;
    this.#warned = true;
    const seconds = Math.round(Math.abs(aheadMs) / 1000);
    this.#world.warn(
      `The clock of this machine is ${seconds} s ${aheadMs > 0 ? 'behind' : 'ahead of'} that of ${this.#origin}. Key-pair tokens are dated by the latter; set the clock (NTP) all the same.`,
    );
  }
}
