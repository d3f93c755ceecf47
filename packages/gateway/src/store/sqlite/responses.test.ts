import { afterEach, beforeEach, expect, test } from 'vitest';
import type { DatabaseSync } from 'node:sqlite';
import type { ResponseStore } from '../ports.ts';
import { openDatabase } from './open.ts';
import { sqliteResponseStore } from './responses.ts';

const RETENTION_MS = 1000;
const KEPT = { id: 'resp_1', callerId: 'me', createdAt: 0, input: [], response: { id: 'resp_1' } };

let database: DatabaseSync;
let nowMs: number;
let store: ResponseStore;
beforeEach(() => {
  nowMs = 0;
  database = openDatabase(':memory:');
  store = sqliteResponseStore(database, { retentionMs: RETENTION_MS, now: () => nowMs });
});
afterEach(() => database.close());

test('an answer is kept for the retention time and gone after it', async () => {
  await store.put(KEPT);
  nowMs = RETENTION_MS - 1;
  expect(await store.get('me', 'resp_1')).toEqual(KEPT);
  nowMs = RETENTION_MS;
  expect(await store.get('me', 'resp_1')).toBeUndefined();
  expect(await store.delete('me', 'resp_1')).toBe(false);
});

test('what has expired leaves the file with the next write', async () => {
  await store.put(KEPT);
  nowMs = RETENTION_MS;
  await store.put({ ...KEPT, id: 'resp_2' });
  expect(database.prepare('SELECT id FROM responses').all()).toEqual([{ id: 'resp_2' }]);
});

test('nobody reads or deletes the answers of another caller', async () => {
  await store.put(KEPT);
  expect(await store.get('somebody', 'resp_1')).toBeUndefined();
  expect(await store.delete('somebody', 'resp_1')).toBe(false);
  expect(await store.delete('me', 'resp_1')).toBe(true);
});
