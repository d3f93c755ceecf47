import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fakeClock, type FakeClock } from '../../../test/support/fake-clock.ts';
import type { ResponseStore, StoredResponse } from '../ports.ts';
import { exchanges } from './migrations/0002-exchanges.ts';
import { responses } from './migrations/0001-responses.ts';
import { openDatabase } from './open.ts';
import { sqliteResponseStore } from './responses.ts';

const RETENTION_MS = 1000;
const KEPT = { id: 'resp_1', callerId: 'me', createdAt: 0, input: [], response: { id: 'resp_1' } };

let folder: string;
let file: string;
let database: DatabaseSync;
let clock: FakeClock;
let store: ResponseStore;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'couloir-responses-'));
  file = path.join(folder, 'couloir.db');
  clock = fakeClock();
  database = openDatabase(file);
  store = sqliteResponseStore(database, { retentionMs: RETENTION_MS, clock });
});
afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true, force: true });
});

const ids = () =>
  database
    .prepare('SELECT id FROM responses ORDER BY id')
    .all()
    .map(({ id }) => id);

/** Turn `number` of a conversation, with everything that was said before it in its input. */
function turn(number: number, before?: StoredResponse): StoredResponse {
  const id = `resp_${number}`;
  const earlier = before === undefined ? [] : [...before.input, ...(before.response.output as StoredResponse['input'])];
  return {
    id,
    callerId: 'me',
    createdAt: number,
    input: [...earlier, { type: 'message', id: `asked_${number}`, content: 'x'.repeat(1000) }],
    response: { id, output: [{ type: 'message', id: `said_${number}` }] },
  };
}

/** Keeps a conversation of so many turns, each continuing the one before. */
async function converse(turns: number): Promise<StoredResponse[]> {
  const kept: StoredResponse[] = [];
  for (let number = 1; number <= turns; number += 1) {
    const before = kept.at(-1);
    const next = turn(number, before);
    await store.put(next, before?.id);
    kept.push(next);
  }
  return kept;
}

test('an answer is kept for the retention time and gone after it', async () => {
  await store.put(KEPT);
  await clock.advance(RETENTION_MS - 1);
  expect(await store.get('me', 'resp_1')).toEqual(KEPT);
  await clock.advance(1);
  expect(await store.get('me', 'resp_1')).toBeUndefined();
  expect(await store.delete('me', 'resp_1')).toBe(false);
});

test('what has expired leaves the file with the next write', async () => {
  await store.put(KEPT);
  await clock.advance(RETENTION_MS);
  await store.put({ ...KEPT, id: 'resp_2' });
  expect(ids()).toEqual(['resp_2']);
});

test('nobody reads, continues or deletes the answers of another caller', async () => {
  await store.put(KEPT);
  expect(await store.get('somebody', 'resp_1')).toBeUndefined();
  expect(await store.delete('somebody', 'resp_1')).toBe(false);
  const own = { ...KEPT, id: 'resp_2', callerId: 'somebody', input: [{ id: 'mine' }] };
  await store.put(own, 'resp_1');
  expect(await store.get('somebody', 'resp_2')).toEqual(own);
  expect(await store.delete('me', 'resp_1')).toBe(true);
});

