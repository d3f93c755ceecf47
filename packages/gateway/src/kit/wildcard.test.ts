import { expect, it } from 'vitest';
import { fillPattern, matchPattern } from './wildcard.ts';

it.each([
  ['*', 'anything', ['anything']],
  ['snowflake/*', 'snowflake/claude-sonnet-4-6', ['claude-sonnet-4-6']],
  ['snowflake/*', 'openai/gpt', undefined],
  ['fo::*:static::*', 'fo::a:static::b', ['a', 'b']],
  ['a.b*', 'axb', undefined],
  ['plain', 'plain', []],
])('%s against %s', (pattern, name, pieces) => {
  expect(matchPattern(pattern, name)).toEqual(pieces);
});

it('fills the stars of another pattern with what they stood for', () => {
  expect(fillPattern('openai/fo::*:static::*', ['a', 'b'])).toBe('openai/fo::a:static::b');
  expect(fillPattern('*', ['claude-haiku-4-5'])).toBe('claude-haiku-4-5');
});
