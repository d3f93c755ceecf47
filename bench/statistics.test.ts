import { expect, it } from 'vitest';
import { Samples, median, medianOfPairs, quantilesOf } from './statistics.ts';

it('quantiles are values of the sample, by nearest rank', () => {
  const values = Float64Array.from({ length: 200 }, (_, index) => 200 - index);
  expect(quantilesOf(values)).toEqual({ count: 200, p50: 100, p99: 198, max: 200 });
  expect(quantilesOf(Float64Array.of(7))).toEqual({ count: 1, p50: 7, p99: 7, max: 7 });
  expect(quantilesOf(new Float64Array())).toBeUndefined();
});

it('the median of an even number of values lies between the middle two', () => {
  expect(median([9, 1, 5])).toBe(5);
  expect(median([9, 1, 5, 3])).toBe(4);
  expect(median([])).toBeUndefined();
});

it('rounds are compared with themselves, so a machine that slows down changes no ratio', () => {
  const ours = new Map([
    [1, 30],
    [2, 60],
    [3, 300],
  ]);
  const theirs = new Map([
    [1, 10],
    [2, 20],
    [3, 100],
  ]);
  expect(medianOfPairs(ours, theirs, (left, right) => left / right)).toBe(3);
});

it('a round that one side lacks counts for nothing', () => {
  const ours = new Map([
    [1, 30],
    [2, 99],
  ]);
  expect(medianOfPairs(ours, new Map([[1, 10]]), (left, right) => left - right)).toBe(20);
  expect(medianOfPairs(ours, new Map(), (left, right) => left - right)).toBeUndefined();
});

it('samples outgrow their first room and can be forgotten', () => {
  const samples = new Samples();
  for (let value = 1; value <= 3_000; value += 1) samples.add(value);
  expect(samples.summary()).toEqual({ count: 3_000, p50: 1_500, p99: 2_970, max: 3_000 });
  samples.clear();
  samples.add(4);
  expect(samples.summary()).toEqual({ count: 1, p50: 4, p99: 4, max: 4 });
});
