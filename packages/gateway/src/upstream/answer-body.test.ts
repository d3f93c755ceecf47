import { expect, test } from 'vitest';
import { isFailure } from '../protocols/answer-error.ts';
import { readAnswer } from './answer-body.ts';

test.each([
  ['Chat Completions', { id: '', choices: [] }],
  ['Messages', { type: 'message', content: [], message: 'of no meaning' }],
  ['embeddings', { object: 'list', data: [] }],
  ['an answer with an empty error', { choices: [], error: null }],
])('%s is an answer', (_what, body) => {
  expect(isFailure(body)).toBe(false);
  expect(readAnswer(JSON.stringify(body))).toEqual(body);
});

test.each([
  ['a session that has ended', { code: '390112', message: 'Your session has expired.', data: null, success: false }],
  ['its older form', { error_code: '390112' }],
  ['words alone', { message: 'internal error' }],
  ["OpenAI's envelope", { error: { message: 'no' }, choices: [] }],
])('%s is a failure', (_what, body) => {
  expect(isFailure(body)).toBe(true);
  expect(readAnswer(JSON.stringify(body))).toBeUndefined();
});

test.each(['', '{', '[]', '"x"', '{}', '{"choices":{}}'])('%s is neither', (text) => {
  expect(readAnswer(text)).toBeUndefined();
});
