import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Checkpoints, openCheckpoints } from './checkpoints.ts';
import { openDatabase, openDatabaseToRead } from './open.ts';

let folder: string;
let file: string;
let database: DatabaseSync;
let checkpoints: Checkpoints;
let warnings: string[];
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'couloir-checkpoints-'));
  file = path.join(folder, 'couloir.db');
  database = openDatabase(file);
  database.exec('CREATE TABLE words (word TEXT)');
  warnings = [];
  const warn = (message: string) => void warnings.push(message);
  checkpoints = openCheckpoints({ database, file, warn, everyBytes: 1_000_000 });
});
afterEach(async () => {
  await checkpoints.close();
  if (database.isOpen) database.close();
  rmSync(folder, { recursive: true, force: true });
});

const bytesOf = (suffix: string) => statSync(file + suffix).size;

/** Five megabytes in the log: SQLite by itself would have brought four of them over. */
function writeMuch(): void {
  const insert = database.prepare('INSERT INTO words VALUES (?)');
  for (let count = 0; count < 50; count += 1) insert.run('x'.repeat(100_000));
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await nextTurn();
}

test('what was written stays in the log until it is much, then a thread brings it over and the log begins anew', async () => {
  writeMuch();
  checkpoints.wrote(999_999);
  expect(bytesOf('')).toBeLessThan(100_000);
  checkpoints.wrote(1);
  expect(checkpoints.isRunning()).toBe(true);
  await until(() => !checkpoints.isRunning());
  expect(bytesOf('')).toBeGreaterThan(5_000_000);
  const longest = bytesOf('-wal');
  writeMuch();
  expect(bytesOf('-wal')).toBe(longest);
  expect(warnings).toEqual([]);
});

test('what somebody who was killed has left behind counts, too', async () => {
  writeMuch();
  const another = openDatabase(file);
  const warn = (message: string) => void warnings.push(message);
  const later = openCheckpoints({ database: another, file, warn, everyBytes: 6_000_000 });
  later.wrote(1_000_000);
  await until(() => !later.isRunning());
  expect(bytesOf('')).toBeGreaterThan(5_000_000);
  await later.close();
  another.close();
});

test('it is whole after the end, in one file', async () => {
  writeMuch();
  checkpoints.wrote(1_000_000);
  await checkpoints.close();
  database.close();
  expect(() => bytesOf('-wal')).toThrow('ENOENT');
  const reader = openDatabaseToRead(file);
  expect(reader.prepare('SELECT count(*) AS count FROM words').get()).toEqual({ count: 50 });
  reader.close();
});

test('somebody who reads for long delays it and nobody', async () => {
  const reader = openDatabaseToRead(file);
  const rows = reader.prepare('SELECT * FROM sqlite_schema, sqlite_schema AS other').iterate();
  rows.next();
  writeMuch();
  checkpoints.wrote(1_000_000);
  database.exec("INSERT INTO words VALUES ('short')");
  rows.return?.();
  reader.close();
  await until(() => {
    checkpoints.wrote(1);
    return bytesOf('') > 5_000_000;
  });
  expect(warnings).toEqual([]);
});

test('without the thread SQLite does it by itself, as it always did', async () => {
  await checkpoints.close();
  const warn = (message: string) => void warnings.push(message);
  checkpoints = openCheckpoints({ database, file: folder, warn, everyBytes: 1_000_000 });
  checkpoints.wrote(1_000_000);
  await until(() => warnings.length > 0);
  expect(warnings).toEqual([
    'The thread for checkpoints of the database ended (unable to open database file); they happen between requests from now on.',
  ]);
  writeMuch();
  expect(bytesOf('')).toBeGreaterThan(3_000_000);
});
