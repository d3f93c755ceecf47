import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fakeClock, type FakeClock } from '../../../test/support/fake-clock.ts';
import type { ExchangeRow } from '../ports.ts';
import { sqliteExchangeHistory } from './exchange-history.ts';
import { sqliteExchangeLog } from './exchanges.ts';
import { openDatabase, openDatabaseToRead } from './open.ts';

const DAY_MS = 86_400_000;

let folder: string;
let file: string;
let clock: FakeClock;
let database: DatabaseSync;
let warnings: string[];
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'couloir-exchanges-'));
  file = path.join(folder, 'couloir.db');
  clock = fakeClock();
  database = openDatabase(file);
  warnings = [];
});
afterEach(() => {
  if (database.isOpen) database.close();
  rmSync(folder, { recursive: true, force: true });
});

const log = () =>
  sqliteExchangeLog(database, { retentionMs: 90 * DAY_MS, clock, warn: (message) => void warnings.push(message) });

/** As another process sees them. */
function written(): ExchangeRow[] {
  const history = sqliteExchangeHistory(openDatabaseToRead(file));
  const rows = [...history.since(0)];
  history.close();
  return rows;
}

const row = (requestId: string, more: Partial<ExchangeRow> = {}): ExchangeRow => ({
  requestId,
  upstreamRequestIds: [],
  receivedAtMs: clock.now(),
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

test('a row comes back as it was written, and nothing is made up where nothing was known', async () => {
  const full = row('a', {
    upstreamRequestIds: ['s-1', 's-2'],
    modelAsked: 'sonnet',
    modelServed: 'claude-sonnet-4-6',
    deploymentId: 'd1',
    lane: 'translated',
    tokens: { input: 1, cacheRead: 2, cacheWrite5m: 3, cacheWrite1h: 4, output: 5, reasoning: 0 },
    estimated: true,
    costUsd: 0.25,
    simulated: true,
  });
  const exchanges = log();
  exchanges.add(full);
  exchanges.add(row('b'));
  exchanges.flush();
  expect(written()).toEqual([full, row('b')]);
});

test('rows wait for each other: a quarter of a second, or until they are many', async () => {
  const exchanges = log();
  exchanges.add(row('first'));
  await clock.advance(249);
  expect(written()).toEqual([]);
  await clock.advance(1);
  expect(written()).toHaveLength(1);

  for (let count = 0; count < 249; count += 1) exchanges.add(row(`n${count}`));
  await clock.advance(0);
  expect(written()).toHaveLength(1);
  exchanges.add(row('last'));
  await clock.advance(0);
  expect(written()).toHaveLength(251);
});

test('while another program holds the database nothing is lost, and it is told', async () => {
  database.exec('PRAGMA busy_timeout = 0');
  const exchanges = log();
  const other = new DatabaseSync(file);
  other.exec('BEGIN EXCLUSIVE');
  exchanges.add(row('a'));
  await clock.advance(250);
  exchanges.add(row('b'));
  await clock.advance(250);
  expect(warnings).toEqual(['1 exchange records could not be written (database is locked); next try in 1000 ms.']);
  other.exec('ROLLBACK');
  other.close();
  await clock.advance(750);
  expect(written().map(({ requestId }) => requestId)).toEqual(['a', 'b']);
});

test('while a checkpoint runs rows wait for its end, unless that takes too long, and each write is told', async () => {
  let isRunning = true;
  const wrote: number[] = [];
  const checkpoints = { isRunning: () => isRunning, wrote: (bytes: number) => void wrote.push(bytes) };
  const exchanges = sqliteExchangeLog(database, { retentionMs: DAY_MS, clock, warn: () => undefined, checkpoints });
  exchanges.add(row('a'));
  await clock.advance(300);
  expect(written()).toEqual([]);
  isRunning = false;
  await clock.advance(10);
  expect(written()).toHaveLength(1);

  isRunning = true;
  exchanges.add(row('b'));
  await clock.advance(1_249);
  expect(written()).toHaveLength(1);
  await clock.advance(1);
  expect(written()).toHaveLength(2);

  exchanges.add(row('c'));
  exchanges.flush();
  expect(written()).toHaveLength(3);
  expect(wrote).toEqual([500, 500, 500]);
});

test('rows that piled up are written in several turns', async () => {
  let isRunning = true;
  const checkpoints = { isRunning: () => isRunning, wrote: () => undefined };
  const exchanges = sqliteExchangeLog(database, { retentionMs: DAY_MS, clock, warn: () => undefined, checkpoints });
  for (let count = 0; count < 1_200; count += 1) exchanges.add(row(`n${count}`));
  await clock.advance(0);
  isRunning = false;
  const seen: number[] = [];
  clock.every(1, () => void seen.push(written().length));
  await clock.advance(12);
  expect(new Set(seen)).toEqual(new Set([0, 500, 1_200]));
});

test('what can never be written does not fill the memory, and the loss is counted', async () => {
  const exchanges = log();
  database.exec('DROP TABLE exchanges');
  for (let count = 0; count < 20_003; count += 1) exchanges.add(row(`n${count}`));
  exchanges.flush();
  expect(warnings.at(-1)).toBe('20003 exchange records are lost: the database could not be written to the end.');
});

test('rows are forgotten after the retention time', async () => {
  const exchanges = log();
  exchanges.add(row('old'));
  await clock.advance(91 * DAY_MS);
  exchanges.add(row('new'));
  exchanges.flush();
  expect(written().map(({ requestId }) => requestId)).toEqual(['new']);
});

test('many of them are forgotten little by little', async () => {
  const exchanges = log();
  for (let count = 0; count < 1_200; count += 1) exchanges.add(row(`old ${count}`));
  exchanges.flush();
  await clock.advance(91 * DAY_MS);
  const left = () => written().filter(({ requestId }) => requestId.startsWith('old')).length;
  const seen: number[] = [];
  for (const id of ['a', 'b', 'c']) {
    exchanges.add(row(id));
    await clock.advance(250);
    seen.push(left());
  }
  expect(seen).toEqual([700, 200, 0]);
});

test('a database of before there were records holds none', () => {
  const older = path.join(folder, 'older.db');
  new DatabaseSync(older).close();
  const history = sqliteExchangeHistory(openDatabaseToRead(older));
  expect([...history.since(0)]).toEqual([]);
  history.close();
});
