import type { LookupFunction } from 'node:net';
import { Agent } from 'undici';
import type { ByteSource } from '../kit/byte-source.ts';
import { classifyTransport } from './classify-transport.ts';
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
  /** Longest wait for a connection, for the first byte, and longest silence after it. */
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
  const agents = new Map<string, Agent>();
  /** undici knows the connect timeout per pool only; few deployments have one of their own. */
  const agentFor = (connectMs: number, fresh: boolean): Agent => {
    const key = `${connectMs} ${fresh}`;
    const known = agents.get(key);
    if (known !== undefined) return known;
    const agent = new Agent({
      connections: null,
      // A connection that breaks then breaks one answer.
      allowH2: false,
      // 0 closes the connection after each answer.
      pipelining: fresh ? 0 : 1,
      keepAliveTimeout: IDLE_SOCKET_MS,
      connect: {
        timeout: connectMs,
        ...(options.lookup === undefined ? {} : { lookup: options.lookup }),
        ...(options.ca === undefined ? {} : { ca: options.ca }),
      },
    });
    agents.set(key, agent);
    return agent;
  };
  return {
    call({ method, url, headers, body, signal, connectMs = CONNECT_TIMEOUT_MS, firstByteMs, idleMs, fresh = false }) {
      return new Promise((resolve, reject) => {
        const { origin, pathname, search } = new URL(url);
        const fail = (cause: unknown) =>
          reject(signal.aborted ? (signal.reason as Error) : classifyTransport(cause, origin));
        const begin = (status: number, answered: UpstreamReply['headers']) =>
          resolve({ status, headers: answered, body: answer });
        const answer = new UpstreamAnswer(signal, begin, fail);
        if (signal.aborted) return answer.cancel();
        const target = { origin, path: pathname + search, method, headers, body: body ?? null };
        agentFor(connectMs, fresh).dispatch({ ...target, headersTimeout: firstByteMs, bodyTimeout: idleMs }, answer);
      });
    },
    async close() {
      await Promise.all(Array.from(agents.values(), (agent) => agent.destroy()));
    },
  };
}
