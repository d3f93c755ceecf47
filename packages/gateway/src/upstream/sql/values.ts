/** The SQL API sends every value as text; here it gets the type that its column says. */
import { isObject, type Json, type JsonObject } from '../../ir/json.ts';

/** Numbers beyond what a double holds exactly stay text. Moments are dates, whatever Snowflake's kind of timestamp. */
export type SqlValue = string | number | boolean | Date | Json[] | JsonObject | null;

export interface SqlColumn {
  name: string;
  /** `text`, `fixed`, `real`, `boolean`, `timestamp_ltz`, `object`, …: Snowflake's word, in lower case. */
  type: string;
  /** Digits after the point of a `fixed` column. */
  scale: number;
}

/** Reads `rowType`; entries that are none are passed over. */
export function readColumns(rowType: Json | undefined): SqlColumn[] {
  return (Array.isArray(rowType) ? rowType : []).filter(isObject).map(({ name, type, scale }) => ({
    name: typeof name === 'string' ? name : '',
    type: typeof type === 'string' ? type.toLowerCase() : 'text',
    scale: typeof scale === 'number' ? scale : 0,
  }));
}

/** One value; text that does not fit its type stays text. */
export function readValue(value: Json | undefined, { type }: SqlColumn): SqlValue {
  if (typeof value !== 'string') return null;
  switch (type) {
    case 'fixed':
    case 'real':
      return readNumber(value);
    case 'boolean':
      return value === 'true' || value === '1';
    case 'timestamp_ltz':
    case 'timestamp_ntz':
    case 'timestamp_tz':
      return readMoment(value);
    case 'object':
    case 'variant':
    case 'array':
      return readJson(value);
    default:
      return value;
  }
}

function readNumber(value: string): number | string {
  const number = Number(value);
  if (value.trim() === '' || !Number.isFinite(number)) return value;
  return Number.isInteger(number) && !Number.isSafeInteger(number) ? value : number;
}

/** Seconds since the epoch with nine digits of fraction; `timestamp_tz` adds its offset, which the moment does not need. */
function readMoment(value: string): Date | string {
  const seconds = Number(value.split(' ')[0]);
  return Number.isFinite(seconds) && value !== '' ? new Date(Math.round(seconds * 1000)) : value;
}

function readJson(value: string): SqlValue {
  try {
    return JSON.parse(value) as Json;
  } catch {
    return value;
  }
}
