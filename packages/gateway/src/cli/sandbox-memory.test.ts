import { expect, it } from 'vitest';
import { readMemoryFlags } from './sandbox-memory.ts';

it('reads what is to be kept of past requests', () => {
  expect(readMemoryFlags([])).toEqual({});
  expect(readMemoryFlags(['requests=20000', 'bodyBytes=0', 'rawBodies=true'])).toEqual({
    requests: 20_000,
    bodyBytes: 0,
    rawBodies: true,
  });
});

it.each(['requests', 'requests=-1', 'rawBodies=yes', 'bodies=5'])('%s is a mistake of usage', (pair) => {
  expect(() => readMemoryFlags([pair])).toThrow(
    expect.objectContaining({
      message: `"${pair}" is nothing to remember. There are: requests=1000, bodyBytes=67108864, rawBodies=false.`,
      exitCode: 2,
    }),
  );
});
