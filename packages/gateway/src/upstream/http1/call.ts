import type { Origin } from './origin.ts';
import type { ResponseHeaders } from './response-head.ts';

/** One request, as it is sent. */
export interface OutgoingRequest {
  origin: Origin;
  /** Of `writeRequestHead`, as latin1. */
  head: string;
  body: string | Buffer | undefined;
  /** 0 for no limit, as with the others. */
  connectMs: number;
  firstByteMs: number;
  idleMs: number;
  /** On a connection of its own, which is closed afterwards. */
  fresh: boolean;
}

/** Whoever sent a request. Hears a head, then pieces of a body, then its end; in place of any of them, what went wrong. */
export interface AnswerSink {
  /** Told once or, while nothing has been sent, again: `flow` stops and breaks off what comes. */
  onFlow(flow: AnswerFlow): void;
  onHead(status: number, headers: ResponseHeaders): void;
  /** @param bytes may be kept */
  onBody(bytes: Buffer): void;
  onEnd(): void;
  onError(cause: Error): void;
}

/** Heeds nobody but the sink whose answer is on its way: after that, the connection is somebody else's. */
export interface AnswerFlow {
  /** What has been read already may still come. */
  pause(sink: AnswerSink): void;
  resume(sink: AnswerSink): void;
  /** Closes the connection; nothing more is heard of it. */
  abort(sink: AnswerSink): void;
}
