import { type SseEvent, formatSse } from '../kit/sse.ts';
import type { Clock } from '../kit/clock.ts';
import type { Reply } from './reply.ts';

/** What a lane puts into a client's stream: an event, or bytes of the upstream kept as they were. */
export type StreamPiece = SseEvent | Uint8Array;

/** Longest silence on a stream that has begun, and longest wait for an upstream before a stream begins anyway. */
const SILENCE_MS = 10_000;
/** Once the upstream has accepted the request, the client is told so within this time. */
const ACCEPTED_MS = 1_000;
/** How often open streams are looked at: how late a sign of life can be. */
const TICK_MS = 250;

/**
 * The client's event stream. It begins as late as is safe, so that an early failure still becomes an
 * HTTP status, and never falls silent for longer than proxies and clients endure
 * (docs/decisions/0005-when-a-stream-begins.md).
 */
export class StreamOut {
  readonly #reply: Reply;
  readonly #headers: () => Record<string, string>;
  readonly #clock: Clock;
  readonly #keepAlive: string;
  readonly #stalledReaderMs: number;
  #dueAt: number;
  /** Since when the client has been taking nothing. */
  #blockedSince: number | undefined;
  /** True once any piece of the answer itself has been sent: from then on nothing may be tried again. */
  contentSent = false;
  /** True once the client was told inside the stream that it failed: nothing may follow. */
  failed = false;

  /**
   * @param keepAlive what to write into a silence, in the client's dialect
   * @param stalledReaderMs a client that takes nothing for so long has gone, whatever its socket says: what waits for it is let go
   */
  constructor(
    reply: Reply,
    headers: () => Record<string, string>,
    clock: Clock,
    keepAlive: string,
    stalledReaderMs: number,
  ) {
    this.#reply = reply;
    this.#headers = headers;
    this.#clock = clock;
    this.#keepAlive = keepAlive;
    this.#stalledReaderMs = stalledReaderMs;
    this.#dueAt = clock.now() + SILENCE_MS;
  }

  /** The upstream said 200: the stream begins soon even if no content comes. */
  accepted(): void {
    if (!this.#reply.started) this.#dueAt = Math.min(this.#dueAt, this.#clock.now() + ACCEPTED_MS);
  }

  /** Called by the keep-alive every quarter of a second. */
  tick(): void {
    const now = this.#clock.now();
    if (this.#blockedSince !== undefined) {
      // More would only lie in our memory.
      if (now - this.#blockedSince > this.#stalledReaderMs) this.#reply.cutOff();
      return;
    }
    if (now < this.#dueAt) return;
    this.#write(this.#keepAlive);
  }

  /** @returns a promise only when the client reads too slowly and the writer must wait */
  send(pieces: StreamPiece[], signal: AbortSignal): void | Promise<void> {
    if (pieces.length === 0) return;
    this.contentSent = true;
    const only = pieces[0]!;
    const flowing = pieces.length === 1 && only instanceof Uint8Array ? this.#write(only) : this.#writeAll(pieces);
    if (!flowing) return this.#untilDrained(signal);
  }

  async #untilDrained(signal: AbortSignal): Promise<void> {
    this.#blockedSince ??= this.#clock.now();
    await this.#reply.drained(signal);
    this.#blockedSince = undefined;
  }

  end(): void {
    this.#reply.end();
  }

  #writeAll(pieces: StreamPiece[]): boolean {
    if (pieces.some((piece) => piece instanceof Uint8Array)) {
      return this.#write(
        Buffer.concat(pieces.map((piece) => (piece instanceof Uint8Array ? piece : Buffer.from(formatSse(piece))))),
      );
    }
    return this.#write((pieces as SseEvent[]).map(formatSse).join(''));
  }

  #write(chunk: string | Uint8Array): boolean {
    if (!this.#reply.started) this.#reply.startStream(this.#headers());
    this.#dueAt = this.#clock.now() + SILENCE_MS;
    return this.#reply.write(chunk);
  }
}

/** One timer for all open streams. */
export interface KeepAlive {
  /** @returns a function that ends the watch */
  watch(stream: StreamOut): () => void;
  close(): void;
}

export function createKeepAlive(clock: Clock): KeepAlive {
  const streams = new Set<StreamOut>();
  const stop = clock.every(TICK_MS, () => {
    for (const stream of streams) stream.tick();
  });
  return {
    watch(stream) {
      streams.add(stream);
      return () => streams.delete(stream);
    },
    close: stop,
  };
}
