import { protocolError, type TransportError } from './transport-error.ts';

/** All heads of an answer together, the informational ones too. Snowflake's are under 1 KiB; Node.js refuses 16. */
const MOST_HEAD_BYTES = 64 * 1024;
const FIRST_KEPT_BYTES = 1024;
const HEAD_END = Buffer.from('\r\n\r\n');
const HEAD_BEGIN = Buffer.from('HTTP/1.');
const NOTHING = Buffer.alloc(0);

/** Finds where heads end, in bytes that may be split anywhere. */
export class HeadCollector {
  /** The lines of the head that was found last, each with its CRLF. */
  text = '';
  /** What has come of a head that is not complete: the first `#keptBytes` of a buffer that grows. */
  #kept = NOTHING;
  #keptBytes = 0;
  /** Heads of the same answer that were found before. */
  #spentBytes = 0;

  /** For the next answer. */
  reset(): void {
    this.#spentBytes = 0;
  }

  /**
   * @returns where the head ends that begins, or goes on, at `start`; -1 when it does not end within `bytes`
   * @throws TransportError for one that is too long, or that can be no head of HTTP/1
   */
  find(bytes: Buffer, start: number): number {
    if (this.#keptBytes > 0) return this.#findKept(bytes, start);
    const end = bytes.indexOf(HEAD_END, start);
    if (end === -1) return this.#findKept(bytes, start);
    this.#spend(end + HEAD_END.length - start);
    this.text = bytes.toString('latin1', start, end + 2);
    return end + HEAD_END.length;
  }

  #findKept(bytes: Buffer, start: number): number {
    const before = this.#keptBytes;
    this.#keep(bytes, start);
    const kept = this.#kept.subarray(0, this.#keptBytes);
    const end = kept.indexOf(HEAD_END, Math.max(0, before - HEAD_END.length + 1));
    if (end === -1) {
      const begun = Math.min(HEAD_BEGIN.length, kept.length);
      if (kept.compare(HEAD_BEGIN, 0, begun, 0, begun) !== 0) throw protocolError('something else than HTTP/1');
      if (this.#spentBytes + kept.length >= MOST_HEAD_BYTES) throw tooLong();
      return -1;
    }
    this.#spend(end + HEAD_END.length);
    this.text = kept.toString('latin1', 0, end + 2);
    this.#kept = NOTHING;
    this.#keptBytes = 0;
    return start + end + HEAD_END.length - before;
  }

  /** Grows by doubling, so that a head that trickles in is not copied for each of its bytes. */
  #keep(bytes: Buffer, start: number): void {
    const needed = this.#keptBytes + bytes.length - start;
    if (needed > this.#kept.length) {
      const grown = Buffer.allocUnsafe(Math.max(needed, 2 * this.#kept.length, FIRST_KEPT_BYTES));
      this.#kept.copy(grown, 0, 0, this.#keptBytes);
      this.#kept = grown;
    }
    bytes.copy(this.#kept, this.#keptBytes, start);
    this.#keptBytes = needed;
  }

  #spend(size: number): void {
    this.#spentBytes += size;
    if (this.#spentBytes > MOST_HEAD_BYTES) throw tooLong();
  }
}

function tooLong(): TransportError {
  return protocolError(`a head of more than ${MOST_HEAD_BYTES / 1024} KiB`);
}
