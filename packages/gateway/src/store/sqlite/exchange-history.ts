import type { DatabaseSync } from 'node:sqlite';
import type { ExchangeHistory, ExchangeRow } from '../ports.ts';
import { readExchange } from './exchange-columns.ts';

/** @param database may be one that is only read, while a gateway writes it; it is closed with the history */
export function sqliteExchangeHistory(database: DatabaseSync): ExchangeHistory {
  return {
    since: (atMs) => readRows(database, atMs),
    close: () => database.close(),
  };
}

function* readRows(database: DatabaseSync, atMs: number): Generator<ExchangeRow> {
  // A database of before the first exchange was ever written down has no such table.
  const table = database.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'exchanges'").get();
  if (table === undefined) return;
  const select = database.prepare('SELECT * FROM exchanges WHERE received_at >= ? ORDER BY received_at, request_id');
  for (const record of select.iterate(atMs)) yield readExchange(record);
}
