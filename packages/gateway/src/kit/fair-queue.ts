/**
 * A waiting line in which callers take turns: one item each, in the order in which the callers came, and first in,
 * first out within a caller. A newcomer's turn comes after that of everyone who waits, so nobody starves.
 */
export class FairQueue<T extends { readonly callerId: string }> {
  /** Whose turn is next stands first; no line is empty. */
  readonly #lines = new Map<string, T[]>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  push(item: T): void {
    const line = this.#lines.get(item.callerId);
    if (line === undefined) this.#lines.set(item.callerId, [item]);
    else line.push(item);
    this.#size += 1;
  }

  /** The next in turn among callers that may go at all. It stays in the queue. */
  peek(mayGo: (callerId: string) => boolean = always): T | undefined {
    for (const [callerId, line] of this.#lines) if (mayGo(callerId)) return line[0];
    return undefined;
  }

  /** Takes an item out that had its turn: its caller's next turn comes after everyone else's. */
  serve(item: T): void {
    if (!this.remove(item)) return;
    const line = this.#lines.get(item.callerId);
    if (line === undefined) return;
    this.#lines.delete(item.callerId);
    this.#lines.set(item.callerId, line);
  }

  /** Takes an item out without using up a turn. False when it was not here. */
  remove(item: T): boolean {
    const line = this.#lines.get(item.callerId);
    const index = line?.indexOf(item) ?? -1;
    if (line === undefined || index < 0) return false;
    line.splice(index, 1);
    if (line.length === 0) this.#lines.delete(item.callerId);
    this.#size -= 1;
    return true;
  }

  /** Whoever would have a turn before an item that `callerId` pushed now, in order. */
  *aheadOf(callerId: string): Generator<T> {
    const place = this.#lines.get(callerId)?.length ?? 0;
    for (let round = 0; round <= place; round += 1) {
      for (const [other, line] of this.#lines) {
        if (round === place && other === callerId) return;
        if (round < line.length) yield line[round]!;
      }
    }
  }

  /** Everyone, in the order in which they will be served. */
  *inTurn(): Generator<T> {
    const lines = [...this.#lines.values()];
    for (let round = 0; lines.some((line) => round < line.length); round += 1) {
      for (const line of lines) if (round < line.length) yield line[round]!;
    }
  }

  /** The newest item of the longest line, if that line is longer than that of `callerId`: who makes room in a full queue. */
  longestLineBeside(callerId: string): T | undefined {
    let longest = this.#lines.get(callerId);
    for (const line of this.#lines.values()) if (line.length > (longest?.length ?? 0)) longest = line;
    const last = longest?.at(-1);
    return last?.callerId === callerId ? undefined : last;
  }
}

function always(): boolean {
  return true;
}
