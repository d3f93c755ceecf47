import type { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fakeClock } from '../../../test/support/fake-clock.ts';
import type { ExchangePosition, ExchangeRow } from '../ports.ts';
import { sqliteExchangeRecords } from './exchange-records.ts';
import { sqliteExchangeLog } from './exchanges.ts';
import { openDatabase } from './open.ts';

let database: DatabaseSync;
beforeEach(() => {
  database = openDatabase(':memory:');
});
afterEach(() => database.close());

const row = (requestId: string, receivedAtMs: number, more: Partial<ExchangeRow> = {}): ExchangeRow => ({
  requestId,
  upstreamRequestIds: [],
  receivedAtMs,
  durationMs: 12,
  callerId: 'master',
  dialect: 'openai-chat',
  status: 200,
  outcome: 'ok',
  tokens: {},
  estimated: false,
  simulated: false,
  ...more,
});

function write(rows: ExchangeRow[]): void {
  const log = sqliteExchangeLog(database, {
    retentionMs: Number.MAX_SAFE_INTEGER,
    clock: fakeClock(),
    warn: () => undefined,
  });
  for (const one of rows) log.add(one);
  log.flush();
}

test('one row, as it was written', () => {
  const full = row('a', 5, {
    course: {
      attempts: 3,
      stream: true,
      queuedMs: 30,
      firstContentMs: 7,
      overheadMicros: 840,
      stop: 'end',
      notes: [{ code: 'dropped', path: 'seed', because: 'Cortex ignores it' }],
      errorMessage: 'It broke.',
    },
  });
  write([full, row('b', 6)]);
  const records = sqliteExchangeRecords(database);
  expect(records.find('a')).toEqual(full);
  expect(records.find('b')).toEqual(row('b', 6));
  expect(records.find('c')).toBeUndefined();
});

test('pages are newest first, and neither rows of one millisecond nor new ones upset them', () => {
  write([row('a', 1), row('b', 2), row('c', 2), row('d', 2), row('e', 3)]);
  const records = sqliteExchangeRecords(database);
  const first = records.page({ limit: 2 });
  expect(first.rows.map(({ requestId }) => requestId)).toEqual(['e', 'd']);
  write([row('f', 4)]);
  const second = records.page({ limit: 2, before: first.next! });
  expect(second.rows.map(({ requestId }) => requestId)).toEqual(['c', 'b']);
  const third = records.page({ limit: 2, before: second.next! });
  expect(third.rows.map(({ requestId }) => requestId)).toEqual(['a']);
  expect(third.next).toBeUndefined();
});

test('filters: the model asked for or served, an outcome, and everything that failed', () => {
  write([
    row('asked', 1, { modelAsked: 'fast' }),
    row('served', 2, { modelAsked: 'alias', modelServed: 'fast' }),
    row('other', 3, { modelAsked: 'slow', outcome: 'internal' }),
    row('nameless', 4, { outcome: 'invalid-request' }),
  ]);
  const records = sqliteExchangeRecords(database);
  const found = (filter: { model?: string; outcome?: string }) =>
    records.page({ limit: 9, ...filter }).rows.map(({ requestId }) => requestId);
  expect(found({ model: 'fast' })).toEqual(['served', 'asked']);
  expect(found({ outcome: 'internal' })).toEqual(['other']);
  expect(found({ outcome: 'failed' })).toEqual(['nameless', 'other']);
  expect(found({ model: 'fast', outcome: 'failed' })).toEqual([]);
});

test('a call looks at so many rows and no more, and every row is found by going on', () => {
  const rows = Array.from({ length: 20_005 }, (_, index) => row(`r${index}`, index + 1));
  write(rows.slice(0, 10_000).map((one, index) => (index === 0 ? { ...one, outcome: 'internal' } : one)));
  write(rows.slice(10_000));
  const records = sqliteExchangeRecords(database);
  const found: string[] = [];
  let calls = 0;
  let before: ExchangePosition | undefined;
  do {
    const page = records.page({ limit: 10, outcome: 'failed', ...(before === undefined ? {} : { before }) });
    found.push(...page.rows.map(({ requestId }) => requestId));
    before = page.next;
    calls += 1;
  } while (before !== undefined);
  expect({ found, calls }).toEqual({ found: ['r0'], calls: 3 });
});
