import { expect, it } from 'vitest';
import { seededRandom, systemRandom, timedId } from './random.ts';

it('gives text of the length asked for, of all characters alike', () => {
  const text = systemRandom.text(62_000);
  expect(text).toMatch(/^[0-9A-Za-z]{62000}$/);
  const counts = Object.values(Object.groupBy([...text], (character) => character)).map((same) => same!.length);
  expect(counts).toHaveLength(62);
  // A thousand each; 200 off is more than six standard deviations.
  expect(Math.min(...counts)).toBeGreaterThan(800);
  expect(Math.max(...counts)).toBeLessThan(1_200);
});

it('gives numbers from 0 to below 1', () => {
  const numbers = Array.from({ length: 1_000 }, () => systemRandom.float());
  expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...numbers)).toBeLessThan(1);
  expect(new Set(numbers).size).toBeGreaterThan(990);
});

it('makes ids that sort by the time they were made at, and differ within it', () => {
  const times = [0, 61, 62, 1_763_662_000_000, 1_763_662_000_001, 1_763_662_999_999, 62 ** 7, 62 ** 8 - 1];
  const ids = times.map((nowMs) => timedId(nowMs, systemRandom));
  expect(ids.toSorted()).toEqual(ids);
  for (const id of ids) expect(id).toMatch(/^[0-9A-Za-z]{24}$/);
  const together = Array.from({ length: 1_000 }, () => timedId(1_763_662_000_000, systemRandom));
  expect(new Set(together).size).toBe(1_000);
  expect(timedId(62, seededRandom(1)).slice(0, 8)).toBe('00000010');
});
