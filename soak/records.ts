import { DatabaseSync } from 'node:sqlite';
import type { Violation } from './compare.ts';

/** Whether the database holds a row of each exchange that was logged. With a killed worker go the rows it had not written. */
export function checkRecords(file: string, logged: ReadonlySet<string>, killed: boolean): Violation[] {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const rows = database.prepare('SELECT request_id FROM exchanges').all();
    const kept = new Set(rows.map((row) => String(row.request_id)));
    const missing = [...logged].filter((id) => !kept.has(id));
    const foreign = [...kept].filter((id) => !logged.has(id));
    const most = killed ? MOST_LOST_WITH_A_WORKER : 0;
    return [
      ...(missing.length <= most ? [] : [violation(`${missing.length} exchanges have no record: ${missing[0]}`)]),
      ...(foreign.length <= most
        ? []
        : [violation(`${foreign.length} records of exchanges have no log line: ${foreign[0]}`)]),
    ];
  } finally {
    database.close();
  }
}

/** A batch of the records, which are written four times a second. */
const MOST_LOST_WITH_A_WORKER = 200;

function violation(because: string): Violation {
  return { invariant: 'records', because };
}
