/** The sliding-window counter as it is described: every amount is kept, and the sum is made anew at each question. */
const MINUTE_MS = 60_000;

export class NaiveWindow {
  readonly #amounts: { atMs: number; amount: number }[] = [];
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(atMs: number, amount: number): void {
    this.#amounts.push({ atMs, amount });
  }

  /** Whether `amount` more, or as much as the limit, stays within it. */
  fits(nowMs: number, amount: number): boolean {
    const window = Math.floor(nowMs / MINUTE_MS);
    const sumOf = (wanted: number) =>
      this.#amounts
        .filter(({ atMs }) => Math.floor(atMs / MINUTE_MS) === wanted)
        .reduce((sum, one) => sum + one.amount, 0);
    const leftMs = (window + 1) * MINUTE_MS - nowMs;
    const counted = sumOf(window - 1) * leftMs + sumOf(window) * MINUTE_MS;
    return counted + Math.min(amount, this.#limit) * MINUTE_MS <= this.#limit * MINUTE_MS;
  }

  /** The first moment from now on, in milliseconds, at which `amount` fits if nothing is added. */
  waitMs(nowMs: number, amount: number): number {
    let [low, high] = [0, 2 * MINUTE_MS];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (this.fits(nowMs + middle, amount)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
