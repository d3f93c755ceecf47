import { STAMP_DIGITS, STAMP_MARK } from './answers.ts';

const STAMP_LENGTH = STAMP_MARK.length + STAMP_DIGITS;
/** Enough for the longest terminal event. */
const TAIL_LENGTH = 64;

/** Finds the stamps in the pieces of a stream, also one that is split between two. */
export class StampReader {
  #tail = '';

  /** @returns the nanoseconds of each stamp that became complete with this piece */
  push(piece: Buffer): number[] {
    const stamps: number[] = [];
    const text = this.#tail + piece.toString('latin1');
    // A stamp that ended before this piece has been read already.
    let from = Math.max(0, this.#tail.length - STAMP_LENGTH + 1);
    for (;;) {
      const at = text.indexOf(STAMP_MARK, from);
      if (at === -1 || at + STAMP_LENGTH > text.length) break;
      stamps.push(Number(text.slice(at + STAMP_MARK.length, at + STAMP_LENGTH)));
      from = at + STAMP_LENGTH;
    }
    this.#tail = text.slice(-TAIL_LENGTH);
    return stamps;
  }

  /** True when the last bytes were the terminal event of either dialect. */
  get terminated(): boolean {
    return this.#tail.includes('[DONE]') || this.#tail.includes('"message_stop"');
  }
}
