import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { JsonObject } from '../ir/json.ts';
import type { Reply } from '../exchange/reply.ts';
import { CORS_HEADERS } from './cors.ts';

/** What a connection's buffers may not take at once: from there on a client can keep us waiting. */
const LARGE_BYTES = 64 * 1024;
/** Up to here a copy costs less than a second buffer for the system to gather. */
const COPIED_BYTES = 16 * 1024;

/** An exchange's reply on a Node.js response. */
export class HttpReply implements Reply {
  readonly #response: ServerResponse;
  readonly #stalledReaderMs: number;
  /** The head is on its way, and what follows it is in chunks. */
  #flows = false;
  /** What came in this turn of the event loop. */
  #gathered = '';
  #encoding: 'utf8' | 'latin1' = 'utf8';

  /** @param stalledReaderMs a client that takes nothing of a large answer for so long is cut off */
  constructor(response: ServerResponse, stalledReaderMs = 300_000) {
    this.#response = response;
    this.#stalledReaderMs = stalledReaderMs;
  }

  get started(): boolean {
    return this.#response.headersSent;
  }

  json(status: number, headers: Record<string, string>, body: JsonObject | string | Buffer): void {
    const response = this.#response;
    if (response.destroyed || response.headersSent) return;
    const text = Buffer.isBuffer(body) || typeof body === 'string' ? body : JSON.stringify(body);
    const length = Buffer.byteLength(text);
    response.writeHead(status, {
      ...CORS_HEADERS,
      ...headers,
      'content-type': 'application/json',
      'content-length': length,
    });
    if (length > LARGE_BYTES) response.setTimeout(this.#stalledReaderMs);
    // Node.js joins its head with a string, never with a buffer. Latin-1 keeps every byte.
    if (Buffer.isBuffer(text) && length <= COPIED_BYTES) response.end(text.toString('latin1'), 'latin1');
    else response.end(text);
  }

  startStream(headers: Record<string, string>): void {
    const response = this.#response;
    if (response.destroyed || response.headersSent) return;
    response.writeHead(200, {
      ...CORS_HEADERS,
      ...headers,
      'content-type': 'text/event-stream; charset=utf-8',
      // Proxies between here and the client must neither buffer nor recompress a stream.
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    });
    response.socket?.setNoDelay(true);
  }

  /** What comes in one turn of the event loop leaves together. */
  write(chunk: string | Uint8Array): boolean {
    const response = this.#response;
    if (response.destroyed) return true;
    const { socket } = response;
    const flows = this.#flows && socket !== null && response.writableCorked === 0;
    if (flows && chunk.length <= COPIED_BYTES) return this.#gather(chunk, socket);
    this.#flush();
    // The head goes with the first piece.
    this.#flows = response.chunkedEncoding && socket !== null;
    return response.write(chunk);
  }

  /**
   * A chunk made here and given to the connection as one string: `response.write` has the system gather its size, its
   * line ends and itself, which is a sixth of what an event of a stream costs.
   */
  #gather(chunk: string | Uint8Array, socket: Socket): boolean {
    const encoding = typeof chunk === 'string' ? 'utf8' : 'latin1';
    if (this.#gathered !== '' && (encoding !== this.#encoding || this.#gathered.length > COPIED_BYTES)) this.#flush();
    if (this.#gathered === '') process.nextTick(() => this.#flush());
    this.#encoding = encoding;
    this.#gathered += typeof chunk === 'string' ? chunk : bytesOf(chunk).toString('latin1');
    return !socket.writableNeedDrain;
  }

  #flush(): void {
    const text = this.#gathered;
    if (text === '') return;
    this.#gathered = '';
    const size = Buffer.byteLength(text, this.#encoding).toString(16);
    this.#response.socket?.write(`${size}\r\n${text}\r\n`, this.#encoding);
  }

  drained(signal: AbortSignal): Promise<void> {
    const response = this.#response;
    const { socket } = response;
    return new Promise((resolve, reject) => {
      const settle = () => {
        response.off('drain', settle);
        socket?.off('drain', settle);
        response.off('close', settle);
        signal.removeEventListener('abort', settle);
        if (signal.aborted) reject(signal.reason as Error);
        else resolve();
      };
      response.once('drain', settle);
      socket?.once('drain', settle);
      response.once('close', settle);
      signal.addEventListener('abort', settle, { once: true });
      if (signal.aborted || response.destroyed) settle();
    });
  }

  end(): void {
    if (this.#response.destroyed) return;
    this.#flush();
    this.#response.end();
  }

  cutOff(): void {
    this.#response.destroy();
  }
}

function bytesOf(chunk: Uint8Array): Buffer {
  return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
}
