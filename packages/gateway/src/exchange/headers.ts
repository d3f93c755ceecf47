import type { Clock } from '../kit/clock.ts';
import { dollars } from '../policy/price.ts';
import type { Exchange } from './exchange.ts';

/** Some proxies refuse header blocks beyond 8 KiB; the log has all of it. */
const LONGEST_DROPPED = 1_000;

/** The headers every answer of the data plane carries (docs/decisions: name and contract). Called once, when the answer begins. */
export function answerHeaders(x: Exchange, clock: Clock, costUsd?: number): Record<string, string> {
  const { deployment, lane, notes, upstreamRequestId } = x.record;
  x.record.overheadMicros = Math.max(0, clock.micros() - x.receivedAtMicros - x.record.upstreamWaitMicros);
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

function ascii(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?');
}
