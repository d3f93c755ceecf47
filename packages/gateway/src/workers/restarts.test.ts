import { expect, it } from 'vitest';
import { Restarts } from './restarts.ts';

it('replaces a worker at once, waits longer and longer for one that dies young, and gives up', () => {
  const restarts = new Restarts();
  expect([10, 10, 10, 10, 10].map((livedMs) => restarts.died(livedMs))).toEqual([0, 100, 200, 400, undefined]);
});

it('forgives after a long life', () => {
  const restarts = new Restarts();
  expect([10, 10, 60_000, 10, 10].map((livedMs) => restarts.died(livedMs))).toEqual([0, 100, 0, 0, 100]);
});
