import type { DatabaseSync } from 'node:sqlite';
import type { ResponseStore, StoredResponse } from '../ports.ts';

interface Options {
  /** How long an answer is kept. */
  retentionMs: number;
  /** Milliseconds since the epoch. */
  now: () => number;
}

/** Answers of the Responses API in the embedded database. What has expired goes with the next write. */
export function sqliteResponseStore(database: DatabaseSync, { retentionMs, now }: Options): ResponseStore {
  const select = database.prepare('SELECT record FROM responses WHERE id = ? AND caller = ? AND expires_at > ?');
  const upsert = database.prepare(
    'INSERT OR REPLACE INTO responses (id, caller, created_at, expires_at, record) VALUES (?, ?, ?, ?, ?)',
  );
  const remove = database.prepare('DELETE FROM responses WHERE id = ? AND caller = ? AND expires_at > ?');
  const purge = database.prepare('DELETE FROM responses WHERE expires_at <= ?');
  return {
    get(callerId, id) {
      const row = select.get(id, callerId, now());
      return Promise.resolve(row === undefined ? undefined : (JSON.parse(String(row.record)) as StoredResponse));
    },
    put(response) {
      purge.run(now());
      const { id, callerId, createdAt } = response;
      upsert.run(id, callerId, createdAt, now() + retentionMs, JSON.stringify(response));
      return Promise.resolve();
    },
    delete: (callerId, id) => Promise.resolve(remove.run(id, callerId, now()).changes > 0),
  };
}
