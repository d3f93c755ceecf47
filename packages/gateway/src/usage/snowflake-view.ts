/** SNOWFLAKE.ACCOUNT_USAGE.CORTEX_REST_API_USAGE_HISTORY: what Snowflake itself writes down of an account's calls. */
import type { SqlConnection } from '../upstream/sql/connection.ts';
import { runStatement } from '../upstream/sql/run-statement.ts';
import type { SqlValue } from '../upstream/sql/values.ts';

export const VIEW = 'SNOWFLAKE.ACCOUNT_USAGE.CORTEX_REST_API_USAGE_HISTORY';

/** One call that Snowflake bills. The view has no credits and no dollars, only tokens. */
export interface ViewedCall {
  requestId: string;
  model: string;
  /** Of all classes together. */
  tokens: number;
}

const TIMEOUT_MS = 120_000;

/**
 * The account's calls since a moment.
 * @throws GatewayError when the statement fails: no warehouse, a role that may not see the view
 */
export async function readUsageView(
  connection: SqlConnection,
  sinceMs: number,
  signal: AbortSignal,
): Promise<ViewedCall[]> {
  const { rows } = await runStatement(
    connection,
    `SELECT REQUEST_ID, MODEL_NAME, TOKENS FROM ${VIEW} WHERE START_TIME >= TO_TIMESTAMP_LTZ(?)`,
    { signal, bindings: [new Date(sinceMs).toISOString()], timeoutMs: TIMEOUT_MS, tag: 'couloir usage' },
  );
  return rows.map((row) => ({
    requestId: text(row['REQUEST_ID']),
    model: text(row['MODEL_NAME']),
    tokens: Number(row['TOKENS'] ?? 0),
  }));
}

function text(value: SqlValue | undefined): string {
  return typeof value === 'string' ? value : '';
}
