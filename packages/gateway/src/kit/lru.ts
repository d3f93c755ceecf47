/** A bounded map that forgets what was used least recently, and what is older than its time to live. */
export class Lru<V> {
  readonly #entries = new Map<string, { value: V; expiresAt: number }>();
  readonly #options: { capacity: number; ttlMs: number; now: () => number };

  constructor(options: { capacity: number; ttlMs: number; now: () => number }) {
    this.#options = options;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): V | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    if (entry.expiresAt <= this.#options.now()) return undefined;
    this.#entries.set(key, entry);
    return entry.value;
  }

  set(key: string, value: V): void {
    this.#entries.delete(key);
    this.#entries.set(key, { value, expiresAt: this.#options.now() + this.#options.ttlMs });
    if (this.#entries.size > this.#options.capacity) {
      const oldest = this.#entries.keys().next();
      if (!oldest.done) this.#entries.delete(oldest.value);
    }
  }
}
