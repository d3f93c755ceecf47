import type { JsonObject } from '../../ir/json.ts';
import type { SqlFailure } from './sql-errors.ts';

type ColumnType = 'text' | 'fixed' | 'boolean' | 'timestamp_ltz' | 'object' | 'array';

export interface Column {
  name: string;
  type: ColumnType;
}

/** A result: every value is text, or null, as the SQL API sends it. */
export interface Table {
  columns: Column[];
  rows: (string | null)[][];
}

/** What a statement comes to, and how long it takes. */
export type Outcome = { table: Table; durationMs?: number } | { failure: SqlFailure };

export function textColumns(...names: string[]): Column[] {
  return names.map((name) => ({ name, type: 'text' }));
}

/** A row of one value per column. */
export function oneRow(cells: { column: Column; value: string | null }[]): Table {
  return { columns: cells.map(({ column }) => column), rows: [cells.map(({ value }) => value)] };
}

/** TIMESTAMP_LTZ travels as seconds since the epoch with nine digits of fraction. */
export function timestamp(ms: number): string {
  return `${Math.floor(ms / 1000)}.${String(ms % 1000).padStart(3, '0')}000000`;
}

/** The metadata of one column, as `rowType` has it. */
export function rowType({ name, type }: Column): JsonObject {
  const sizes: Record<ColumnType, { length: number | null; precision: number | null; scale: number | null }> = {
    text: { length: 16_777_216, precision: null, scale: null },
    fixed: { length: null, precision: 38, scale: 0 },
    boolean: { length: null, precision: null, scale: null },
    timestamp_ltz: { length: null, precision: 0, scale: 9 },
    object: { length: null, precision: null, scale: null },
    array: { length: null, precision: null, scale: null },
  };
  return { name, database: '', schema: '', table: '', nullable: true, type, ...sizes[type] };
}
