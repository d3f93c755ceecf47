export const WINDOW_MS = 60_000;

/**
 * The sliding-window counter that Snowflake documents for its rate limits: fixed windows of one minute, of which the one
 * before counts by the share that the last sixty seconds still overlap. All sums are of integers, so waits are exact.
 */
export class SlidingWindow {
  /** Which window, counted from the epoch. */
  #window = 0;
  #current = 0;
  #previous = 0;

  /** A window of its own with the same contents, for asking "what if". */
  copy(): SlidingWindow {
    const copy = new SlidingWindow();
    copy.#window = this.#window;
    copy.#current = this.#current;
    copy.#previous = this.#previous;
    return copy;
  }

  add(nowMs: number, amount: number): void {
    this.#roll(nowMs);
    this.#current += amount;
  }

  /** Takes back what was added at `atMs`, as far as it still counts. */
  takeBack(nowMs: number, atMs: number, amount: number): void {
    this.#roll(nowMs);
    const window = windowOf(atMs);
    if (window === this.#window) this.#current = Math.max(0, this.#current - amount);
    else if (window === this.#window - 1) this.#previous = Math.max(0, this.#previous - amount);
  }

  /** What counts of the last sixty seconds. */
  rate(nowMs: number): number {
    this.#roll(nowMs);
    return this.#current + (this.#previous * this.#leftMs(nowMs)) / WINDOW_MS;
  }

  /** What may be added now within `limit`. */
  room(nowMs: number, limit: number): number {
    return Math.max(0, Math.floor(limit - this.rate(nowMs)));
  }

  /**
   * How long until `amount` more stays within `limit`: 0 when it does now, exact if nothing else is added.
   * More than the whole limit has room when nothing else counts.
   */
  waitMs(nowMs: number, limit: number, amount: number): number {
    if (limit === Infinity) return 0;
    this.#roll(nowMs);
    const leftMs = this.#leftMs(nowMs);
    const free = limit - Math.min(amount, limit);
    if (this.#current <= free) return Math.max(0, leftMs - overlapMs(free - this.#current, this.#previous));
    return leftMs + Math.max(0, WINDOW_MS - overlapMs(free, this.#current));
  }

  /** Of the present window. The window before overlaps the last sixty seconds by just as much. */
  #leftMs(nowMs: number): number {
    return Math.min(WINDOW_MS, Math.max(0, (this.#window + 1) * WINDOW_MS - nowMs));
  }

  /** A clock that is set back does not bring windows back. */
  #roll(nowMs: number): void {
    const window = windowOf(nowMs);
    if (window <= this.#window) return;
    this.#previous = window === this.#window + 1 ? this.#current : 0;
    this.#current = 0;
    this.#window = window;
  }
}

export function windowOf(atMs: number): number {
  return Math.floor(atMs / WINDOW_MS);
}

/** The longest overlap with a window of `amount` that counts for at most `free`. */
function overlapMs(free: number, amount: number): number {
  return amount === 0 ? WINDOW_MS : Math.floor((free * WINDOW_MS) / amount);
}
