import type { Usage, UsageSum } from '@couloir/sdk';
import { expect, test } from 'vitest';
import { daysOf, hoursOf } from './hours.ts';

const sum = (name: string, exchanges: number): UsageSum => ({
  name,
  exchanges,
  failed: 0,
  input: 0,
  cacheRead: 0,
  cacheWrite: 0,
  output: 0,
  costUsd: 0,
  unpriced: 0,
  estimated: 0,
  simulated: 0,
});

const usage = (since: string, until: string, by: Usage['by'], groups: UsageSum[]): Usage => ({
  since,
  until,
  by,
  groups,
  total: sum('total', 0),
});

test('hours in which nothing happened have their place', () => {
  const hours = hoursOf(
    usage('2026-11-19T22:30:00.000Z', '2026-11-20T01:30:00.000Z', 'hour', [
      sum('2026-11-19T22Z', 2),
      sum('2026-11-20T01Z', 3),
    ]),
  );
  expect(hours.map((slot) => slot.sum?.exchanges)).toEqual([2, undefined, undefined, 3]);
});

test('days are those of UTC', () => {
  const days = daysOf(usage('2026-11-18T10:00:00.000Z', '2026-11-20T00:00:00.000Z', 'day', [sum('2026-11-20', 1)]));
  expect(days.map((slot) => [slot.label, slot.sum?.exchanges])).toEqual([
    ['2026-11-18', undefined],
    ['2026-11-19', undefined],
    ['2026-11-20', 1],
  ]);
});
