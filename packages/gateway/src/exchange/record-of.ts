import { costUsd } from '../policy/price.ts';
import type { ExchangeCourse, ExchangeRow, ExchangeTokens } from '../store/ports.ts';
import type { Exchange } from './exchange.ts';
import type { Ended } from './ended.ts';

/** A client may ask for anything; what no model is called is not worth the disk. */
const LONGEST_NAME = 200;

/**
 * What is written down of an exchange; undefined when nobody was identified.
 * @param endedAtMicros of the clock that said when it arrived
 */
export function recordOf(x: Ended, endedAtMicros: number): ExchangeRow | undefined {
  if (x.caller === undefined) return undefined;
  const { deployment, lane, error, usage, upstreamRequestId, answeredRequestIds, simulated } = x.record;
  const last = upstreamRequestId === undefined ? [] : [upstreamRequestId];
  return {
    requestId: x.requestId,
    upstreamRequestIds: answeredRequestIds.length > 0 ? answeredRequestIds : last,
    receivedAtMs: x.receivedAtMs,
    durationMs: Math.round((endedAtMicros - x.receivedAtMicros) / 1000),
    callerId: x.caller.id,
    modelAsked: x.head?.model.slice(0, LONGEST_NAME),
    modelServed: deployment?.model,
    deploymentId: deployment?.id,
    dialect: x.dialect.name,
    lane,
    status: error?.status ?? 200,
    outcome: error?.kind ?? 'ok',
    tokens: usage === undefined ? {} : tokensOf(usage),
    estimated: usage?.estimated === true,
    costUsd: usage === undefined || deployment === undefined ? undefined : costUsd(usage, deployment),
    simulated,
    course: courseOf(x),
  };
}

function courseOf({ head, record, receivedAtMicros }: Ended): ExchangeCourse {
  const { attempts, firstContentAtMicros, overheadMicros, queuedMs, stop, notes, error } = record;
  return {
    attempts,
    queuedMs: Math.ceil(queuedMs),
    stream: head?.stream,
    firstContentMs:
      firstContentAtMicros === undefined ? undefined : Math.round((firstContentAtMicros - receivedAtMicros) / 1000),
    overheadMicros,
    stop,
    notes: notes.map(({ code, path, because }) => ({ code, path, because })),
    errorMessage: error?.publicMessage,
  };
}

function tokensOf({
  input,
  cacheRead,
  cacheWrite5m,
  cacheWrite1h,
  output,
  reasoning,
}: NonNullable<Exchange['record']['usage']>): ExchangeTokens {
  return { input, cacheRead, cacheWrite5m, cacheWrite1h, output, reasoning };
}
