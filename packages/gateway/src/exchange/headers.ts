import type { Clock } from '../kit/clock.ts';
import { dollars } from '../policy/price.ts';
import type { Ended } from './ended.ts';

/** Some proxies refuse header blocks beyond 8 KiB; the log has all of it. */
const LONGEST_DROPPED = 1_000;

/** The headers every answer of the data plane carries (docs/decisions: name and contract). Called once, when the answer begins. */
export function answerHeaders(
  x: Pick<Ended, 'requestId' | 'record' | 'receivedAtMicros'>,
  clock: Clock,
  costUsd?: number,
): Record<string, string> {
  const { deployment, lane, notes, upstreamRequestId } = x.record;
  x.record.overheadMicros = Math.max(
    0,
    clock.micros() - x.receivedAtMicros - x.record.upstreamWaitMicros - x.record.queuedMs * 1000,
  );
  const dropped = notes.filter((note) => note.code === 'dropped').map((note) => note.path);
  return {
    'x-couloir-request-id': x.requestId,
    // OpenAI's SDKs read the one, Anthropic's the other.
    'x-request-id': x.requestId,
    'request-id': x.requestId,
    'x-litellm-call-id': x.requestId,
    'x-couloir-overhead-us': String(x.record.overheadMicros),
    ...(deployment === undefined
      ? {}
      : { 'x-couloir-model': ascii(deployment.model), 'x-litellm-model-id': ascii(deployment.id) }),
    ...(lane === undefined ? {} : { 'x-couloir-lane': lane }),
    ...(x.record.queuedMs === 0 ? {} : { 'x-couloir-queue-ms': String(Math.ceil(x.record.queuedMs)) }),
    'server-timing': serverTiming(x),
    ...(dropped.length === 0
      ? {}
      : { 'x-couloir-dropped': ascii([...new Set(dropped)].join(', ')).slice(0, LONGEST_DROPPED) }),
    ...(upstreamRequestId === undefined ? {} : { 'x-snowflake-request-id': ascii(upstreamRequestId) }),
    ...(x.record.simulated ? { 'x-couloir-sandbox': '1' } : {}),
    ...(costUsd === undefined
      ? {}
      : { 'x-couloir-cost-usd': dollars(costUsd), 'x-litellm-response-cost': dollars(costUsd) }),
  };
}

/** For browsers' and agents' own tools: where the time until now went, in milliseconds. */
function serverTiming({ record }: Pick<Ended, 'record'>): string {
  const { overheadMicros, upstreamWaitMicros, queuedMs } = record;
  const queued = queuedMs === 0 ? '' : `, queue;dur=${Math.ceil(queuedMs)}`;
  return `gateway;dur=${(overheadMicros ?? 0) / 1000}, upstream;dur=${upstreamWaitMicros / 1000}${queued}`;
}

function ascii(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?');
}
