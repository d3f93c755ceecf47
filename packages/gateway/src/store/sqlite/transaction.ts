import type { DatabaseSync } from 'node:sqlite';

/** Does all of it or nothing. @throws what `work` throws, and SQLite's error where another program holds the database */
export function inTransaction<T>(database: DatabaseSync, work: () => T): T {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (cause) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw cause;
  }
}
