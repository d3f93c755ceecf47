/** A bounded map: it forgets what was used least recently, and what is older than its time to live. */
export class Lru<V> {
  readonly #entries = new Map<string, { value: V; weight: number; expiresAt: number }>();
  readonly #options: LruOptions<V>;
  #weight = 0;

  constructor(options: LruOptions<V>) {
    this.#options = options;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): V | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    if (entry.expiresAt <= this.#options.now()) {
      this.#forget(key);
      return undefined;
    }
    // Re-inserting moves it to the young end of the map's insertion order.
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.value;
  }

  set(key: string, value: V): void {
    this.#forget(key);
    const weight = this.#options.weigh?.(value) ?? 1;
    this.#entries.set(key, { value, weight, expiresAt: this.#options.now() + this.#options.ttlMs });
    this.#weight += weight;
    for (const oldest of this.#entries.keys()) {
      if (this.#weight <= this.#options.capacity) break;
      this.#forget(oldest);
    }
  }

  /** What is kept and not too old, least recently used first. */
  *entries(): Generator<[string, V]> {
    const nowMs = this.#options.now();
    for (const [key, { value, expiresAt }] of this.#entries) if (expiresAt > nowMs) yield [key, value];
  }

  delete(key: string): void {
    this.#forget(key);
  }

  #forget(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#weight -= entry.weight;
  }
}

interface LruOptions<V> {
  /** Most total weight kept, in the unit of `weigh`; the number of entries without it. */
  capacity: number;
  weigh?(value: V): number;
  ttlMs: number;
  now(): number;
}
