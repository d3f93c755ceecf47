import type { Socket } from 'node:net';
import type { AnswerFlow, AnswerSink, OutgoingRequest } from './call.ts';
import type { Connector } from './connector.ts';
import type { ResponseHeaders } from './response-head.ts';
import { ResponseParser, type ResponseSink } from './response-parser.ts';
import { type Ticker, ticksOf, type Waiting } from './ticker.ts';
import { TransportError } from './transport-error.ts';

/** Where a connection goes when it has nothing to do. */
export interface ConnectionOwner {
  /** It may be used again. */
  onIdle(connection: Connection): void;
  /** Said once, whatever the reason. */
  onClosed(connection: Connection): void;
  /** It turned out to be dead before any of this was written to it. */
  onUnsent(request: OutgoingRequest, sink: AnswerSink): void;
}

interface ConnectionParts {
  connector: Connector;
  ticker: Ticker;
  owner: ConnectionOwner;
}

const MOST_IDLE_MS = 30_000;

/**
 * `validating`: about to be used again, but what the other side may have said meanwhile must be heard first.
 * `waiting`: the request is written, the head of its answer has not come.
 */
type State = 'connecting' | 'validating' | 'waiting' | 'answering' | 'idle' | 'closed';

/** One HTTP/1.1 connection, with one request at a time. */
export class Connection implements ResponseSink, AnswerFlow, Waiting {
  dueTick: number;
  /** Its name. */
  readonly origin: string;
  readonly #socket: Socket;
  readonly #owner: ConnectionOwner;
  readonly #ticker: Ticker;
  readonly #parser = new ResponseParser(this);
  #state: State = 'connecting';
  /** Until it is written: a body of megabytes is not kept for as long as its answer, or the connection, lasts. */
  #unsent: OutgoingRequest | undefined;
  #idleTicks = 0;
  #isLast = false;
  #sink: AnswerSink | undefined;
  #isPaused = false;

