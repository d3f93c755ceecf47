import { cacheWrites } from '../ir/usage.ts';
import { operationOf, PROVIDER_NAMES } from '../telemetry/gen-ai.ts';
import type { MeasuredExchange } from '../telemetry/metrics/exchange-metrics.ts';
import type { ExchangeDeps } from './deps.ts';
import type { Ended } from './ended.ts';
import { endSpan } from './exchange-span.ts';
import { recordOf } from './record-of.ts';

/**
 * The end of every exchange, reached exactly once however it went: one wide log line, and one row of those that had a
 * key (strangers must not be able to fill the disk). Prompts and answers are in neither.
 */
export function settle(
  x: Ended,
  { log, clock, exchanges, measure }: Pick<ExchangeDeps, 'log' | 'clock' | 'exchanges' | 'measure'>,
): void {
  const { deployment, error, usage, firstContentAtMicros, notes, tries } = x.record;
  const endedAtMicros = clock.micros();
  const row = recordOf(x, endedAtMicros);
  if (row !== undefined) exchanges.add(row);
  const measured = measuredOf(x, endedAtMicros, row?.costUsd);
  measure(measured);
  endSpan(x, measured);
  const line = {
    event: 'exchange',
    requestId: x.requestId,
    path: x.path,
    dialect: x.dialect.name,
    caller: x.caller?.id,
    model: x.head?.model,
    deployment: deployment?.id,
    served: deployment?.model,
    lane: x.record.lane,
    stream: x.head?.stream,
    attempts: x.record.attempts,
    tries: tries.some(({ outcome }) => outcome !== 'ok') ? tries : undefined,
    queuedMs: x.record.queuedMs === 0 ? undefined : Math.ceil(x.record.queuedMs),
    outcome: error === undefined ? 'ok' : error.kind,
    stop: x.record.stop,
    upstreamStatus: x.record.upstreamStatus,
    upstreamRequestId: x.record.upstreamRequestId,
    totalMs: Math.round((endedAtMicros - x.receivedAtMicros) / 1000),
    firstContentMs:
      firstContentAtMicros === undefined ? undefined : Math.round((firstContentAtMicros - x.receivedAtMicros) / 1000),
    overheadUs: x.record.overheadMicros,
    bytesIn: x.body?.length,
    inputTokens: usage?.input,
    cacheReadTokens: usage?.cacheRead,
    cacheWriteTokens: usage === undefined ? undefined : cacheWrites(usage) || undefined,
    outputTokens: usage?.output,
    usageEstimated: usage?.estimated,
    costUsd: row?.costUsd,
    notes: notes.length === 0 ? undefined : notes.map(({ code, path, because }) => `${code} ${path}: ${because}`),
    error:
      error === undefined
        ? undefined
        : {
            kind: error.kind,
            message: error.publicMessage,
            upstream: error.detail.upstream,
            cause: causeOf(error.detail.cause),
          },
  };
  if (error?.kind === 'internal') log.error(line);
  else if (error !== undefined && error.kind !== 'client-left') log.warn(line);
  else log.info(line);
}

/** The stack of a defect of ours; other causes are told by their kind and message. */
function causeOf(cause: unknown): string | undefined {
  if (cause === undefined) return undefined;
  return cause instanceof Error ? (cause.stack ?? cause.message) : typeof cause;
}

function measuredOf(x: Ended, endedAtMicros: number, costUsd: number | undefined): MeasuredExchange {
  const { deployment, lane, error, tries, overheadMicros, queuedMs, firstContentAtMicros, usage } = x.record;
  return {
    operation: operationOf(x.dialect.name),
    dialect: x.dialect.name,
    lane: lane ?? '',
    provider: deployment === undefined ? '' : PROVIDER_NAMES[deployment.provider],
    // A wildcard can be asked for anything: what nobody serves is no label.
    model: deployment === undefined || error?.kind === 'not-found' ? '' : deployment.model,
    deployment: deployment?.id ?? '',
    outcome: error?.kind ?? 'ok',
    tries,
    totalMicros: endedAtMicros - x.receivedAtMicros,
    overheadMicros,
    queuedMs,
    firstContentMicros: firstContentAtMicros === undefined ? undefined : firstContentAtMicros - x.receivedAtMicros,
    usage,
    costUsd,
  };
}
