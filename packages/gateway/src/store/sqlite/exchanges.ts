import type { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../../kit/clock.ts';
import type { ExchangeLog, ExchangeRow } from '../ports.ts';
import type { Checkpoints } from './checkpoints.ts';
import { EXCHANGE_COLUMNS } from './exchange-columns.ts';
import { inTransaction } from './transaction.ts';

interface Options {
  /** How long a row is kept. */
  retentionMs: number;
  clock: Pick<Clock, 'now' | 'after'>;
  /** Told when rows could not be written, and whether they still wait or are lost. */
  warn: (message: string) => void;
  checkpoints?: Pick<Checkpoints, 'wrote' | 'isRunning'>;
}

/** A few of them and the pages they share are written again and again; more hold the event loop up for longer. */
const BATCH_ROWS = 250;
const BATCH_MS = 250;
/** Of those that piled up, so many are written in one turn of the event loop, and so many of the old ones forgotten. */
const MOST_AT_ONCE = 2 * BATCH_ROWS;
/** About what a row and its entries in the indexes take. */
const ROW_BYTES = 500;
/** How often rows that wait for a checkpoint look whether it is over, and when they have waited long enough. */
const CHECKPOINT_LOOK_MS = 10;
const CHECKPOINT_PATIENCE_MS = 1_000;
const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 60_000;
/** About 10 MB: what waits while the disk is full or the database is locked. Beyond it the oldest rows go. */
const MOST_WAITING = 20_000;
const LAST_WAIT_MS = 5_000;
const PURGE_EVERY_MS = 60 * 60 * 1000;

/** Rows wait for company, some hundred of them or a quarter of a second, and are written in one transaction. */
export function sqliteExchangeLog(
  database: DatabaseSync,
  { retentionMs, clock, warn, checkpoints }: Options,
): ExchangeLog {
  const names = EXCHANGE_COLUMNS.map(({ name }) => name);
  const insert = database.prepare(
    `INSERT OR REPLACE INTO exchanges (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`,
  );
  const purge = database.prepare(
    `DELETE FROM exchanges WHERE request_id IN
     (SELECT request_id FROM exchanges WHERE received_at < ? ORDER BY received_at LIMIT ${MOST_AT_ONCE})`,
  );
  let waiting: ExchangeRow[] = [];
  let lost = 0;
  let failures = 0;
  let nextPurgeAtMs = 0;
  /** Since when they have waited for a checkpoint. */
  let heldUpSinceMs: number | undefined;
  let timer: { dueAtMs: number; cancel: () => void } | undefined;

  function schedule(inMs: number): void {
    const dueAtMs = clock.now() + inMs;
    if (timer !== undefined && timer.dueAtMs <= dueAtMs) return;
    timer?.cancel();
    timer = { dueAtMs, cancel: clock.after(inMs, writeSoon) };
  }

  function writeSoon(): void {
    timer = undefined;
    if (checkpoints?.isRunning() === true) {
      heldUpSinceMs ??= clock.now();
      if (clock.now() - heldUpSinceMs < CHECKPOINT_PATIENCE_MS) return schedule(CHECKPOINT_LOOK_MS);
    }
    heldUpSinceMs = undefined;
    write(MOST_AT_ONCE);
  }

  function write(most: number): void {
    timer?.cancel();
    timer = undefined;
    if (waiting.length === 0) return;
    try {
      const rows = waiting.slice(0, most);
      writeAll(rows);
      checkpoints?.wrote(rows.length * ROW_BYTES);
      if (lost > 0) warn(`${lost} exchange records were lost while the database could not be written.`);
      waiting = waiting.slice(rows.length);
      lost = 0;
      failures = 0;
      if (waiting.length > 0) schedule(0);
    } catch (cause) {
      const retryMs = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** failures);
      failures += 1;
      warn(`${waiting.length} exchange records could not be written (${reasonOf(cause)}); next try in ${retryMs} ms.`);
      schedule(retryMs);
    }
  }

  function writeAll(rows: readonly ExchangeRow[]): void {
    inTransaction(database, () => {
      for (const row of rows) insert.run(...EXCHANGE_COLUMNS.map((column) => column.write(row)));
      if (clock.now() >= nextPurgeAtMs) {
        const { changes } = purge.run(clock.now() - retentionMs);
        if (changes < MOST_AT_ONCE) nextPurgeAtMs = clock.now() + PURGE_EVERY_MS;
      }
    });
  }

  return {
    add(row) {
      waiting.push(row);
      if (waiting.length > MOST_WAITING) {
        waiting.shift();
        lost += 1;
      }
      // While writing fails, its own schedule holds: every new row would else be another try.
      if (failures > 0) return;
      if (waiting.length === BATCH_ROWS) schedule(0);
      else if (timer === undefined) schedule(BATCH_MS);
    },
    flush() {
      // The end of the program: nobody else waits meanwhile.
      database.exec(`PRAGMA busy_timeout = ${LAST_WAIT_MS}`);
      write(Infinity);
      if (waiting.length > 0) {
        timer?.cancel();
        warn(`${waiting.length + lost} exchange records are lost: the database could not be written to the end.`);
      }
    },
  };
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : 'for an unknown reason';
}
