import { expect, it } from 'vitest';
import { readOptions } from './options.ts';

it('reads what is asked for', () => {
  expect(
    readOptions(['--quick', '--case', 'verbatim', '--case', 'mended', '--rounds', '5', '--litellm', 'x y']),
  ).toEqual({
    quick: true,
    decisive: false,
    rounds: 5,
    cases: ['verbatim', 'mended'],
    variants: [],
    profile: false,
    json: undefined,
    write: false,
    litellm: 'x y',
    bifrost: undefined,
    help: false,
  });
});

it('refuses what is none of its options, and no number', () => {
  expect(() => readOptions(['--fast'])).toThrow('--fast');
  expect(() => readOptions(['--rounds', '0'])).toThrow('--rounds takes a whole number from 1 up, not "0".');
});
