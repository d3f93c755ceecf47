import { type ByteSource, sourceOf } from '../kit/byte-source.ts';
import { readWhole } from '../kit/pump.ts';
import { readAnswer } from '../upstream/answer-body.ts';
import { classifyAnswer } from '../upstream/classify.ts';
import type { Deployment } from '../upstream/deployment.ts';
import type { UpstreamReply } from '../upstream/transport.ts';
import type { ExchangeDeps } from './deps.ts';
import type { Exchange } from './exchange.ts';
import type { Lane, WholeAnswer } from './lanes.ts';

/** Longest unary answer and longest error body that are read. */
export const MOST_ANSWER_BYTES = 64 * 1024 * 1024;
const MOST_ERROR_BYTES = 64 * 1024;

interface AskOptions {
  /** Of the deployment's own token source; see `withFreshToken`. */
  authentication: Record<string, string>;
  traceHeaders: Record<string, string>;
  /** Whether the wait counts as this exchange's (one of several answers does). */
  timed: boolean;
  /** On a new connection. */
  fresh: boolean;
}

/** A 2xx that is an answer. */
export interface Answer {
  /** To be read, or destroyed. */
  body: ByteSource;
  /** The same, where all of it is here: the upstream answered in plain JSON. */
  whole?: Required<WholeAnswer>;
}

/**
 * Sends a lane's request.
 * @throws GatewayError for every status but 2xx, and for a 2xx that is no answer
 */
export async function ask(
  x: Exchange,
  deployment: Deployment,
  lane: Lane,
  { authentication, traceHeaders, timed, fresh }: AskOptions,
  d: ExchangeDeps,
): Promise<Answer> {
  const sentAtMicros = d.clock.micros();
  const { body } = lane;
  // A prompt that is only waited for would outlive several collections of garbage.
  lane.body = '';
  const accept = lane.streams ? 'text/event-stream, application/json' : 'application/json';
  const reply = await callUpstream(
    deployment,
    { authentication, headers: { accept, ...traceHeaders, ...lane.headers }, body, signal: x.signal, fresh },
    d,
  );
  deployment.tokens.learnClock(reply.headers['date']);
  if (timed) x.record.upstreamWaitMicros += d.clock.micros() - sentAtMicros;
  const requestId = reply.headers['x-snowflake-request-id'];
  x.record.upstreamStatus = reply.status;
  if (typeof requestId === 'string') x.record.upstreamRequestId = requestId;
  x.record.simulated = reply.headers['x-couloir-sandbox'] === '1';
  const succeeded = reply.status >= 200 && reply.status < 300;
  if (succeeded && typeof requestId === 'string') x.record.answeredRequestIds.push(requestId);
  if (succeeded && isEventStream(reply)) return { body: reply.body };
  const bytes = await readWhole(reply.body, succeeded ? MOST_ANSWER_BYTES : MOST_ERROR_BYTES, x.signal);
  const text = bytes.toString('utf8');
  const json = succeeded ? readAnswer(text) : undefined;
  if (json !== undefined) return { body: sourceOf(bytes), whole: { bytes, json } };
  throw classifyAnswer(reply.status, reply.headers, text, d.nameOf(deployment));
}

interface PostOptions {
  /** Of the deployment's own token source; see `withFreshToken`. */
  authentication: Record<string, string>;
  headers: Record<string, string>;
  body: string | Buffer;
  signal: AbortSignal;
  fresh: boolean;
}

/** One POST to a deployment. Whoever hears the answer tells the deployment's tokens what time it is there. */
export function callUpstream(
  deployment: Deployment,
  { authentication, headers, body, signal, fresh }: PostOptions,
  d: ExchangeDeps,
): Promise<UpstreamReply> {
  const { timeouts } = d.settings;
  const own = deployment.timeouts;
  return d.transport.call({
    method: 'POST',
    url: deployment.url,
    headers: {
      'content-type': 'application/json',
      'user-agent': d.userAgent,
      ...headers,
      ...deployment.extraHeaders,
      ...authentication,
    },
    body,
    signal,
    connectMs: own?.connectMs ?? timeouts.connectMs,
    firstByteMs: own?.firstByteMs ?? timeouts.firstByteMs,
    idleMs: own?.idleMs ?? timeouts.idleMs,
    fresh,
  });
}

function isEventStream(reply: UpstreamReply): boolean {
  return String(reply.headers['content-type']).startsWith('text/event-stream');
}
