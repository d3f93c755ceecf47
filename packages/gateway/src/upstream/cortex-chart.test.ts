import { expect, test } from 'vitest';
import { readFixture } from '../../test/support/chat-answers.ts';
import { CORTEX_CHART, type Verdict } from './cortex-chart.ts';
import { listMends } from './mends/index.ts';

/** Snowflake's cells in our words; "Only …" and "(deprecated)" are for the mends to know. */
function verdict(cell: string): Verdict {
  if (cell.startsWith('Error')) return 'refused';
  return cell.startsWith('Ignored') ? 'ignored' : 'supported';
}

const documented = readFixture('cortex-recordings/compatibility-chart.tsv')
  .split('\n')
  .map((line) => line.split('\t'))
  .filter(([table, field, openai]) => table === 'request' && field !== undefined && openai !== 'See sub-fields')
  .map(([, field, ...cells]) => [field!, cells] as const);

test.each(documented)("%s is what Snowflake's documentation says", (field, cells) => {
  const [openai, claude, other] = cells.map(verdict);
  // The sub-fields of reasoning are read and written as one by the mend `reasoning-forms`.
  const row = field.startsWith('reasoning.') ? undefined : CORTEX_CHART[field.replace('content (string)', 'content')];
  if (row === undefined) expect(field).toMatch(/^reasoning\.|^messages\[\]\.content\[\] \(array\)$/);
  else expect(row).toMatchObject({ openai, claude, other });
});

test('every mend that the chart names exists', () => {
  const known = new Set(listMends().map(({ id }) => id));
  const named = Object.values(CORTEX_CHART).flatMap(({ mend }) => mend ?? []);
  expect(named.filter((id) => !known.has(id))).toEqual([]);
});

test('every mend has its own id and cites its evidence', () => {
  const mends = listMends();
  expect(new Set(mends.map(({ id }) => id)).size).toBe(mends.length);
  for (const { id, since, evidence } of mends) {
    expect(id).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(since).toMatch(/^\d{4}-\d{2}$/);
    expect(evidence).toMatch(/^docs\/cortex-quirks\.md#[a-z0-9-]+$/);
  }
});
