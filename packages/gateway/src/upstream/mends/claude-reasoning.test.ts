import { describe, expect, test } from 'vitest';
import { cortexTarget } from '../../../test/support/chat-answers.ts';
import type { JsonObject } from '../../ir/json.ts';
import { mendRequest } from './index.ts';

const SONNET = cortexTarget('claude-sonnet-4-5', { efforts: [] });
const OPUS = cortexTarget('claude-opus-4-7', { efforts: ['low', 'medium', 'high', 'xhigh', 'max'], sampling: false });
const TOOLS = [{ type: 'function', function: { name: 'f', parameters: {} } }];

function mend(fields: JsonObject, target = SONNET) {
  const { body, notes } = mendRequest({ model: 'm', messages: [{ role: 'user', content: 'hi' }], ...fields }, target);
  const { reasoning, temperature } = body;
  return { reasoning, temperature, notes: notes.map(({ code, path }) => `${code} ${path}`) };
}

describe('a budget', () => {
  test.each([
    [{ max_tokens: 4_000 }, 16_384, 4_000, []],
    [{ max_tokens: 100 }, 16_384, 1_024, ['coerced reasoning']],
    [{ max_tokens: 9_000 }, 4_096, 3_072, ['coerced reasoning']],
    [{ max_tokens: 9_000 }, 2_000, undefined, ['dropped reasoning']],
  ])('%j in an answer of %d tokens is %j', (reasoning, limit, budget, notes) => {
    const mended = mend({ reasoning, max_completion_tokens: limit });
    expect(mended.reasoning).toEqual(budget === undefined ? undefined : { max_tokens: budget });
    expect(mended.notes).toEqual(notes);
  });
});

describe('an effort', () => {
  test('is one of the words that models of budgets take', () => {
    expect(mend({ reasoning_effort: 'max' })).toMatchObject({
      reasoning: { effort: 'high' },
      notes: ['coerced reasoning_effort'],
    });
    expect(mend({ reasoning_effort: 'low' })).toMatchObject({ reasoning: { effort: 'low' }, notes: [] });
  });

  test('needs a temperature of 1, but where temperatures are refused', () => {
    expect(mend({ reasoning_effort: 'low' }).temperature).toBe(1);
    expect(mend({ reasoning_effort: 'max' }, OPUS)).toEqual({
      reasoning: { effort: 'max' },
      temperature: undefined,
      notes: [],
    });
  });
});

test('a forced tool call excludes reasoning, a free one does not', () => {
  const asked = { reasoning_effort: 'low', tools: TOOLS };
  expect(mend({ ...asked, tool_choice: 'required' })).toMatchObject({
    reasoning: undefined,
    notes: ['dropped reasoning_effort'],
  });
  expect(mend({ ...asked, tool_choice: { type: 'function', function: { name: 'f' } } }).reasoning).toBeUndefined();
  expect(mend({ ...asked, tool_choice: 'auto' }).reasoning).toEqual({ effort: 'low' });
});
