import { chmodSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { MIGRATIONS } from './migrations/index.ts';

/**
 * How long a statement waits for another program's lock. The whole process waits with it: enough for the lock of a
 * single write, and whoever needs more tries again later (`busy.ts`, `exchanges.ts`).
 */
const BUSY_TIMEOUT_MS = 20;

/**
 * Opens the embedded database, creating it (0600) and bringing its schema up to date.
 * @param file `:memory:` for one that is gone when it is closed
 * @throws Error when the file is of a newer version of this program, or cannot be written
 */
export function openDatabase(file: string): DatabaseSync {
  if (file !== ':memory:') mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const database = new DatabaseSync(file, { timeout: 5_000 });
  if (file !== ':memory:') chmodSync(file, 0o600);
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;');
  migrate(database, file);
  database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
  return database;
}

/**
 * Opens the embedded database to read it beside the gateway that writes it. Nothing is created or changed.
 * @throws Error when the file does not exist or is no database
 */
export function openDatabaseToRead(file: string): DatabaseSync {
  return new DatabaseSync(file, { readOnly: true, timeout: 5_000 });
}

function migrate(database: DatabaseSync, file: string): void {
  const version = Number(database.prepare('PRAGMA user_version').get()?.user_version ?? 0);
  if (version > MIGRATIONS.length) {
    throw new Error(`${file} was written by a newer version of couloir. Update this one, or move the file away.`);
  }
  for (const [index, statements] of MIGRATIONS.entries()) {
    if (index < version) continue;
    database.exec(`BEGIN; ${statements}; PRAGMA user_version = ${index + 1}; COMMIT;`);
  }
}