  /** Connects for a first request. */
  constructor({ connector, ticker, owner }: ConnectionParts, request: OutgoingRequest, sink: AnswerSink) {
    this.#owner = owner;
    this.#ticker = ticker;
    this.origin = request.origin.name;
    this.#unsent = request;
    this.#sink = sink;
    this.dueTick = ticker.after(ticksOf(request.connectMs));
    ticker.watch(this);
    this.#socket = connector
      .open(request.origin, (bytes) => this.#onBytes(bytes))
      .once(request.origin.isSecure ? 'secureConnect' : 'connect', this.#write)
      .on('error', (cause) => this.#fail(this.#state === 'connecting' ? connectError(cause) : cause))
      .on('end', () => this.#onFin())
      .on('close', () => this.#fail(closedEarly()))
      // The end is told only to those who read.
      .resume();
  }

  /** Sends a further request on an idle connection. */
  use(request: OutgoingRequest, sink: AnswerSink): void {
    this.#unsent = request;
    this.#sink = sink;
    this.#state = 'validating';
    this.dueTick = Infinity;
    this.#socket.ref();
    // By then all has been read that came before: the server's word that it left, or an answer to nothing,
    // which would be taken for the answer to this.
    setImmediate(this.#write);
  }

  pause(sink: AnswerSink): void {
    if (this.#sink !== sink || this.#isPaused) return;
    this.#isPaused = true;
    this.dueTick = Infinity;
    this.#socket.pause();
  }

  resume(sink: AnswerSink): void {
    if (this.#sink !== sink || !this.#isPaused) return;
    this.#continue();
    this.#awaitMore();
  }

  abort(sink: AnswerSink): void {
    if (this.#sink === sink) this.#close();
  }

  /** Breaks off what it does. Resolves when the socket is closed. */
  shutDown(): Promise<void> {
    return new Promise((resolve) => {
      this.#socket.once('close', () => resolve());
      this.#fail(new TransportError('TRANSPORT_CLOSED', 'this process gave its connections up'));
    });
  }

  onDue(): void {
    if (this.#state === 'connecting')
      this.#fail(new TransportError('UPSTREAM_CONNECT_TIMEOUT', 'no connection in time'));
    else if (this.#state === 'waiting')
      this.#fail(new TransportError('UPSTREAM_FIRST_BYTE_TIMEOUT', 'no answer in time'));
    else if (this.#state === 'answering')
      this.#fail(new TransportError('UPSTREAM_IDLE_TIMEOUT', 'the answer fell silent'));
    else this.#close();
  }

  onHead(status: number, headers: ResponseHeaders): void {
    this.#state = 'answering';
    this.#awaitMore();
    this.#sink?.onHead(status, headers);
  }

  onBody(bytes: Buffer): void {
    if (this.#sink === undefined) return;
    if (!this.#isPaused) this.#awaitMore();
    const kept = Buffer.allocUnsafe(bytes.length);
    bytes.copy(kept);
    this.#sink.onBody(kept);
  }

  onEnd(reusableMs: number): void {
    const sink = this.#sink;
    if (sink === undefined) return;
    // An answer that came before its request was taken leaves the rest of the request on the way.
    if (reusableMs === 0 || this.#isLast || this.#socket.writableLength > 0) this.#close();
    else this.#idle(reusableMs);
    sink.onEnd();
  }

  onBroken(cause: TransportError): void {
    this.#fail(cause);
  }

  /** Once for each request, when the connection is ready for it. */
  readonly #write = (): void => {
    const request = this.#unsent;
    if (request === undefined) return;
    const { head, body, firstByteMs, idleMs, fresh } = request;
    this.#unsent = undefined;
    this.#state = 'waiting';
    this.#parser.expectAnswer();
    this.dueTick = this.#ticker.after(ticksOf(firstByteMs));
    this.#idleTicks = ticksOf(idleMs);
    this.#isLast = fresh;
    // Both in one call to the system: to join them first costs more, even where they are small.
    this.#socket.cork();
    this.#socket.write(head, 'latin1');
    if (body !== undefined) this.#socket.write(body);
    this.#socket.uncork();
  };

  #onBytes(bytes: Buffer): void {
    if (this.#state === 'waiting' || this.#state === 'answering') this.#parser.push(bytes);
    // An answer to nothing.
    else this.#fail(closedEarly());
  }

  #onFin(): void {
    if (this.#state === 'waiting' || this.#state === 'answering') this.#parser.finish();
    else this.#fail(closedEarly());
  }

  #awaitMore(): void {
    this.dueTick = this.#ticker.after(this.#idleTicks);
  }

  #continue(): void {
    this.#isPaused = false;
    this.#socket.resume();
  }

  #idle(reusableMs: number): void {
    this.#sink = undefined;
    this.#state = 'idle';
    this.dueTick = this.#ticker.after(ticksOf(Math.min(reusableMs, MOST_IDLE_MS)));
    // Paused, it would not hear that the server leaves.
    if (this.#isPaused) this.#continue();
    this.#socket.unref();
    this.#owner.onIdle(this);
  }

  #fail(cause: Error): void {
    if (this.#state === 'closed') return;
    const unsent = this.#state === 'validating' ? this.#unsent : undefined;
    const sink = this.#sink;
    this.#close();
    if (sink === undefined) return;
    if (unsent === undefined) sink.onError(cause);
    else this.#owner.onUnsent(unsent, sink);
  }

  #close(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#unsent = undefined;
    this.#sink = undefined;
    this.#ticker.unwatch(this);
    this.#owner.onClosed(this);
    this.#socket.destroy();
  }
}

function closedEarly(): TransportError {
  return new TransportError('UPSTREAM_CLOSED', 'closed before the answer was complete');
}

/** A host with several addresses is given up by the system's own word for each. */
function connectError(cause: Error): Error {
  const causes: unknown[] = cause instanceof AggregateError ? cause.errors : [cause];
  const isLate = causes.some((one) => one instanceof Error && 'code' in one && one.code === 'ETIMEDOUT');
  return isLate ? new TransportError('UPSTREAM_CONNECT_TIMEOUT', 'no connection in time', { cause }) : cause;
}
