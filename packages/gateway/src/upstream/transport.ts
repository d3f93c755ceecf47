import type { ByteSource } from '../kit/byte-source.ts';
import { type Clock, systemClock } from '../kit/clock.ts';
import { classifyTransport } from './classify-transport.ts';
import { Connector, type ConnectorOptions } from './http1/connector.ts';
import { readTarget, type Target } from './http1/origin.ts';
import { Pool } from './http1/pool.ts';
import { writeRequestHead } from './http1/request-head.ts';
import { Ticker } from './http1/ticker.ts';
import { UpstreamAnswer } from './upstream-answer.ts';

/** An upstream's answer whose body is still on its way. Whoever does not read `body` to its end must destroy it. */
export interface UpstreamReply {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  /** Breaks off with the signal's reason when the signal of the call is aborted. */
  body: ByteSource;
}

interface UpstreamCall {
  method: 'GET' | 'POST';
  url: string;
  headers: Record<string, string>;
  body?: string | Buffer;
  signal: AbortSignal;
  /** Longest wait for a connection, for the first byte, and longest silence after it. 0 is no limit. */
  connectMs?: number;
  firstByteMs: number;
  idleMs: number;
  /** On a connection of its own: one from the pool has just turned out to be dead, and others may be. */
  fresh?: boolean;
}

export interface Transport {
  /** @throws GatewayError for everything that keeps an answer from coming; the signal's own reason when aborted. */
  call(call: UpstreamCall): Promise<UpstreamReply>;
  close(): Promise<void>;
}

interface TransportOptions extends ConnectorOptions {
  clock?: Pick<Clock, 'every'>;
}

const CONNECT_TIMEOUT_MS = 10_000;
/** Deployments have one URL each; those of remote images are as many as there are images. */
const MOST_KNOWN_TARGETS = 500;

/** HTTP/1.1 over a pool of connections for each origin. Concurrency is not limited here. */
export function createTransport({ clock = systemClock, ...options }: TransportOptions = {}): Transport {
  const pool = new Pool(new Connector(options), new Ticker(clock));
  const targets = new Map<string, Target>();
  const targetOf = (url: string): Target => {
    const known = targets.get(url);
    if (known !== undefined) return known;
    if (targets.size >= MOST_KNOWN_TARGETS) targets.clear();
    const target = readTarget(url);
    targets.set(url, target);
    return target;
  };
  return {
    call({ method, url, headers, body, signal, connectMs = CONNECT_TIMEOUT_MS, firstByteMs, idleMs, fresh = false }) {
      return new Promise((resolve, reject) => {
        const { origin, path } = targetOf(url);
        const fail = (cause: unknown) =>
          reject(signal.aborted ? (signal.reason as Error) : classifyTransport(cause, origin.name));
        const begin = (status: number, answered: UpstreamReply['headers']) =>
          resolve({ status, headers: answered, body: answer });
        const answer = new UpstreamAnswer(signal, begin, fail);
        if (signal.aborted) return answer.cancel();
        const bodyBytes = body === undefined ? 0 : Buffer.byteLength(body);
        try {
          const { text, closes } = writeRequestHead({
            method,
            path,
            host: origin.host,
            headers,
            bodyBytes,
            closes: fresh,
          });
          pool.send({ origin, head: text, body, connectMs, firstByteMs, idleMs, fresh: closes }, answer);
        } catch (cause) {
          answer.onError(cause as Error);
        }
      });
    },
    close: () => pool.close(),
  };
}
