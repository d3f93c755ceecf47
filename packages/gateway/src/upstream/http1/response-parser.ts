import { type BodyFraming, checkInformational, frameBody } from './body-framing.ts';
import { ChunkedBody } from './chunked-body.ts';
import { HeadCollector } from './head-collector.ts';
import { parseResponseHead, type ResponseHead, type ResponseHeaders } from './response-head.ts';
import { TransportError } from './transport-error.ts';

/** Hears one answer: a head, its body in pieces, then either its end or what broke it. */
export interface ResponseSink {
  onHead(status: number, headers: ResponseHeaders): void;
  /** @param bytes belong to whoever pushed them: what is kept must be copied */
  onBody(bytes: Buffer): void;
  /** @param reusableMs how long the connection may idle now; 0 when it must not be used again */
  onEnd(reusableMs: number): void;
  onBroken(cause: TransportError): void;
}

/**
 * The answers that come on one connection, one for each request, from bytes that may be split anywhere: what is
 * heard is the same wherever they are, but for how a body is cut into pieces. Throws nothing of its own, and says
 * nothing after an end until the next answer is expected.
 */
export class ResponseParser {
  readonly #sink: ResponseSink;
  readonly #heads = new HeadCollector();
  #state: 'over' | 'head' | BodyFraming['kind'] = 'over';
  /** Of a body with a length: what is still to come. */
  #left = 0;
  #chunks: ChunkedBody | undefined;
  #reusableMs = 0;

  constructor(sink: ResponseSink) {
    this.#sink = sink;
  }

  /** A request is about to be sent, on a connection whose last answer is over. */
  expectAnswer(): void {
    this.#state = 'head';
    this.#heads.reset();
  }

  /** @param bytes are read before this returns, and may be changed */
  push(bytes: Buffer): void {
    const at = this.#state === 'head' ? this.#takeHeads(bytes) : 0;
    if (this.#state === 'length') this.#takeLength(bytes, at);
    else if (this.#state === 'chunked') this.#takeChunks(bytes, at);
    else if (this.#state === 'until-close' && at < bytes.length) this.#sink.onBody(bytes.subarray(at));
  }

  /** The other side has ended the connection, and said so. */
  finish(): void {
    if (this.#state === 'until-close') this.#end(true);
    else if (this.#state !== 'over')
      this.#break(new TransportError('UPSTREAM_CLOSED', 'closed before the answer was complete'));
  }

  /** Up to the head that is not informational. @returns where its body begins */
  #takeHeads(bytes: Buffer): number {
    let at = 0;
    let head: ResponseHead;
    try {
      for (;;) {
        at = this.#heads.find(bytes, at);
        if (at === -1) return bytes.length;
        head = parseResponseHead(this.#heads.text);
        if (head.status >= 200) break;
        checkInformational(head);
      }
      this.#frame(frameBody(head));
    } catch (cause) {
      this.#break(cause as TransportError);
      return bytes.length;
    }
    this.#sink.onHead(head.status, head.headers);
    return at;
  }

  #frame({ kind, length, reusableMs }: BodyFraming): void {
    this.#state = kind;
    this.#left = length;
    this.#reusableMs = reusableMs;
    if (kind === 'chunked') this.#chunks = new ChunkedBody();
  }

  #takeLength(bytes: Buffer, start: number): void {
    const end = Math.min(bytes.length, start + this.#left);
    this.#left -= end - start;
    if (start < end) this.#sink.onBody(bytes.subarray(start, end));
    if (this.#left === 0) this.#end(end === bytes.length);
  }

  #takeChunks(bytes: Buffer, start: number): void {
    const chunks = this.#chunks!;
    let end = start;
    let fault: TransportError | undefined;
    try {
      end = chunks.decode(bytes, start);
    } catch (cause) {
      fault = cause as TransportError;
    }
    if (chunks.dataStart < chunks.dataEnd) this.#sink.onBody(bytes.subarray(chunks.dataStart, chunks.dataEnd));
    if (fault !== undefined) this.#break(fault);
    else if (chunks.isOver) this.#end(end === bytes.length);
  }

  /** What comes behind an end answers no request, so nothing that comes on this connection can be trusted to. */
  #end(isLastByte: boolean): void {
    this.#state = 'over';
    this.#chunks = undefined;
    this.#sink.onEnd(isLastByte ? this.#reusableMs : 0);
  }

  #break(cause: TransportError): void {
    this.#state = 'over';
    this.#chunks = undefined;
    this.#sink.onBroken(cause);
  }
}
