import type { ExchangeDeps } from './deps.ts';
import type { Exchange } from './exchange.ts';
import { recordOf } from './record-of.ts';

/**
 * The end of every exchange, reached exactly once however it went: one wide log line, and one row of those that had a
 * key (strangers must not be able to fill the disk). Prompts and answers are in neither.
 */
export function settle(x: Exchange, { log, clock, exchanges }: ExchangeDeps): void {
  const { deployment, error, usage, firstContentAtMicros, notes } = x.record;
  const row = recordOf(x, clock);
  if (row !== undefined) exchanges.add(row);
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
    outcome: error === undefined ? 'ok' : error.kind,
    stop: x.record.stop,
    upstreamStatus: x.record.upstreamStatus,
    upstreamRequestId: x.record.upstreamRequestId,
    totalMs: Math.round((clock.micros() - x.receivedAtMicros) / 1000),
    firstContentMs:
      firstContentAtMicros === undefined ? undefined : Math.round((firstContentAtMicros - x.receivedAtMicros) / 1000),
    overheadUs: x.record.overheadMicros,
    bytesIn: x.body?.length,
    inputTokens: usage?.input,
    cacheReadTokens: usage?.cacheRead,
    cacheWriteTokens:
      usage === undefined ? undefined : (usage.cacheWrite5m ?? 0) + (usage.cacheWrite1h ?? 0) || undefined,
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
