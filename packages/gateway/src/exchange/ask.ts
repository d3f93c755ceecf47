import { Readable } from 'node:stream';
import { isObject } from '../ir/json.ts';
import { readWhole } from '../kit/pump.ts';
import { classifyAnswer } from '../upstream/classify.ts';
import type { Deployment } from '../upstream/deployment.ts';
import type { UpstreamReply } from '../upstream/transport.ts';
import type { ExchangeDeps } from './deps.ts';
import type { Exchange } from './exchange.ts';
import type { Lane } from './lanes.ts';

/** Longest unary answer and longest error body that are read. */
export const MOST_ANSWER_BYTES = 64 * 1024 * 1024;
const MOST_ERROR_BYTES = 64 * 1024;

/**
 * Sends a lane's request.
 * @param timed whether the wait counts as this exchange's (one of several answers does)
 * @throws GatewayError for every status but 2xx, and for a 2xx that is no answer
 */
export async function ask(
  x: Exchange,
  deployment: Deployment,
  lane: Lane,
  authentication: Record<string, string>,
  timed: boolean,
  d: ExchangeDeps,
): Promise<UpstreamReply> {
  const sentAtMicros = d.clock.micros();
  const accept = lane.streams ? 'text/event-stream, application/json' : 'application/json';
  const reply = await callUpstream(deployment, authentication, lane.body, { accept, ...lane.headers }, x.signal, d);
  if (timed) x.record.upstreamWaitMicros += d.clock.micros() - sentAtMicros;
  const requestId = reply.headers['x-snowflake-request-id'];
  x.record.upstreamStatus = reply.status;
  if (typeof requestId === 'string') x.record.upstreamRequestId = requestId;
  x.record.simulated = reply.headers['x-couloir-sandbox'] === '1';
  const succeeded = reply.status >= 200 && reply.status < 300;
  if (succeeded && typeof requestId === 'string') x.record.answeredRequestIds.push(requestId);
  if (succeeded && isEventStream(reply)) return reply;
  const bytes = await readWhole(reply.body, succeeded ? MOST_ANSWER_BYTES : MOST_ERROR_BYTES, x.signal);
  if (succeeded && isAnswer(bytes)) return { ...reply, body: Readable.from([bytes]) };
  throw classifyAnswer(reply.status, reply.headers, bytes.toString('utf8'), d.nameOf(deployment));
}

/**
 * One POST to a deployment.
 * @param authentication of its own token source; see `withFreshToken`
 */
export async function callUpstream(
  deployment: Deployment,
  authentication: Record<string, string>,
  body: string | Buffer,
  headers: Record<string, string>,
  signal: AbortSignal,
  d: ExchangeDeps,
): Promise<UpstreamReply> {
  const { firstByteMs, idleMs } = { ...d.settings.timeouts, ...deployment.timeouts };
  const reply = await d.transport.call({
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
    firstByteMs,
    idleMs,
  });
  deployment.tokens.learnClock(reply.headers['date']);
  return reply;
}

export function isEventStream(reply: UpstreamReply): boolean {
  return String(reply.headers['content-type']).startsWith('text/event-stream');
}

/** False for an error in the clothes of a 200: docs/cortex-quirks.md#session-expired-200 */
function isAnswer(bytes: Buffer): boolean {
  try {
    const body: unknown = JSON.parse(bytes.toString('utf8'));
    return isObject(body) && (Array.isArray(body.choices) || Array.isArray(body.content));
  } catch {
    return false;
  }
}
