export type CheckpointOrder = 'checkpoint' | 'close';

export interface CheckpointReport {
  /** All that was written by then is in the database. */
  isComplete: boolean;
}

/**
 * The whole program of the thread: its text is run there, so it must use nothing from outside of itself. (A file of
 * its own would have to be found beside the bundled program as well as beside the sources.)
 */
export function serveCheckpoints(): void {
  const { parentPort, workerData } = process.getBuiltinModule('node:worker_threads');
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
  const database = new DatabaseSync(String(workerData));
  // Waits for the disk at each checkpoint, as the connection that writes would.
  database.exec('PRAGMA synchronous = NORMAL');
  // Passive: whoever reads or writes meanwhile goes on doing so.
  const checkpoint = database.prepare('PRAGMA wal_checkpoint(PASSIVE)');
  parentPort?.on('message', (order: CheckpointOrder) => {
    if (order === 'close') {
      database.close();
      parentPort.close();
      return;
    }
    const { busy, log, checkpointed } = checkpoint.get() ?? {};
    const report: CheckpointReport = { isComplete: busy === 0 && log === checkpointed };
    parentPort.postMessage(report);
  });
}
