/** `SELECT … FROM SNOWFLAKE.ACCOUNT_USAGE.<view>`, as far as usage reports need it. */
import type { UsageRow } from '../usage-history.ts';
import type { Session } from './session.ts';
import { failSql, type SqlFailure } from './sql-errors.ts';
import { type Column, oneRow, type Outcome, timestamp } from './table.ts';
import { identifier, splitList, unquote } from './text.ts';

/** A value as it is compared (times in milliseconds), and as the SQL API sends it. */
interface ViewColumn<R> extends Column {
  of(row: R): string | number | null;
  sent(row: R): string | null;
}

interface View {
  columns: ViewColumn<unknown>[];
  rows(session: Session): unknown[];
}

const VIEWS: Readonly<Record<string, View>> = {
  CORTEX_REST_API_USAGE_HISTORY: view<UsageRow>(
    ({ account, nowMs }) => account.usage.visible(nowMs, account.settings.viewLatencyMs),
    [
      {
        name: 'START_TIME',
        type: 'timestamp_ltz',
        of: ({ startMs }) => startMs,
        sent: ({ startMs }) => timestamp(startMs),
      },
      { name: 'END_TIME', type: 'timestamp_ltz', of: ({ endMs }) => endMs, sent: ({ endMs }) => timestamp(endMs) },
      plain('REQUEST_ID', 'text', ({ requestId }) => requestId),
      plain('MODEL_NAME', 'text', ({ model }) => model),
      plain('TOKENS', 'fixed', ({ tokens }) => tokens),
      plain('TOKENS_GRANULAR', 'object', ({ granular }) => JSON.stringify(granular)),
      plain('USER_ID', 'text', ({ userId }) => userId),
      plain('INFERENCE_REGION', 'text', ({ inferenceRegion }) => inferenceRegion),
    ],
  ),
  CORTEX_REST_API_RATE_LIMIT_POLICIES: view<{ model: string; rpm: number | null; tpm: number | null }>(
    ({ account }) =>
      Object.entries(account.limits.limits).map(([model, limit]) => ({
        model,
        rpm: limit.requestsPerMinute ?? null,
        tpm: limit.tokensPerMinute ?? null,
      })),
    [
      plain('MODEL_NAME', 'text', ({ model }) => model),
      plain('RPM', 'fixed', ({ rpm }) => rpm),
      plain('TPM', 'fixed', ({ tpm }) => tpm),
    ],
  ),
};

interface Query {
  list: string;
  view: string;
  where: string | undefined;
  orderBy: string | undefined;
  limit: string | undefined;
}

/** Role and warehouse first: a role without the view is told that there is none. */
export function selectFromView(query: Query, session: Session): Outcome {
  const name = `SNOWFLAKE.ACCOUNT_USAGE.${query.view}`;
  const found = Object.hasOwn(VIEWS, query.view) ? VIEWS[query.view] : undefined;
  if (found === undefined || !session.account.grants.mayReadUsage(session.role)) {
    return { failure: failSql('object-missing', { name }) };
  }
  if (session.warehouse === '') return { failure: failSql('no-warehouse') };
  const conditions = readConditions(query.where, found, session);
  if ('code' in conditions) return { failure: conditions };
  const rows = found.rows(session).filter((row) => conditions.every((holds) => holds(row)));
  const ordered = order(rows, query.orderBy, found);
  if ('code' in ordered) return { failure: ordered };
  return project(ordered.slice(0, query.limit === undefined ? undefined : Number(query.limit)), query.list, found);
}