describe('a conversation', () => {
  test('comes back whole at every turn, and the file grows with it and no faster', async () => {
    const kept = await converse(60);
    for (const response of kept) expect(await store.get('me', response.id)).toEqual(response);
    const { bytes } = database.prepare('SELECT sum(length(record)) AS bytes FROM responses').get()!;
    expect(Number(bytes)).toBeLessThan(60 * 1500);
  });

  test('that is very long begins a new chain, and still comes back whole', async () => {
    const kept = await converse(503);
    expect(await store.get('me', 'resp_503')).toEqual(kept.at(-1));
    const whole = database.prepare('SELECT id FROM responses WHERE previous IS NULL ORDER BY created_at').all();
    expect(whole).toEqual([{ id: 'resp_1' }, { id: 'resp_502' }]);
  });

  test('outlives the deletion of its middle, which nobody can read any more', async () => {
    const kept = await converse(3);
    expect(await store.delete('me', 'resp_2')).toBe(true);
    expect(await store.delete('me', 'resp_2')).toBe(false);
    expect(await store.get('me', 'resp_2')).toBeUndefined();
    expect(await store.get('me', 'resp_3')).toEqual(kept[2]);
    expect(ids()).toEqual(['resp_1', 'resp_2', 'resp_3']);
    await store.delete('me', 'resp_3');
    expect(ids()).toEqual(['resp_1']);
  });

  test('outlives the retention time of its beginning, and leaves nothing behind at its own', async () => {
    const [first] = await converse(1);
    await clock.advance(RETENTION_MS - 1);
    const second = turn(2, first);
    await store.put(second, 'resp_1');
    await clock.advance(1);
    await store.put({ ...KEPT, id: 'resp_other' });
    expect(await store.get('me', 'resp_1')).toBeUndefined();
    expect(await store.get('me', 'resp_2')).toEqual(second);
    await clock.advance(RETENTION_MS);
    await store.put({ ...KEPT, id: 'resp_another' });
    expect(ids()).toEqual(['resp_another']);
  });

  test('is kept whole where the answer it continues has gone meanwhile', async () => {
    const [first] = await converse(1);
    await store.delete('me', 'resp_1');
    const second = turn(2, first);
    await store.put(second, 'resp_1');
    expect(await store.get('me', 'resp_2')).toEqual(second);
  });

  test('may branch', async () => {
    const [first] = await converse(1);
    const [left, right] = [turn(2, first), turn(3, first)];
    await store.put(left, 'resp_1');
    await store.put(right, 'resp_1');
    await store.delete('me', 'resp_1');
    await store.delete('me', 'resp_2');
    expect(await store.get('me', 'resp_3')).toEqual(right);
    expect(ids()).toEqual(['resp_1', 'resp_3']);
  });

  test('that was kept whole by an earlier version is read and continued', async () => {
    const older = path.join(folder, 'older.db');
    const before = new DatabaseSync(older);
    before.exec(`${responses}; ${exchanges}; PRAGMA user_version = 2`);
    before
      .prepare('INSERT INTO responses (id, caller, created_at, expires_at, record) VALUES (?, ?, ?, ?, ?)')
      .run('resp_old', 'me', 7, clock.now() + RETENTION_MS, GOLDEN);
    before.close();

    const opened = openDatabase(older);
    const migrated = sqliteResponseStore(opened, { retentionMs: RETENTION_MS, clock });
    const old = JSON.parse(GOLDEN) as StoredResponse;
    expect(await migrated.get('me', 'resp_old')).toEqual(old);
    const next = turn(2, old);
    await migrated.put(next, 'resp_old');
    expect(await migrated.get('me', 'resp_2')).toEqual(next);
    expect(opened.prepare('SELECT id, previous, links, items FROM responses ORDER BY id').all()).toEqual([
      { id: 'resp_2', previous: 'resp_old', links: 1, items: 5 },
      { id: 'resp_old', previous: null, links: 0, items: 3 },
    ]);
    opened.close();
  });
});

/** A row as version 2 of the schema has it. */
const GOLDEN =
  '{"id":"resp_old","callerId":"me","createdAt":7,"input":[{"type":"message","role":"user","content":"Hi","id":"msg_old_i0"}],"response":{"id":"resp_old","object":"response","status":"completed","output":[{"type":"reasoning","id":"rs_old_0","summary":[],"encrypted_content":"couloir1.e30"},{"type":"message","id":"msg_old_1","role":"assistant","status":"completed","content":[{"type":"output_text","text":"Hello","annotations":[],"logprobs":[]}]}]}}';

describe('while another program holds the database', () => {
  let other: DatabaseSync;
  beforeEach(() => {
    other = new DatabaseSync(file);
    other.exec('BEGIN IMMEDIATE');
    database.exec('PRAGMA busy_timeout = 0');
  });
  afterEach(() => other.close());

  test('no statement stops the process for longer than a moment', () => {
    const opened = openDatabase(path.join(folder, 'another.db'));
    expect(opened.prepare('PRAGMA busy_timeout').get()).toEqual({ timeout: 20 });
    opened.close();
  });

  test('an answer can be read and continued at once, and is written as soon as can be', async () => {
    const first = turn(1);
    const written = store.put(first);
    expect(await store.get('me', 'resp_1')).toEqual(first);
    expect(await store.get('somebody', 'resp_1')).toBeUndefined();
    const second = turn(2, first);
    const alsoWritten = store.put(second, 'resp_1');
    await clock.advance(2_000);
    expect(ids()).toEqual([]);
    other.exec('ROLLBACK');
    await clock.advance(1_000);
    await Promise.all([written, alsoWritten]);
    expect(await store.get('me', 'resp_2')).toEqual(second);
    expect(ids()).toEqual(['resp_1', 'resp_2']);
  });

  test('an answer that is deleted before it was written never is', async () => {
    const written = store.put(turn(1));
    expect(await store.delete('somebody', 'resp_1')).toBe(false);
    expect(await store.delete('me', 'resp_1')).toBe(true);
    expect(await store.get('me', 'resp_1')).toBeUndefined();
    other.exec('ROLLBACK');
    await clock.advance(1_000);
    await written;
    expect(ids()).toEqual([]);
  });

  test('what cannot be written within a minute is given up, and said', async () => {
    await Promise.all([expect(store.put(turn(1))).rejects.toThrow('database is locked'), clock.advance(61_000)]);
    expect(await store.get('me', 'resp_1')).toBeUndefined();
  });

  test('no more answers wait than the memory can bear', async () => {
    const writes = Array.from({ length: 100 }, (_, number) => store.put({ ...KEPT, id: `resp_${number}` }));
    await expect(store.put({ ...KEPT, id: 'resp_100' })).rejects.toThrow('too many answers wait');
    other.exec('ROLLBACK');
    await clock.advance(1_000);
    await Promise.all(writes);
    expect(ids()).toHaveLength(100);
  });
});
