import { expect, test } from 'vitest';
import { listChatModels } from './catalogue.ts';
import { unknownModelWarning } from './unknown-model.ts';

test.each([
  ['claude-sonet-4-6', 'claude-sonnet-4-6'],
  ['calude-opus-4-5', 'claude-opus-4-5'],
  ['gpt-5.2', 'openai-gpt-5.2'],
  ['llama-3.1-8b', 'llama3.1-8b'],
  ['snowflake-artic-embed-m', 'snowflake-arctic-embed-m'],
])('%s was meant to be %s', (model, meant) => {
  expect(unknownModelWarning({ model })).toContain(`Did you mean "${meant}"?`);
});

test.each(['claude-sonnet-4.6', 'claude-sonnet-4-5-20250929', 'e5-base-v2', '*', 'claude-*'])(
  '%s is known',
  (model) => {
    expect(unknownModelWarning({ model })).toBeUndefined();
  },
);

test.each([
  ['claude-opus-4-9', 'a context window of 200000 and at most 64000 output tokens are assumed, as of a new Claude.'],
  [
    'openai-gpt-7',
    'a context window of 272000 and at most 128000 output tokens are assumed, as of a new model of OpenAI.',
  ],
  ['db.schema.tuned', 'a context window of 128000 and at most 8192 output tokens are assumed, and no tools or images.'],
])('%s is served as its family is, and that is told', (model, assumed) => {
  expect(unknownModelWarning({ model })).toBe(
    `Couloir's catalogue does not have "${model}": ${assumed} Set context_window and max_output_tokens where they differ.`,
  );
});

test('nothing is assumed of what the operator said', () => {
  expect(
    unknownModelWarning({ model: 'db.schema.tuned', contextWindow: 32_000, maxOutputTokens: 4_096 }),
  ).toBeUndefined();
  expect(unknownModelWarning({ model: 'db.schema.tuned', contextWindow: 32_000 })).toContain(
    'window of 32000 and at most 8192',
  );
});

test('no name of the catalogue is unknown', () => {
  expect(listChatModels().filter(({ id }) => unknownModelWarning({ model: id }) !== undefined)).toEqual([]);
});
