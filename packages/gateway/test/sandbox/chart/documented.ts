/** The compatibility chart as Snowflake prints it, cell by cell. */
import { readFileSync } from 'node:fs';

export type Family = 'openai' | 'claude' | 'other';
export const FAMILIES: readonly Family[] = ['openai', 'claude', 'other'];

export interface Row {
  /** `request`, `response`, `request-header` or `response-header`. */
  table: string;
  /** Without the note behind it: `messages[].content` for `messages[].content (string)`. */
  field: string;
  /** One for each family in the order of `FAMILIES`; one in all for headers. */
  cells: string[];
}

const FILE = new URL('../../../../../fixtures/cortex-recordings/compatibility-chart.tsv', import.meta.url);

export const DOCUMENTED: readonly Row[] = readFileSync(FILE, 'utf8')
  .trimEnd()
  .split('\n')
  .slice(1)
  .map((line) => line.split('\t'))
  .map(([table = '', field = '', ...cells]) => ({ table, field: field.replace(/ \(.*\)$/, ''), cells }))
  .filter(({ cells }) => cells[0] !== 'See sub-fields');

/** What a cell says besides its verdict: `ephemeral only` of `Supported (ephemeral only)`, `Only stop` of `Only stop`. */
export function qualifierOf(cell: string): string | undefined {
  const [, verdict, note] = /^(Supported|Not supported|Error|Ignored|Required)(?: \((.+)\))?$/.exec(cell) ?? [];
  return verdict === undefined ? cell : note;
}

/** The verdict that the code distinguishes. */
export function verdictOf(cell: string): 'supported' | 'unsupported' | 'ignored' | 'error' {
  if (cell.startsWith('Not supported')) return 'unsupported';
  if (cell.startsWith('Error')) return 'error';
  return cell.startsWith('Ignored') ? 'ignored' : 'supported';
}
