/** One SQL statement against an account, over Snowflake's SQL API: what doctor and usage reports look things up with. */
import { GatewayError } from '../../errors/error.ts';
import { isObject, type Json, type JsonObject } from '../../ir/json.ts';
import { callSql, type SqlConnection, type SqlReply } from './connection.ts';
import { statementFailure } from './failure.ts';
import { readColumns, readValue, type SqlColumn, type SqlValue } from './values.ts';

export interface StatementOptions {
  signal: AbortSignal;
  /** Values for the `?` of the statement, in order. */
  bindings?: readonly (string | number | boolean | null)[];
  /** Longest time in all; the statement is cancelled after it. */
  timeoutMs?: number;
  /** Shows up in Snowflake's query history. */
  tag?: string;
}

export interface StatementResult {
  columns: SqlColumn[];
  /** Values by column name, as the statement spells it (`CURRENT_REGION()`, unless it names them). */
  rows: Record<string, SqlValue>[];
  /** What Snowflake's query history knows the statement by. */
  handle: string;
}

const DEFAULT_TIMEOUT_MS = 120_000;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;

/**
 * Runs one statement and waits for its whole result, partition by partition. When the signal is aborted or
 * the time is up the statement is cancelled, so that it costs nothing further.
 * @throws GatewayError with Snowflake's code and words when it fails; the signal's reason when aborted
 */
export async function runStatement(
  connection: SqlConnection,
  statement: string,
  options: StatementOptions,
): Promise<StatementResult> {
  const { clock } = connection;
  const { signal, timeoutMs = DEFAULT_TIMEOUT_MS } = options;
  const until = clock.now() + timeoutMs;
  let reply = await callSql(
    connection,
    { method: 'POST', path: '', body: bodyOf(connection, statement, options) },
    signal,
  );
  for (let pauseMs = FIRST_PAUSE_MS; reply.status === 202; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)) {
    const handle = handleOf(reply);
    try {
      if (clock.now() + pauseMs > until) throw outOfTime(timeoutMs);
      await clock.sleep(pauseMs, signal);
      reply = await callSql(connection, { method: 'GET', path: `/${handle}` }, signal);
    } catch (cause) {
      await cancel(connection, handle);
      throw cause;
    }
  }
  return readResult(connection, reply, signal);
}

async function readResult(connection: SqlConnection, reply: SqlReply, signal: AbortSignal): Promise<StatementResult> {
  const { status, body, requestId } = reply;
  const metadata = body.resultSetMetaData;
  if (status !== 200 || !isObject(metadata)) throw statementFailure(status, body, requestId);
  const handle = handleOf(reply);
  const columns = readColumns(metadata.rowType);
  const data = Array.isArray(body.data) ? [...body.data] : [];
  const partitions = Array.isArray(metadata.partitionInfo) ? metadata.partitionInfo.length : 1;
  for (let partition = 1; partition < partitions; partition += 1) {
    const path = `/${handle}?partition=${partition}`;
    const next = await callSql(connection, { method: 'GET', path }, signal);
    if (next.status !== 200 || !Array.isArray(next.body.data)) {
      throw statementFailure(next.status, next.body, next.requestId);
    }
    data.push(...next.body.data);
  }
  return { columns, rows: data.map((row) => readRow(row, columns)), handle };
}

function readRow(row: Json, columns: SqlColumn[]): Record<string, SqlValue> {
  const values = Array.isArray(row) ? row : [];
  return Object.fromEntries(columns.map((column, index) => [column.name, readValue(values[index], column)]));
}

function bodyOf({ role, warehouse }: SqlConnection, statement: string, options: StatementOptions): JsonObject {
  const { bindings = [], timeoutMs = DEFAULT_TIMEOUT_MS, tag = 'couloir' } = options;
  return {
    statement,
    timeout: Math.max(1, Math.ceil(timeoutMs / 1000)),
    ...(role === undefined ? {} : { role }),
    ...(warehouse === undefined ? {} : { warehouse }),
    ...(bindings.length === 0
      ? {}
      : { bindings: Object.fromEntries(bindings.map((value, index) => [String(index + 1), bindingOf(value)])) }),
    parameters: { query_tag: tag, timezone: 'UTC' },
  };
}

function bindingOf(value: string | number | boolean | null): JsonObject {
  if (value === null) return { type: 'TEXT', value: null };
  if (typeof value === 'boolean') return { type: 'BOOLEAN', value: String(value) };
  if (typeof value === 'string') return { type: 'TEXT', value };
  return { type: Number.isInteger(value) ? 'FIXED' : 'REAL', value: String(value) };
}

/** Nobody waits for what is given up: a cancellation that fails changes nothing for the caller. */
async function cancel(connection: SqlConnection, handle: string): Promise<void> {
  const { signal } = new AbortController();
  await callSql(connection, { method: 'POST', path: `/${handle}/cancel` }, signal).catch(() => undefined);
}

function handleOf({ body }: SqlReply): string {
  if (typeof body.statementHandle === 'string') return body.statementHandle;
  throw new GatewayError('upstream-broken', 'The SQL API gave no handle for a statement that is running. Try again.');
}

function outOfTime(timeoutMs: number): GatewayError {
  const message = `A statement took longer than ${Math.round(timeoutMs / 1000)} s and was cancelled. Try again, or use a larger warehouse.`;
  return new GatewayError('upstream-timeout', message, { retry: 'never' });
}
