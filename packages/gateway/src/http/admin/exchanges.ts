import type { Exchange, ExchangeError, ExchangePage, ExchangesQuery, ExchangeTokens } from '@couloir/sdk';
import { GatewayError } from '../../errors/error.ts';
import { type ErrorKind, ERRORS } from '../../errors/table.ts';
import type { ExchangePosition, ExchangeRow } from '../../store/ports.ts';
import { wrongParameter } from './queries.ts';
import type { AdminWorld } from './world.ts';

const USUAL_LIMIT = 50;

/**
 * A page of the rows on record, newest first.
 * @throws GatewayError `invalid-request` for a `before` that no page gave
 */
export async function exchangePage(
  { limit = USUAL_LIMIT, before, model, outcome }: ExchangesQuery,
  { exchanges, clock }: Pick<AdminWorld, 'exchanges' | 'clock'>,
): Promise<ExchangePage> {
  const filter = { ...(model === undefined ? {} : { model }), ...(outcome === undefined ? {} : { outcome }) };
  const rows: ExchangeRow[] = [];
  let at = before === undefined ? undefined : readPosition(before);
  // One more than asked tells whether there is a next page.
  for (let isFirst = true; isFirst || (at !== undefined && rows.length <= limit); isFirst = false) {
    if (!isFirst) await clock.sleep(0);
    const page = exchanges.page({
      limit: limit + 1 - rows.length,
      ...(at === undefined ? {} : { before: at }),
      ...filter,
    });
    rows.push(...page.rows);
    at = page.next;
  }
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    exchanges: shown.map(showExchange),
    next: rows.length > limit && last !== undefined ? `${last.receivedAtMs}-${last.requestId}` : null,
  };
}

/** @throws GatewayError `no-such-exchange` */
export function oneExchange(requestId: string, { exchanges }: Pick<AdminWorld, 'exchanges'>): Exchange {
  const row = exchanges.find(requestId);
  if (row === undefined) {
    throw new GatewayError(
      'no-such-exchange',
      'No request of this id is on record. Rows are written a moment after the answer, kept for 90 days, and not written for requests without a valid key.',
    );
  }
  return showExchange(row);
}

function readPosition(text: string): ExchangePosition {
  const [, atMs, requestId] = /^(\d{1,15})-([\w-]{1,100})$/.exec(text) ?? [];
  if (atMs === undefined || requestId === undefined) {
    throw wrongParameter('before', 'must be the "next" of the page before');
  }
  return { receivedAtMs: Number(atMs), requestId };
}

function showExchange(row: ExchangeRow): Exchange {
  const { course } = row;
  return {
    requestId: row.requestId,
    upstreamRequestIds: row.upstreamRequestIds,
    receivedAt: new Date(row.receivedAtMs).toISOString(),
    durationMs: row.durationMs,
    queuedMs: course?.queuedMs ?? null,
    firstContentMs: course?.firstContentMs ?? null,
    overheadMicros: course?.overheadMicros ?? null,
    key: row.callerId,
    modelAsked: row.modelAsked ?? null,
    modelServed: row.modelServed ?? null,
    deploymentId: row.deploymentId ?? null,
    protocol: row.dialect,
    lane: row.lane ?? null,
    stream: course?.stream ?? null,
    attempts: course?.attempts ?? null,
    status: row.status,
    outcome: row.outcome,
    stop: course?.stop ?? null,
    tokens: showTokens(row.tokens),
    estimated: row.estimated,
    costUsd: row.costUsd ?? null,
    simulated: row.simulated,
    notes: course?.notes ?? [],
    error: row.outcome === 'ok' ? null : showError(row.outcome, course?.errorMessage),
  };
}

function showTokens({
  input,
  cacheRead,
  cacheWrite5m,
  cacheWrite1h,
  output,
  reasoning,
}: ExchangeRow['tokens']): ExchangeTokens {
  const wroteCache = cacheWrite5m !== undefined || cacheWrite1h !== undefined;
  return {
    input: input ?? null,
    cacheRead: cacheRead ?? null,
    cacheWrite: wroteCache ? (cacheWrite5m ?? 0) + (cacheWrite1h ?? 0) : null,
    output: output ?? null,
    reasoning: reasoning ?? null,
  };
}

/** Rows outlive versions: the kind of an old one may be gone from the table. */
function showError(kind: string, message: string | undefined): ExchangeError {
  const row = kind in ERRORS ? ERRORS[kind as ErrorKind] : undefined;
  return {
    kind,
    message: message ?? null,
    blame: row?.blame ?? null,
    clientMayRetry: row?.clientMayRetry ?? null,
  };
}