function project(rows: unknown[], list: string, { columns }: View): Outcome {
  if (/^count\s*\(\s*\*\s*\)(\s+as\s+\w+)?$/i.test(list)) {
    return { table: oneRow([{ column: { name: 'COUNT(*)', type: 'fixed' }, value: String(rows.length) }]) };
  }
  const chosen: ViewColumn<unknown>[] = [];
  for (const item of list.trim() === '*' ? columns.map(({ name }) => name) : splitList(list)) {
    const [, name = '', alias] = /^("?[\w]+"?)(?:\s+AS\s+("[^"]+"|\w+))?$/i.exec(item) ?? [];
    const column = columns.find((candidate) => candidate.name === identifier(name));
    if (column === undefined) return { failure: failSql('column-missing', { name: identifier(item) }) };
    chosen.push(alias === undefined ? column : { ...column, name: identifier(alias) });
  }
  return {
    table: {
      columns: chosen.map(({ name, type }) => ({ name, type })),
      rows: rows.map((row) => chosen.map((column) => column.sent(row))),
    },
  };
}

function order(rows: unknown[], orderBy: string | undefined, { columns }: View): unknown[] | SqlFailure {
  if (orderBy === undefined) return rows;
  const [, name = '', direction = 'ASC'] = /^(\w+)(?:\s+(ASC|DESC))?$/i.exec(orderBy.trim()) ?? [];
  const column = columns.find((candidate) => candidate.name === name.toUpperCase());
  if (column === undefined) return failSql('column-missing', { name: orderBy });
  const sign = direction.toUpperCase() === 'DESC' ? -1 : 1;
  return rows.toSorted((left, right) => sign * compare(column.of(left), column.of(right)));
}

type Condition = (row: unknown) => boolean;

const COMPARISONS: Readonly<Record<string, (order: number) => boolean>> = {
  '=': (found) => found === 0,
  '>=': (found) => found >= 0,
  '<=': (found) => found <= 0,
  '>': (found) => found > 0,
  '<': (found) => found < 0,
  '<>': (found) => found !== 0,
};

function readConditions(where: string | undefined, { columns }: View, session: Session): Condition[] | SqlFailure {
  const conditions: Condition[] = [];
  for (const text of where === undefined ? [] : where.split(/\s+AND\s+(?=\w+\s*(?:[<>=]|IN\b))/i)) {
    const [, name = '', operator = '', right = ''] = /^(\w+)\s*(>=|<=|<>|=|>|<|IN\b)\s*(.+)$/is.exec(text.trim()) ?? [];
    const column = columns.find((candidate) => candidate.name === name.toUpperCase());
    if (column === undefined) return failSql('column-missing', { name: name === '' ? text : name.toUpperCase() });
    const list = operator.toUpperCase() === 'IN' ? splitList(right.trim().replace(/^\(|\)$/g, '')) : [right];
    const wanted = list.map((value) => readValue(value.trim(), column.type === 'timestamp_ltz', session));
    if (wanted.some((value) => value === undefined)) return failSql('unsupported', { what: text.trim() });
    const holds = COMPARISONS[operator] ?? COMPARISONS['=']!;
    conditions.push((row) => wanted.some((value) => holds(compare(column.of(row), value!))));
  }
  return conditions;
}

/** A literal, or a moment: `CURRENT_TIMESTAMP()`, `DATEADD(hour, -2, …)`, `TO_TIMESTAMP_LTZ('…')`, `'…'::TIMESTAMP_LTZ`. */
function readValue(text: string, isTime: boolean, session: Session): string | number | undefined {
  if (!isTime) return unquote(text) ?? (/^-?\d+$/.test(text) ? Number(text) : undefined);
  if (/^CURRENT_TIMESTAMP(\s*\(\s*\))?$/i.test(text)) return session.nowMs;
  const added = /^DATEADD\s*\(\s*'?(second|minute|hour|day)s?'?\s*,\s*(-?\d+)\s*,\s*(.+)\)$/is.exec(text);
  if (added !== null) {
    const unitMs = { second: 1_000, minute: 60_000, hour: 3_600_000, day: 86_400_000 }[added[1]!.toLowerCase()]!;
    const from = readValue(added[3]!.trim(), true, session);
    return typeof from === 'number' ? from + Number(added[2]) * unitMs : undefined;
  }
  const inner = /^TO_TIMESTAMP(?:_\w+)?\s*\((.+)\)$/is.exec(text)?.[1] ?? text.replace(/::\s*TIMESTAMP\w*$/i, '');
  const literal = unquote(inner);
  const parsed = literal === undefined ? Number(inner) * 1000 : readDate(literal);
  return Number.isFinite(parsed) ? parsed : undefined;
}

/** Without a zone it is UTC, which the sandbox's session is in; digits alone are seconds. */
function readDate(literal: string): number {
  if (/^\d+(\.\d+)?$/.test(literal)) return Number(literal) * 1000;
  const zoned = /[zZ]|[+-]\d{2}:?\d{2}$/.test(literal);
  return Date.parse(zoned ? literal : `${literal.replace(' ', 'T')}${literal.includes(':') ? 'Z' : ''}`);
}

function compare(left: string | number | null, right: string | number | null): number {
  if (left === right) return 0;
  if (left === null || right === null) return left === null ? 1 : -1;
  return left < right ? -1 : 1;
}

function view<R>(rows: (session: Session) => R[], columns: ViewColumn<R>[]): View {
  return { rows, columns };
}

function plain<R>(name: string, type: Column['type'], of: (row: R) => string | number | null): ViewColumn<R> {
  return {
    name,
    type,
    of,
    sent: (row) => {
      const value = of(row);
      return value === null ? null : String(value);
    },
  };
}
