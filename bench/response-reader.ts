/** What a load connection is told of the answers on it. */
export interface ResponseListener {
  head(status: number, head: string): void;
  /** A piece of the body without its framing. */
  body(piece: Buffer): void;
  end(): void;
}

type State = 'head' | 'sized' | 'chunk-size' | 'chunk' | 'chunk-end' | 'trailer';

const HEAD_END = Buffer.from('\r\n\r\n');
const LINE_END = Buffer.from('\r\n');

/** Reads HTTP/1.1 answers off a connection, one after another: `content-length` or chunked, no more than that. */
export class ResponseReader {
  readonly #listener: ResponseListener;
  #state: State = 'head';
  /** Bytes of the body, or of the chunk, that are still to come. */
  #left = 0;
  /** The part of a head or a chunk's size line that has come so far. */
  #line: Buffer = Buffer.alloc(0);

  constructor(listener: ResponseListener) {
    this.#listener = listener;
  }

  /** @throws Error for bytes that are no HTTP/1.1 answer */
  push(bytes: Buffer): void {
    let at = 0;
    while (at < bytes.length) at = this.#step(bytes, at);
  }

  #step(bytes: Buffer, at: number): number {
    switch (this.#state) {
      case 'head':
        return this.#readLine(bytes, at, HEAD_END, (head) => this.#startBody(head));
      case 'chunk-size':
        return this.#readLine(bytes, at, LINE_END, (line) => this.#startChunk(line));
      case 'chunk-end':
        return this.#readLine(bytes, at, LINE_END, () => (this.#state = 'chunk-size'));
      case 'trailer':
        return this.#readLine(bytes, at, LINE_END, (line) => {
          if (line === '') this.#finish();
        });
      case 'sized':
      case 'chunk':
        return this.#passBody(bytes, at);
    }
  }

  #passBody(bytes: Buffer, at: number): number {
    const end = Math.min(bytes.length, at + this.#left);
    this.#left -= end - at;
    this.#listener.body(bytes.subarray(at, end));
    if (this.#left > 0) return end;
    if (this.#state === 'sized') this.#finish();
    else this.#state = 'chunk-end';
    return end;
  }

  #startBody(head: string): void {
    const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? Number.NaN);
    if (Number.isNaN(status)) throw new Error(`no HTTP/1.1 answer: ${head.slice(0, 100)}`);
    this.#listener.head(status, head);
    const length = /\ncontent-length: *(\d+)/i.exec(head);
    if (length === null && !/\ntransfer-encoding: *chunked/i.test(head)) {
      throw new Error(`the length of an answer is not told: ${head}`);
    }
    this.#state = length === null ? 'chunk-size' : 'sized';
    this.#left = Number(length?.[1] ?? 0);
    if (this.#state === 'sized' && this.#left === 0) this.#finish();
  }

  #startChunk(line: string): void {
    this.#left = Number.parseInt(line, 16);
    if (Number.isNaN(this.#left)) throw new Error(`no size of a chunk: ${line.slice(0, 100)}`);
    this.#state = this.#left === 0 ? 'trailer' : 'chunk';
  }

  #finish(): void {
    this.#state = 'head';
    this.#listener.end();
  }

  /** Collects up to `mark`, also when it is split over reads. @returns where to go on */
  #readLine(bytes: Buffer, at: number, mark: Buffer, take: (line: string) => void): number {
    if (this.#line.length === 0) {
      const found = bytes.indexOf(mark, at);
      if (found !== -1) {
        take(bytes.toString('latin1', at, found));
        return found + mark.length;
      }
    }
    const before = this.#line.length;
    const all = Buffer.concat([this.#line, bytes.subarray(at)]);
    const found = all.indexOf(mark);
    if (found === -1) {
      this.#line = all;
      return bytes.length;
    }
    this.#line = Buffer.alloc(0);
    take(all.toString('latin1', 0, found));
    return at + found + mark.length - before;
  }
}
