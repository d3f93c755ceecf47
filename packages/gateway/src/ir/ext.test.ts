import { expect, test } from 'vitest';
import { requestOf } from '../../test/arbitrary/request.ts';
import { noteForeign, noteForeignFields } from './ext.ts';
import type { JsonObject } from './json.ts';

test.each<[JsonObject, boolean]>([
  [{ user: 'u-1' }, true],
  [{ metadata: { run: '7' } }, true],
  [{ store: false }, true],
  [{ store: true }, false],
  [{ service_tier: 'auto' }, true],
  [{ service_tier: 'flex' }, false],
  [{ logprobs: false }, true],
  [{ logprobs: true }, false],
  [{ top_logprobs: 0 }, true],
  [{ presence_penalty: 0 }, true],
  [{ presence_penalty: 0.5 }, false],
  [{ logit_bias: {} }, true],
  [{ logit_bias: { '50256': -100 } }, false],
  [{ parallel_tool_calls: true }, true],
  [{ parallel_tool_calls: false }, false],
  [{ n: 1 }, true],
  [{ verbosity: 'medium' }, true],
  [{ verbosity: 'low' }, false],
  [{ modalities: ['text'] }, true],
  [{ modalities: ['text', 'audio'] }, false],
  [{ web_search_options: {} }, false],
  [{ toString: 1 }, false],
])('%j is harmless: %s', (fields, harmless) => {
  const [key] = Object.keys(fields);
  expect(noteForeign({ 'openai-chat': fields }, 'anthropic-messages')).toEqual([
    {
      code: 'dropped',
      path: key,
      because: 'it is a field of chat completions that the Messages API does not have',
      ...(harmless ? { harmless: true } : {}),
    },
  ]);
});

test('own fields and nulls are no loss', () => {
  const ext = { 'anthropic-messages': { metadata: { user_id: 'u' } }, 'openai-chat': { store: null } };
  expect(noteForeign(ext, 'anthropic-messages')).toEqual([]);
});

test('a field that every turn carries is noted once', () => {
  const ext = { 'openai-chat': { name: 'ada' } };
  const request = requestOf({
    tools: [{ name: 'read', ext: { 'openai-chat': { deferred: true } } }],
    turns: [
      { role: 'user', parts: [{ kind: 'text', text: 'a', ext: { 'openai-chat': { weight: 1 } } }], ext },
      { role: 'assistant', parts: [{ kind: 'text', text: 'b' }] },
      { role: 'user', parts: [{ kind: 'text', text: 'c' }], ext },
    ],
  });
  expect(noteForeignFields(request, 'anthropic-messages').map((note) => note.path)).toEqual([
    'tools[].deferred',
    'turns[].name',
    'turns[].parts[].weight',
  ]);
});
