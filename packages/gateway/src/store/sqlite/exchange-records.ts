import type { DatabaseSync } from 'node:sqlite';
import type { ExchangePosition, ExchangeRecords } from '../ports.ts';
import { readExchange } from './exchange-columns.ts';

/** Rows that one call looks at: a few milliseconds, also where a filter lets none of them through. */
const MOST_LOOKED_AT = 10_000;

const NEWEST_FIRST = 'ORDER BY received_at DESC, request_id DESC';
/** After every row, and before every row. */
const NEWEST: ExchangePosition = { receivedAtMs: Number.MAX_SAFE_INTEGER, requestId: '' };
const OLDEST: ExchangePosition = { receivedAtMs: 0, requestId: '' };

/** Pages by key, not by offset: rows that arrive meanwhile move nothing. */
export function sqliteExchangeRecords(database: DatabaseSync): ExchangeRecords {
  const farthest = database.prepare(
    `SELECT received_at, request_id FROM exchanges WHERE (received_at, request_id) < (?, ?)
     ${NEWEST_FIRST} LIMIT 1 OFFSET ${MOST_LOOKED_AT - 1}`,
  );
  const select = database.prepare(
    `SELECT * FROM exchanges
     WHERE (received_at, request_id) < (:beforeAt, :beforeId) AND (received_at, request_id) >= (:fromAt, :fromId)
       AND (:model IS NULL OR :model IN (model_asked, model_served))
       AND (:outcome IS NULL OR outcome = :outcome OR (:outcome = 'failed' AND outcome <> 'ok'))
     ${NEWEST_FIRST} LIMIT :limit`,
  );
  const one = database.prepare('SELECT * FROM exchanges WHERE request_id = ?');

  return {
    page({ limit, before = NEWEST, model, outcome }) {
      const isFiltered = model !== undefined || outcome !== undefined;
      const end = isFiltered ? farthest.get(before.receivedAtMs, before.requestId) : undefined;
      const from = end === undefined ? undefined : positionOf(end);
      const rows = select
        .all({
          beforeAt: before.receivedAtMs,
          beforeId: before.requestId,
          fromAt: (from ?? OLDEST).receivedAtMs,
          fromId: (from ?? OLDEST).requestId,
          model: model ?? null,
          outcome: outcome ?? null,
          limit,
        })
        .map(readExchange);
      const next = rows.length === limit ? rows.at(-1) : from;
      return { rows, ...(next === undefined ? {} : { next }) };
    },
    find(requestId) {
      const record = one.get(requestId);
      return record === undefined ? undefined : readExchange(record);
    },
  };
}

function positionOf(record: Record<string, unknown>): ExchangePosition {
  return { receivedAtMs: Number(record['received_at']), requestId: String(record['request_id']) };
}
