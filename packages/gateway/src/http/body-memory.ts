/** Bodies below this lie in memory that Node.js has anyway. */
const SMALLEST_BYTES = 64 * 1024;
/** Larger ones are rare. */
const LARGEST_BYTES = 4 * 1024 * 1024;
/** What lies ready for the next bodies, in all. */
const MOST_IDLE_BYTES = 16 * 1024 * 1024;

/** Memory for one body. */
export interface BodyLoan {
  /** Called at most once. @returns undefined for a size that is better served by memory of its own */
  take: (bytes: number) => Buffer | undefined;
  /** Only for who knows that nobody holds any of the bytes: the next body is written over them. */
  giveBack: () => void;
}

/**
 * Memory for large request bodies that is used again. Each body in memory of its own makes V8 look through its
 * whole heap every hundred requests: it takes many bytes outside the heap for a sign that much inside can go.
 */
export class BodyMemory {
  /** By size, those used last at the end: they may still be in a cache. */
  readonly #idle = new Map<number, Buffer[]>();
  #idleBytes = 0;

  lend(): BodyLoan {
    let lent: Buffer | undefined;
    return {
      take: (bytes) => {
        if (bytes < SMALLEST_BYTES || bytes > LARGEST_BYTES) return undefined;
        lent = this.#find(2 ** Math.ceil(Math.log2(bytes)));
        return lent.subarray(0, bytes);
      },
      giveBack: () => {
        if (lent !== undefined) this.#keep(lent);
        lent = undefined;
      },
    };
  }

  #find(size: number): Buffer {
    const known = this.#idle.get(size)?.pop();
    if (known === undefined) return Buffer.allocUnsafeSlow(size);
    this.#idleBytes -= size;
    return known;
  }

  #keep(whole: Buffer): void {
    const size = whole.length;
    if (this.#idleBytes + size > MOST_IDLE_BYTES) return;
    this.#idleBytes += size;
    const idle = this.#idle.get(size);
    if (idle === undefined) this.#idle.set(size, [whole]);
    else idle.push(whole);
  }
}
