import { WINDOW_MS } from './sliding-window.ts';

/** Each 429 takes a fifth. */
const DECREASE = 0.8;
/** What comes back in each minute without a 429, as a share of the limit. */
const INCREASE_PER_MINUTE = 0.1;
/** The least that is believed of a known limit, as a share of it: whatever a 429 meant, most of it is still there. */
const FLOOR = 0.1;
/** A limit that only 429s taught is forgotten after so long without one. */
const FORGET_AFTER_MS = 10 * 60_000;

/**
 * What is believed of one limit: the known figure, lowered by each 429 that came although there seemed to be room, and
 * raised again step by step (AIMD, as TCP finds the width of a path). Nothing known is no limit until a 429 teaches one.
 */
export class BelievedLimit {
  /** The least that is believed where no limit is known. */
  readonly #learnedFloor: number;
  #lowered: { to: number; atMs: number } | undefined;

  constructor(learnedFloor: number) {
    this.#learnedFloor = learnedFloor;
  }

  /** @param known the configured or documented limit; Infinity when there is none */
  at(nowMs: number, known: number): number {
    if (this.#lowered === undefined) return known;
    const { to, atMs } = this.#lowered;
    const minutes = Math.max(0, nowMs - atMs) / WINDOW_MS;
    const base = known === Infinity ? to : known;
    const believed = to + Math.floor(base * INCREASE_PER_MINUTE * minutes);
    if (believed < known && (known !== Infinity || nowMs - atMs < FORGET_AFTER_MS)) return believed;
    this.#lowered = undefined;
    return known;
  }

  /**
   * A 429 came. Where far less was used than is believed to be allowed, what was used is the better guess.
   * @param used what the upstream had let through of the last sixty seconds
   */
  lower(nowMs: number, known: number, used: number): void {
    const floor = known === Infinity ? this.#learnedFloor : Math.ceil(known * FLOOR);
    const wanted = Math.min(this.at(nowMs, known) * DECREASE, used);
    this.#lowered = { to: Math.max(floor, Math.floor(wanted)), atMs: nowMs };
  }
}
