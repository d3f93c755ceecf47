import type { LookupFunction } from 'node:net';
import type { Readable } from 'node:stream';
import { Agent } from 'undici';
import { classifyTransport } from './classify-transport.ts';

/** An upstream's answer whose body is still on its way. Whoever does not read `body` to its end must destroy it. */
export interface UpstreamReply {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Readable;
}

interface UpstreamCall {
  method: 'GET' | 'POST';
  url: string;
  headers: Record<string, string>;
  body?: string | Buffer;
  signal: AbortSignal;
  /** Longest wait for the first byte, and longest silence after it. */
  firstByteMs: number;
  idleMs: number;
}

export interface Transport {
  /** @throws GatewayError for everything that keeps an answer from coming; the signal's own reason when aborted. */
  call(call: UpstreamCall): Promise<UpstreamReply>;
  close(): Promise<void>;
}

interface TransportOptions {
  /** Resolves names, for callers that must vet the address they connect to. */
  lookup?: LookupFunction;
  /** Extra certificate authority, PEM. */
  ca?: string;
}

const CONNECT_TIMEOUT_MS = 10_000;
const IDLE_SOCKET_MS = 30_000;

/** HTTP/1.1 over a pool per origin. Concurrency is not limited here: a bounded pool would queue streams in silence. */
export function createTransport(options: TransportOptions = {}): Transport {
  const agent = new Agent({
    connections: null,
    pipelining: 1,
    keepAliveTimeout: IDLE_SOCKET_MS,
    connect: {
      timeout: CONNECT_TIMEOUT_MS,
      ...(options.lookup === undefined ? {} : { lookup: options.lookup }),
      ...(options.ca === undefined ? {} : { ca: options.ca }),
    },
  });
  return {
    async call({ method, url, headers, body, signal, firstByteMs, idleMs }) {
      const target = new URL(url);
      try {
        const {
          statusCode,
          headers: answered,
          body: stream,
        } = await agent.request({
          origin: target.origin,
          path: target.pathname + target.search,
          method,
          headers,
          body: body ?? null,
          signal,
          headersTimeout: firstByteMs,
          bodyTimeout: idleMs,
        });
        // Destroying a body early makes undici emit an error on it, which would end the process unheard.
        // Whoever iterates the body still gets every error from the iterator.
        stream.on('error', () => undefined);
        return { status: statusCode, headers: answered, body: stream };
      } catch (cause) {
        if (signal.aborted) throw signal.reason;
        throw classifyTransport(cause, target.origin);
      }
    },
    close: () => agent.destroy(),
  };
}
