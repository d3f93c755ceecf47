/** A worker that lived for so long died of something new. */
const LONG_LIFE_MS = 5_000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;
/** Whatever kills them at once, one more try will not help. */
const MOST_SHORT_LIVES = 5;

/** How soon a dead worker is replaced: at once, then after longer and longer pauses, and after some short lives not at all. */
export class Restarts {
  #shortLives = 0;

  /** @returns milliseconds to wait, or undefined to give up */
  died(livedMs: number): number | undefined {
    this.#shortLives = livedMs < LONG_LIFE_MS ? this.#shortLives + 1 : 0;
    if (this.#shortLives >= MOST_SHORT_LIVES) return undefined;
    return this.#shortLives < 2 ? 0 : Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (this.#shortLives - 2));
  }
}
