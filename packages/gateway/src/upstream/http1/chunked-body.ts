import { addHeader } from './response-head.ts';
import { protocolError } from './transport-error.ts';

/** Far beyond any chunk, and counted exactly. */
const MOST_SIZE_DIGITS = 12;
const MOST_EXTENSION_BYTES = 4 * 1024;
const MOST_TRAILER_BYTES = 16 * 1024;
/** RFC 9112, section 7.1.1, without the blanks that it calls bad. */
const EXTENSIONS =
  /^(?:;[!#$%&'*+\-.^_`|~0-9A-Za-z]+(?:=(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]+|"(?:[\t \x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t\x20-\x7e\x80-\xff])*"))?)+$/;
const FORBIDDEN = /[^\t\x20-\x7e\x80-\xff]/;

const CR = 0x0d;
const LF = 0x0a;
const SEMICOLON = 0x3b;

type State = 'size' | 'extension' | 'size-lf' | 'data' | 'data-cr' | 'data-lf' | 'trailer' | 'trailer-lf';

/** RFC 9112, section 7.1: a body in chunks, from bytes that may be split anywhere. Trailers are checked and dropped. */
export class ChunkedBody {
  #state: State = 'size';
  #digits = 0;
  /** Of the chunk that is being read: what is still to come. */
  #left = 0;
  /** An extension or a trailer line so far. */
  #text = '';
  #trailerBytes = 0;
  /** Where the data of the last `decode` stand. */
  dataStart = 0;
  dataEnd = 0;
  /** The last chunk and the trailers have been read. */
  isOver = false;

  /**
   * Takes the framing out of `bytes` from `from` on: in place, so that the data of several chunks are one piece.
   * @returns where it stopped: the end of `bytes`, or of the body
   * @throws TransportError; what was decoded before stands nevertheless
   */
  decode(bytes: Buffer, from: number): number {
    this.dataStart = from;
    this.dataEnd = from;
    let at = from;
    while (at < bytes.length && !this.isOver) {
      if (this.#state === 'data') at = this.#takeData(bytes, at);
      else if (this.#state === 'extension' || this.#state === 'trailer') at = this.#takeText(bytes, at);
      else if (this.#state === 'size') this.#takeSizeByte(bytes[at++]!);
      else this.#takeDelimiter(bytes[at++]!);
    }
    return at;
  }

  #takeData(bytes: Buffer, start: number): number {
    const end = Math.min(bytes.length, start + this.#left);
    if (this.dataStart === this.dataEnd) this.dataStart = this.dataEnd = start;
    else bytes.copyWithin(this.dataEnd, start, end);
    this.dataEnd += end - start;
    this.#left -= end - start;
    if (this.#left === 0) this.#state = 'data-cr';
    return end;
  }

  /** The rest of a line's end. */
  #takeDelimiter(byte: number): void {
    const state = this.#state;
    if (byte !== (state === 'data-cr' ? CR : LF)) throw protocolError('a chunk that does not end where it says');
    if (state === 'data-cr') this.#state = 'data-lf';
    else if (state === 'data-lf') this.#state = 'size';
    else if (state === 'trailer-lf') this.#endTrailer();
    else {
      this.#digits = 0;
      this.#text = '';
      this.#state = this.#left === 0 ? 'trailer' : 'data';
    }
  }

  #takeSizeByte(byte: number): void {
    const digit = hexDigit(byte);
    if (digit !== -1) {
      this.#digits += 1;
      if (this.#digits > MOST_SIZE_DIGITS) throw protocolError('a chunk size with too many digits');
      this.#left = this.#left * 16 + digit;
    } else if (this.#digits > 0 && byte === CR) this.#state = 'size-lf';
    else if (this.#digits > 0 && byte === SEMICOLON) {
      this.#text = ';';
      this.#state = 'extension';
    } else throw protocolError('a chunk size that is no hexadecimal number');
  }

  /** Up to the CR. */
  #takeText(bytes: Buffer, start: number): number {
    const found = bytes.indexOf(CR, start);
    const end = found === -1 ? bytes.length : found;
    this.#text += bytes.toString('latin1', start, end);
    const isTrailer = this.#state === 'trailer';
    if (isTrailer) this.#trailerBytes += end - start + 1;
    if (this.#text.length > MOST_EXTENSION_BYTES && !isTrailer) throw protocolError('a chunk extension without an end');
    if (this.#trailerBytes > MOST_TRAILER_BYTES) throw protocolError('trailers without an end');
    if (found === -1) return end;
    if (!isTrailer && !EXTENSIONS.test(this.#text)) throw protocolError('a chunk extension that is none');
    this.#state = isTrailer ? 'trailer-lf' : 'size-lf';
    return end + 1;
  }

  #endTrailer(): void {
    if (this.#text === '') this.isOver = true;
    else checkTrailer(this.#text);
    this.#text = '';
    this.#state = 'trailer';
  }
}

/** @throws TransportError for what is no header line, or would have meant another end of the body in the head */
function checkTrailer(line: string): void {
  if (FORBIDDEN.test(line)) throw protocolError('a control character in its trailers');
  const { 'content-length': length, 'transfer-encoding': coding } = addHeader({}, line, 0, line.length);
  if (length !== undefined || coding !== undefined) throw protocolError('trailers that speak of the length');
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
