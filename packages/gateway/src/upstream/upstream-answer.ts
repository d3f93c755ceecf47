import type { ByteReader, ByteSource } from '../kit/byte-source.ts';
import type { AnswerFlow, AnswerSink } from './http1/call.ts';

/** Status and headers of an answer. */
type Begin = AnswerSink['onHead'];

/** What may arrive before anybody reads: a whole answer that came in one piece is not held up by a pause. */
const MOST_UNREAD_BYTES = 64 * 1024;

/**
 * One call as its connection sees it, and the body of its answer as its reader does. A stream of Node.js between
 * the two would cost more than all that the gateway does with a small answer.
 */
export class UpstreamAnswer implements AnswerSink, ByteSource {
  readonly #signal: AbortSignal;
  readonly #answered: Begin;
  readonly #failed: (cause: unknown) => void;
  /** Of the connection, until the end has come. */
  #flow: AnswerFlow | undefined;
  #begun = false;
  #reader: ByteReader | undefined;
  /** Came before there was a reader, or while it could take no more. */
  #unread: Uint8Array[] = [];
  #unreadBytes = 0;
  #readerIsBusy = false;
  /** How the bytes ended, to be told once they are read. */
  #end: { cause?: unknown } | undefined;
  /** Told, cancelled or given up: nothing that comes is for anybody. */
  #over = false;

  /**
   * @param signal ends the call at any time, also before there is a connection
   * @param answered called once: from then on this is the body
   * @param failed called instead of it
   */
  constructor(signal: AbortSignal, answered: Begin, failed: (cause: unknown) => void) {
    this.#signal = signal;
    this.#answered = answered;
    this.#failed = failed;
    signal.addEventListener('abort', this);
  }

  /** The signal was aborted. */
  handleEvent(): void {
    this.cancel();
  }

  cancel(): void {
    if (this.#over) return;
    this.#break();
    this.#tellFailure(this.#signal.reason);
  }

  onFlow(flow: AnswerFlow): void {
    this.#flow = flow;
    if (this.#over) flow.abort(this);
  }

  onHead(status: number, headers: Parameters<Begin>[1]): void {
    if (this.#over) return;
    this.#begun = true;
    this.#answered(status, headers);
  }

  onBody(bytes: Buffer): void {
    if (this.#over) return;
    if (this.#reader !== undefined && !this.#readerIsBusy) return this.#give(this.#reader, bytes);
    this.#unread.push(bytes);
    this.#unreadBytes += bytes.length;
    if (this.#unreadBytes >= MOST_UNREAD_BYTES) this.#flow?.pause(this);
  }

  onEnd(): void {
    this.#flow = undefined;
    this.#end = {};
    this.#goOn();
  }

  onError(cause: Error): void {
    this.#flow = undefined;
    if (this.#over) return;
    this.#end = { cause };
    if (this.#begun) this.#goOn();
    else this.#tellFailure(cause);
  }

  readInto(reader: ByteReader): void {
    this.#reader = reader;
    if (this.#signal.aborted) this.#tellFailure(this.#signal.reason);
    else this.#goOn();
  }

  destroy(): void {
    if (!this.#over) this.#break();
  }

  #give(reader: ByteReader, bytes: Uint8Array): void {
    const waiting = reader.take(bytes);
    if (waiting === undefined || this.#over) return;
    this.#readerIsBusy = true;
    this.#flow?.pause(this);
    void waiting.then(() => {
      this.#readerIsBusy = false;
      this.#goOn();
    });
  }

  /** Gives what is unread, then the end or the word to go on. */
  #goOn(): void {
    const reader = this.#reader;
    if (reader === undefined) return;
    while (this.#unread.length > 0) {
      if (this.#over || this.#readerIsBusy) return;
      const bytes = this.#unread.shift()!;
      this.#unreadBytes -= bytes.length;
      this.#give(reader, bytes);
    }
    if (this.#over || this.#readerIsBusy) return;
    if (this.#end === undefined) return this.#flow?.resume(this);
    if ('cause' in this.#end) return this.#tellFailure(this.#end.cause);
    this.#letGo();
    reader.end();
  }

  /** Closes the connection, unless all of the answer has come. */
  #break(): void {
    this.#letGo();
    this.#unread = [];
    this.#flow?.abort(this);
  }

  #tellFailure(cause: unknown): void {
    this.#letGo();
    if (this.#begun) this.#reader?.fail(cause);
    else this.#failed(cause);
  }

  #letGo(): void {
    this.#over = true;
    this.#signal.removeEventListener('abort', this);
  }
}
