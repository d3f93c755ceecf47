import { expect, it } from 'vitest';
import { readOptions } from './options.ts';

it('reads what is asked for', () => {
  expect(readOptions(['--requests', '300', '--clients', '5', '--seed', 'x', '--write'])).toEqual({
    minutes: 10,
    requests: 300,
    clients: 5,
    faults: 20,
    workers: 2,
    rounds: 4,
    seed: 'x',
    json: undefined,
    write: true,
    help: false,
  });
});

it('refuses what is none of its options, and no number', () => {
  expect(() => readOptions(['--fast'])).toThrow('--fast');
  expect(() => readOptions(['--rounds', '2'])).toThrow('--rounds takes a whole number from 3 up, not "2".');
  expect(() => readOptions(['--faults', '101'])).toThrow('--faults takes a number from 0 to 100, not "101".');
  expect(() => readOptions(['--minutes', 'ten'])).toThrow('--minutes takes a number above 0, not "ten".');
});
