// The chart's small print: every cell that says more than yes or no is walked, and what it says is proved.
import { expect, test } from 'vitest';
import { DOCUMENTED, FAMILIES, qualifierOf } from './documented.ts';
import { PROOFS } from './qualifiers.ts';

const QUALIFIED = DOCUMENTED.filter(({ table }) => table === 'request' || table === 'response').flatMap(
  ({ table, field, cells }) =>
    FAMILIES.flatMap((family, column) => {
      const qualifier = qualifierOf(cells[column] ?? '');
      return qualifier === undefined ? [] : [{ family, name: `${table} ${field}: ${qualifier}` }];
    }),
);

test.each(QUALIFIED)('$name ($family)', async ({ family, name }) => {
  const facts = (await PROOFS[name]?.(family)) ?? [];
  expect(facts.length, 'nothing proves it').toBeGreaterThan(0);
  expect(facts.map(([actual]) => actual)).toEqual(facts.map(([, expected]) => expected));
});

test('every proof is of a cell', () => {
  expect(Object.keys(PROOFS).toSorted()).toEqual([...new Set(QUALIFIED.map(({ name }) => name))].toSorted());
});
