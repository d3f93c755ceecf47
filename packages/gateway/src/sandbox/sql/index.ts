/** The SQL API: `POST /api/v2/statements`, `GET …/{handle}` and `POST …/{handle}/cancel`. */
import { isObject, type Json, type JsonObject } from '../../ir/json.ts';
import { errorReply, refuse } from '../errors.ts';
import type { AccountSurface, AccountWorld, RoutedRequest } from '../account-surface.ts';
import type { SandboxReply } from '../surface.ts';
import { runSql } from './recognise.ts';
import type { Session } from './session.ts';
import { failSql, type SqlFailure } from './sql-errors.ts';
import type { SubmittedStatement } from './statement-store.ts';
import { rowType, type Table } from './table.ts';
import { bind, normalize } from './text.ts';

export const STATEMENTS_PATH = '/api/v2/statements';

/** How long a submission waits for its statement before it answers with a handle. Snowflake docs, SQL API. */
const SYNCHRONOUS_MS = 45_000;
const PARTITION_ROWS = 1_000;

export const submitSurface: AccountSurface = (request, world) => {
  const { body, query, requestId } = request;
  if (typeof body.statement !== 'string' || body.statement.trim() === '') {
    return errorReply(refuse('payload-invalid'), requestId);
  }
  const createdOn = world.clock.now();
  const session = sessionOf(request, world);
  const outcome = 'code' in session ? { failure: session } : runSql(textOf(body), session);
  const durationMs = 'durationMs' in outcome ? (outcome.durationMs ?? 0) : 0;
  const timeoutMs = typeof body.timeout === 'number' && body.timeout > 0 ? body.timeout * 1000 : Infinity;
  const late = durationMs > timeoutMs;
  const failure = failSql('timeout', { seconds: timeoutMs / 1000 });
  const statement: SubmittedStatement = {
    handle: `01${requestId.slice(2)}`,
    createdOn,
    finishesAt: createdOn + Math.min(durationMs, timeoutMs),
    outcome: late ? { failure } : outcome,
    canceled: false,
    nullable: query.get('nullable') !== 'false',
  };
  world.statements.add(statement);
  const waitMs = statement.finishesAt - createdOn;
  if (query.get('async') === 'true') return running(statement, 0);
  if (waitMs > SYNCHRONOUS_MS) return running(statement, SYNCHRONOUS_MS);
  if (late) return failed(statement, failure, 408, waitMs);
  return finished(statement, 0, waitMs);
};

export const statusSurface: AccountSurface = ({ pathname, query, requestId }, world) => {
  const handle = pathname.slice(STATEMENTS_PATH.length + 1);
  const statement = world.statements.find(handle);
  if (statement === undefined) return missing(handle, requestId);
  if (statement.canceled) return failed(statement, failSql('canceled'), 422);
  if (world.clock.now() < statement.finishesAt) return running(statement, 0);
  return finished(statement, Number(query.get('partition') ?? 0), 0);
};

export const cancelSurface: AccountSurface = ({ pathname, requestId }, world) => {
  const handle = pathname.slice(STATEMENTS_PATH.length + 1).replace(/\/cancel$/, '');
  const statement = world.statements.find(handle);
  if (statement === undefined) return missing(handle, requestId);
  if (statement.canceled || world.clock.now() >= statement.finishesAt) {
    return failed(statement, failSql('not-executing'), 422);
  }
  statement.canceled = true;
  return reply(200, { ...failSql('canceled'), message: 'successfully canceled', ...marksOf(statement) });
};

function sessionOf({ body, headers }: RoutedRequest, world: AccountWorld): Session | SqlFailure {
  const { settings, grants } = world.account;
  const named = body.role ?? headers['x-snowflake-role'];
  const role = typeof named === 'string' && named !== '' ? named.replaceAll('"', '') : settings.defaultRole;
  if (!grants.rolesOfUser.includes(role.toUpperCase())) return failSql('role-refused', { name: role });
  const warehouse = body.warehouse ?? headers['x-snowflake-warehouse'];
  return {
    account: world.account,
    world,
    nowMs: world.clock.now(),
    role: role.toUpperCase(),
    warehouse: typeof warehouse === 'string' ? warehouse : settings.warehouse,
  };
}

function textOf({ statement, bindings }: JsonObject): string {
  const values = isObject(bindings)
    ? Object.keys(bindings)
        .toSorted((left, right) => Number(left) - Number(right))
        .map((key) => valueOf(bindings[key]))
    : [];
  return bind(normalize(typeof statement === 'string' ? statement : ''), values);
}

function valueOf(binding: Json | undefined): string {
  return isObject(binding) && typeof binding.value === 'string' ? binding.value : '';
}

function running(statement: SubmittedStatement, stallMs: number): SandboxReply {
  const message =
    stallMs === 0
      ? 'Asynchronous execution in progress. Use provided query id to perform query monitoring and management.'
      : 'Statement execution in progress. Use provided query id to perform query monitoring and management.';
  return reply(202, { code: '333334', message, ...marksOf(statement) }, stallMs);
}

function finished(statement: SubmittedStatement, partition: number, stallMs: number): SandboxReply {
  const { outcome } = statement;
  if ('failure' in outcome) return failed(statement, outcome.failure, 422, stallMs);
  const data = outcome.table.rows
    .slice(partition * PARTITION_ROWS, (partition + 1) * PARTITION_ROWS)
    .map((row) => row.map((value) => (value === null && !statement.nullable ? 'null' : value)));
  // What describes the result comes with the first partition alone.
  if (partition > 0) return reply(200, { data });
  return reply(
    200,
    {
      resultSetMetaData: metadataOf(outcome.table),
      data,
      code: '090001',
      sqlState: '00000',
      statementHandles: [statement.handle],
      message: 'Statement executed successfully.',
      ...marksOf(statement),
      createdOn: statement.createdOn,
    },
    stallMs,
  );
}

function metadataOf({ columns, rows }: Table): JsonObject {
  const partitions = Math.max(1, Math.ceil(rows.length / PARTITION_ROWS));
  return {
    numRows: rows.length,
    format: 'jsonv2',
    partitionInfo: Array.from({ length: partitions }, (_, index) => {
      const part = rows.slice(index * PARTITION_ROWS, (index + 1) * PARTITION_ROWS);
      return { rowCount: part.length, uncompressedSize: JSON.stringify(part).length };
    }),
    rowType: columns.map(rowType),
  };
}

function failed(statement: SubmittedStatement, failure: SqlFailure, status: number, stallMs = 0): SandboxReply {
  return reply(status, { ...failure, ...marksOf(statement), createdOn: statement.createdOn }, stallMs);
}

function missing(handle: string, requestId: string): SandboxReply {
  return reply(404, { ...failSql('statement-missing', { handle }), statementHandle: handle, request_id: requestId });
}

function marksOf({ handle }: SubmittedStatement): JsonObject {
  return { statementHandle: handle, statementStatusUrl: `${STATEMENTS_PATH}/${handle}` };
}

function reply(status: number, body: JsonObject, stallMs = 0): SandboxReply {
  return { kind: 'json', status, body, timing: { paceMs: 0, stallMs } };
}
