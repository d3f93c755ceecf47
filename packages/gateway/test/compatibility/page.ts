// docs/compatibility.md: the parts of it that runs write.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Feature } from './features.ts';

/** What came of one feature for one client on one family. A sentence stands below the table. */
export type Cell = { result: 'works' | 'fails'; remark?: string } | { result: 'none'; remark: string };

export interface Row<Column extends string = Feature> {
  client: string;
  models: string;
  cells: Record<Column, Cell>;
}

export const PAGE = resolve(import.meta.dirname, '../../../../docs/compatibility.md');

const MARKS = { works: '✔', fails: '✘', none: '–' };

/** The page with these parts written anew, for a comparison with the page as it is. */
export function withParts(parts: Record<string, string>): string {
  return Object.entries(parts).reduce(replacePart, readFileSync(PAGE, 'utf8'));
}

function replacePart(page: string, [part, content]: [string, string]): string {
  const [begin, end] = [`<!-- ${part}: written by a test run -->\n`, `\n<!-- end of ${part} -->`];
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  if (from === -1 || to === -1) throw new Error(`docs/compatibility.md has no place for "${part}".`);
  return `${page.slice(0, from + begin.length)}\n${content}\n${page.slice(to)}`;
}

/** A table of all rows and the remarks on them. */
export function writeTable<Column extends string>(columns: readonly Column[], rows: Row<Column>[]): string {
  const remarks: string[] = [];
  const mark = ({ result, remark }: Cell): string => {
    if (remark === undefined) return MARKS[result];
    if (!remarks.includes(remark)) remarks.push(remark);
    return `${MARKS[result]}${superscript(remarks.indexOf(remark) + 1)}`;
  };
  const lines = rows.map(({ client, models, cells }, index) => {
    const first = rows[index - 1]?.client !== client;
    return [first ? client : '', models, ...columns.map((column) => mark(cells[column]))];
  });
  return [
    row(['client', 'models', ...columns]),
    row(['---', '---', ...columns.map(() => ':-:')]),
    ...lines.map(row),
    ...(remarks.length === 0 ? [] : ['']),
    ...remarks.map((remark, index) => `${index + 1}. ${remark}`),
  ].join('\n');
}

function row(cells: string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function superscript(number: number): string {
  return String(number).replaceAll(/\d/g, (digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)]!);
}
