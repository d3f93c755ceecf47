import type { DatabaseSync } from 'node:sqlite';
import type { JsonObject } from '../../ir/json.ts';
import type { Clock } from '../../kit/clock.ts';
import type { ResponseStore, StoredResponse } from '../ports.ts';
import { untilFree } from './busy.ts';
import type { Checkpoints } from './checkpoints.ts';
import { inTransaction } from './transaction.ts';

interface Options {
  /** How long an answer is kept. */
  retentionMs: number;
  clock: Pick<Clock, 'now' | 'sleep'>;
  checkpoints?: Pick<Checkpoints, 'wrote'>;
}

/** Longest chain; the next answer is kept whole and begins another. */
const MOST_LINKS = 500;
/** How long a reader waits for another program's lock, and how long an answer waits to be written. */
const READ_PATIENCE_MS = 5_000;
const WRITE_PATIENCE_MS = 60_000;
/** Answers that wait to be written. Each may be megabytes. */
const MOST_WAITING = 100;
/** Expired chains that one write clears away. */
const MOST_CLEARED = 200;

/**
 * Answers of the Responses API in the embedded database, each with only what it added to the one it continues: kept
 * whole, a conversation would grow with the square of its turns. What has expired or was deleted goes with the next
 * write, but for what a later answer stands on.
 */
export function sqliteResponseStore(
  database: DatabaseSync,
  { retentionMs, clock, checkpoints }: Options,
): ResponseStore {
  const chain = database.prepare(`
    WITH RECURSIVE chain (record, previous, depth) AS (
      SELECT record, previous, 0 FROM responses WHERE id = ? AND caller = ? AND expires_at > ?
      UNION ALL
      SELECT earlier.record, earlier.previous, depth + 1
      FROM chain JOIN responses AS earlier ON earlier.id = chain.previous WHERE depth < ${MOST_LINKS}
    )
    SELECT record, previous FROM chain ORDER BY depth DESC`);
  const link = database.prepare('SELECT items, links FROM responses WHERE id = ? AND caller = ?');
  const upsert = database.prepare(`
    INSERT OR REPLACE INTO responses (id, caller, created_at, expires_at, previous, links, items, record)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)`);
  const expire = database.prepare('UPDATE responses SET expires_at = 0 WHERE id = ? AND caller = ? AND expires_at > ?');
  const clearAway = clearing(database);
  /** Not written yet, because another program holds the database. */
  const waiting = new Map<string, StoredResponse>();
  /** One after another: each that finds the database locked stops the process for a moment. */
  let lastWrite: Promise<void> | undefined;

  function read(callerId: string, id: string): StoredResponse | undefined {
    const rows = chain.all(id, callerId, clock.now());
    // A row that others stand on is never cleared away; where one is missing all the same, half a conversation is none.
    if (rows.length === 0 || rows[0]!.previous !== null) return undefined;
    const records = rows.map(({ record }) => JSON.parse(String(record)) as StoredResponse);
    const own = records.pop()!;
    const earlier = records.flatMap(({ input, response }) => [...input, ...outputOf(response)]);
    return { ...own, input: [...earlier, ...own.input] };
  }

  /** @returns how much it was */
  function write(stored: StoredResponse, continues: string | undefined): number {
    const { id, callerId, createdAt, input, response } = stored;
    if (!waiting.has(id)) return 0;
    const before = continues === undefined ? undefined : link.get(continues, callerId);
    const linked = before !== undefined && Number(before.links) < MOST_LINKS;
    const record = JSON.stringify(linked ? { ...stored, input: input.slice(Number(before.items)) } : stored);
    upsert.run(
      id,
      callerId,
      createdAt,
      clock.now() + retentionMs,
      linked ? continues! : null,
      linked ? Number(before.links) + 1 : 0,
      input.length + outputOf(response).length,
      record,
    );
    return record.length;
  }

  return {
    async get(callerId, id) {
      const held = waiting.get(id);
      if (held !== undefined) return held.callerId === callerId ? held : undefined;
      return untilFree(() => read(callerId, id), clock, clock.now() + READ_PATIENCE_MS);
    },
    async put(stored, continues) {
      if (waiting.size >= MOST_WAITING) throw new Error('too many answers wait for the database already');
      waiting.set(stored.id, stored);
      const until = clock.now() + WRITE_PATIENCE_MS;
      const work = () => {
        const bytes = inTransaction(database, () => {
          clearAway(clock.now());
          return write(stored, continues);
        });
        checkpoints?.wrote(bytes);
      };
      const attempt = () => untilFree(work, clock, until);
      const written = lastWrite === undefined ? attempt() : lastWrite.then(attempt);
      const over = written
        .catch(() => undefined)
        .then(() => {
          if (lastWrite === over) lastWrite = undefined;
        });
      lastWrite = over;
      try {
        await written;
      } finally {
        waiting.delete(stored.id);
      }
    },
    async delete(callerId, id) {
      const held = waiting.get(id);
      if (held !== undefined) return held.callerId === callerId && waiting.delete(id);
      const work = () =>
        inTransaction(database, () => {
          const { changes } = expire.run(id, callerId, clock.now());
          clearAway(clock.now());
          return changes > 0;
        });
      return untilFree(work, clock, clock.now() + READ_PATIENCE_MS);
    },
  };
}

/** Deletes what has expired and nothing stands on, from the ends of the chains backwards. */
function clearing(database: DatabaseSync): (nowMs: number) => void {
  const expired = `
    SELECT id, previous FROM responses
    WHERE expires_at <= ? AND NOT EXISTS (SELECT 1 FROM responses AS later WHERE later.previous = responses.id)`;
  const ends = database.prepare(`${expired} LIMIT ${MOST_CLEARED}`);
  const end = database.prepare(`${expired} AND id = ?`);
  const remove = database.prepare('DELETE FROM responses WHERE id = ?');
  return (nowMs) => {
    for (const last of ends.all(nowMs)) {
      let row: typeof last | undefined = last;
      while (row !== undefined) {
        remove.run(row.id!);
        row = row.previous === null ? undefined : end.get(nowMs, row.previous!);
      }
    }
  };
}

function outputOf({ output }: JsonObject): JsonObject[] {
  return Array.isArray(output) ? (output as JsonObject[]) : [];
}
