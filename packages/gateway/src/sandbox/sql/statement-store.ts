import type { Outcome } from './table.ts';

export interface SubmittedStatement {
  handle: string;
  createdOn: number;
  /** When its outcome is there. */
  finishesAt: number;
  outcome: Outcome;
  canceled: boolean;
  /** Null travels as null, else as the word. */
  nullable: boolean;
}

const CAPACITY = 1_000;

/** Statements by handle, the last thousand: results can be fetched again, as in Snowflake for a day. */
export class StatementStore {
  readonly #statements = new Map<string, SubmittedStatement>();

  add(statement: SubmittedStatement): void {
    this.#statements.set(statement.handle, statement);
    for (const oldest of this.#statements.keys()) {
      if (this.#statements.size <= CAPACITY) break;
      this.#statements.delete(oldest);
    }
  }

  find(handle: string): SubmittedStatement | undefined {
    return this.#statements.get(handle);
  }
}
