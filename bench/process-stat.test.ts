import { expect, it } from 'vitest';
import { descendantsOf, readBusyMicros, readProcessStat, readResidentKb } from './process-stat.ts';

it('reads a process whose name has spaces and parentheses', () => {
  const text =
    '4711 (node (vm) worker) S 4242 4711 4711 0 -1 4194304 20110 90 0 0 150 30 4 2 20 0 11 0 5381 1100 250 184467 1 1 0';
  expect(readProcessStat(text)).toEqual({ pid: 4711, parent: 4242, cpuMicros: 1_860_000 });
});

it('counts as busy what is neither idle nor waiting for a disk', () => {
  const text = 'cpu  100 1 20 5000 400 3 4 5 0 0\ncpu0 50 1 10 2500 200 1 2 2 0 0\n';
  expect(readBusyMicros(text)).toBe(1_330_000);
});

it('reads resident memory, none for a process that has ended', () => {
  expect(readResidentKb('Name:\tnode\nVmHWM:\t  90000 kB\nVmRSS:\t   81234 kB\nThreads:\t11\n')).toBe(81_234);
  expect(readResidentKb('Name:\tnode\nState:\tZ (zombie)\n')).toBe(0);
});

it('finds children of children, and nobody else', () => {
  const processes = [
    { pid: 1, parent: 0 },
    { pid: 20, parent: 10 },
    { pid: 10, parent: 1 },
    { pid: 30, parent: 20 },
    { pid: 11, parent: 1 },
  ];
  expect(descendantsOf(10, processes)).toEqual([10, 20, 30]);
});
