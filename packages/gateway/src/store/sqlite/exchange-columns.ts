/** How an exchange stands in its table: the one place that knows both names of each column. */
import type { ExchangeCourse, ExchangeRow } from '../ports.ts';

type SqlCell = string | number | null;

interface ExchangeColumn {
  name: string;
  write(row: ExchangeRow): SqlCell;
}

export const EXCHANGE_COLUMNS: readonly ExchangeColumn[] = [
  { name: 'request_id', write: ({ requestId }) => requestId },
  { name: 'upstream_request_ids', write: ({ upstreamRequestIds }) => JSON.stringify(upstreamRequestIds) },
  { name: 'received_at', write: ({ receivedAtMs }) => receivedAtMs },
  { name: 'duration_ms', write: ({ durationMs }) => durationMs },
  { name: 'caller', write: ({ callerId }) => callerId },
  { name: 'model_asked', write: ({ modelAsked }) => modelAsked ?? null },
  { name: 'model_served', write: ({ modelServed }) => modelServed ?? null },
  { name: 'deployment', write: ({ deploymentId }) => deploymentId ?? null },
  { name: 'dialect', write: ({ dialect }) => dialect },
  { name: 'lane', write: ({ lane }) => lane ?? null },
  { name: 'status', write: ({ status }) => status },
  { name: 'outcome', write: ({ outcome }) => outcome },
  { name: 'input_tokens', write: ({ tokens }) => tokens.input ?? null },
  { name: 'cache_read_tokens', write: ({ tokens }) => tokens.cacheRead ?? null },
  { name: 'cache_write_5m_tokens', write: ({ tokens }) => tokens.cacheWrite5m ?? null },
  { name: 'cache_write_1h_tokens', write: ({ tokens }) => tokens.cacheWrite1h ?? null },
  { name: 'output_tokens', write: ({ tokens }) => tokens.output ?? null },
  { name: 'reasoning_tokens', write: ({ tokens }) => tokens.reasoning ?? null },
  { name: 'estimated', write: ({ estimated }) => Number(estimated) },
  { name: 'cost_usd', write: ({ costUsd }) => costUsd ?? null },
  { name: 'simulated', write: ({ simulated }) => Number(simulated) },
  { name: 'attempts', write: ({ course }) => course?.attempts ?? null },
  { name: 'stream', write: ({ course }) => (course?.stream === undefined ? null : Number(course.stream)) },
  { name: 'queued_ms', write: ({ course }) => course?.queuedMs ?? null },
  { name: 'first_content_ms', write: ({ course }) => course?.firstContentMs ?? null },
  { name: 'overhead_us', write: ({ course }) => course?.overheadMicros ?? null },
  { name: 'stop', write: ({ course }) => course?.stop ?? null },
  { name: 'notes', write: ({ course }) => (course === undefined ? null : JSON.stringify(course.notes)) },
  { name: 'error', write: ({ course }) => course?.errorMessage ?? null },
];

/** The inverse: one record of the table, as `SELECT *` gives it. */
export function readExchange(record: Record<string, unknown>): ExchangeRow {
  const text = (name: string) => String(record[name]);
  const number = (name: string) => Number(record[name]);
  const flag = (name: string) => number(name) === 1;
  const known = <K extends string, V>(key: K, name: string, read: (name: string) => V): Partial<Record<K, V>> =>
    record[name] === null ? {} : ({ [key]: read(name) } as Partial<Record<K, V>>);
  return {
    requestId: text('request_id'),
    upstreamRequestIds: JSON.parse(text('upstream_request_ids')) as string[],
    receivedAtMs: number('received_at'),
    durationMs: number('duration_ms'),
    callerId: text('caller'),
    ...known('modelAsked', 'model_asked', text),
    ...known('modelServed', 'model_served', text),
    ...known('deploymentId', 'deployment', text),
    dialect: text('dialect'),
    ...known('lane', 'lane', text),
    status: number('status'),
    outcome: text('outcome'),
    tokens: {
      ...known('input', 'input_tokens', number),
      ...known('cacheRead', 'cache_read_tokens', number),
      ...known('cacheWrite5m', 'cache_write_5m_tokens', number),
      ...known('cacheWrite1h', 'cache_write_1h_tokens', number),
      ...known('output', 'output_tokens', number),
      ...known('reasoning', 'reasoning_tokens', number),
    },
    estimated: flag('estimated'),
    ...known('costUsd', 'cost_usd', number),
    simulated: flag('simulated'),
    // Absent altogether from a database that an older gateway writes while `couloir usage` of today reads it.
    ...(typeof record['attempts'] !== 'number'
      ? {}
      : {
          course: {
            attempts: record['attempts'],
            ...known('stream', 'stream', flag),
            queuedMs: number('queued_ms'),
            ...known('firstContentMs', 'first_content_ms', number),
            ...known('overheadMicros', 'overhead_us', number),
            ...known('stop', 'stop', text),
            notes: JSON.parse(text('notes')) as ExchangeCourse['notes'],
            ...known('errorMessage', 'error', text),
          },
        }),
  };
}
