import { expect, test } from 'vitest';
import { listChatModels } from './catalogue.ts';
import { misspellingWarning } from './misspelled-model.ts';

test.each([
  ['claude-sonet-4-6', 'claude-sonnet-4-6'],
  ['calude-opus-4-5', 'claude-opus-4-5'],
  ['gpt-5.2', 'openai-gpt-5.2'],
  ['llama-3.1-8b', 'llama3.1-8b'],
  ['snowflake-artic-embed-m', 'snowflake-arctic-embed-m'],
])('%s was meant to be %s', (name, meant) => {
  expect(misspellingWarning(name)).toContain(`Did you mean "${meant}"?`);
});

test.each(['claude-sonnet-4.6', 'claude-sonnet-4-5-20250929', 'claude-opus-4-9', 'db.schema.tuned', 'house-model'])(
  '%s is no misspelling',
  (name) => {
    expect(misspellingWarning(name)).toBeUndefined();
  },
);

test('no name of the catalogue is one', () => {
  expect(listChatModels().filter(({ id }) => misspellingWarning(id) !== undefined)).toEqual([]);
});
