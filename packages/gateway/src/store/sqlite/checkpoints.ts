import { statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { Worker } from 'node:worker_threads';
import { type CheckpointOrder, type CheckpointReport, serveCheckpoints } from './checkpoint-thread.ts';

/**
 * Brings what was written to the write-ahead log over into the database. SQLite would do it in the middle of a write, where
 * reading, writing and waiting for the disk hold everything up for some 4 to 25 ms; here a thread does it.
 */
export interface Checkpoints {
  /** To be told about each write: roughly how much it was. */
  wrote(bytes: number): void;
  /** One is on its way. Who can wait should: what is written meanwhile waits for the same disk, and keeps the log from beginning anew. */
  isRunning(): boolean;
  /** Ends the thread. What is left over is brought over when the last connection is closed. */
  close(): Promise<void>;
}

interface Options {
  database: DatabaseSync;
  /** Where it is; `:memory:` has no write-ahead log. */
  file: string;
  /** Told when the thread is lost and SQLite does it by itself again. */
  warn: (message: string) => void;
  everyBytes?: number;
}

/** Some ten thousand exchanges. */
const EVERY_BYTES = 8 * 1024 * 1024;
/** When the log was longer than that for once (somebody read for long), the file becomes as short again. */
const LONGEST_IDLE_LOG_BYTES = 8 * EVERY_BYTES;
/** SQLite's own default, in pages. */
const BY_ITSELF = 1_000;
/** The thread has no more to remember than a page. */
const SMALL = { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 1 };

/** The thread starts with the first checkpoint that is due: many a gateway never writes so much. */
export function openCheckpoints({ database, file, warn, everyBytes = EVERY_BYTES }: Options): Checkpoints {
  if (file === ':memory:') return { wrote: () => undefined, isRunning: () => false, close: () => Promise.resolve() };
  database.exec(`PRAGMA wal_autocheckpoint = 0; PRAGMA journal_size_limit = ${LONGEST_IDLE_LOG_BYTES}`);
  /** What a gateway that was killed has left behind is part of it. */
  let pendingBytes = statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  let isRunning = false;
  let isLost = false;
  let thread: Worker | undefined;
  let ended: Promise<unknown> = Promise.resolve();

  const lose = (because: string) => {
    isLost = true;
    isRunning = false;
    database.exec(`PRAGMA wal_autocheckpoint = ${BY_ITSELF}`);
    warn(`The thread for checkpoints of the database ended (${because}); they happen between requests from now on.`);
  };
  const start = (): Worker => {
    const started = new Worker(`(${serveCheckpoints.toString()})()`, {
      eval: true,
      workerData: file,
      resourceLimits: SMALL,
    });
    started.unref();
    started.on('message', ({ isComplete }: CheckpointReport) => {
      isRunning = false;
      // Somebody wrote or read all the same, and the log cannot begin anew: the next write is followed by another try.
      if (!isComplete) pendingBytes = everyBytes;
    });
    started.on('error', (cause: Error) => lose(cause.message));
    ended = new Promise((resolve) => started.on('exit', resolve));
    return started;
  };
  const order = (message: CheckpointOrder) => thread?.postMessage(message);

  return {
    wrote(bytes) {
      pendingBytes += bytes;
      if (pendingBytes < everyBytes || isRunning || isLost) return;
      pendingBytes = 0;
      isRunning = true;
      try {
        thread ??= start();
        order('checkpoint');
      } catch (cause) {
        lose(cause instanceof Error ? cause.message : 'for an unknown reason');
      }
    },
    isRunning: () => isRunning,
    async close() {
      thread?.ref();
      order('close');
      await ended;
    },
  };
}
