import { expect, test } from 'vitest';
import { readFixture } from '../../../test/support/chat-answers.ts';
import { fold } from '../../ir/fold.ts';
import { checkGrammar } from '../../ir/grammar.ts';
import type { JsonObject } from '../../ir/json.ts';
import { openaiChatUpstream } from './upstream.ts';

function read(body: JsonObject) {
  const events = openaiChatUpstream.readMessage(body, {});
  expect(checkGrammar(events)).toBeUndefined();
  return fold(events);
}

const completion = (message: JsonObject, finishReason: string | null = 'stop'): JsonObject => ({
  id: 'chatcmpl-1',
  model: 'gpt',
  choices: [{ index: 0, message: { role: 'assistant', ...message }, finish_reason: finishReason }],
  usage: { prompt_tokens: 3, completion_tokens: 4 },
});

test('a whole answer says what its stream would have', () => {
  expect(read(completion({ content: 'Hello' }))).toEqual({
    id: 'chatcmpl-1',
    model: 'gpt',
    parts: [{ kind: 'text', text: 'Hello' }],
    usage: { input: 3, output: 4, raw: [{ prompt_tokens: 3, completion_tokens: 4 }] },
    stop: { reason: 'end', raw: 'stop' },
    notes: [],
  });
});

test('each thought keeps its own seal, each call its place', () => {
  const seal = (data: string) => ({ issuer: 'anthropic', form: 'signature', data });
  const detail = (text: string, signature: string) => ({
    type: 'reasoning.text',
    format: 'anthropic-claude-v1',
    text,
    signature,
  });
  const called = (name: string) => ({ type: 'function', function: { name, arguments: '{}' } });
  const message = {
    content: 'So.',
    reasoning_content: 'One.Two.',
    reasoning_details: [detail('One.', 's1'), detail('Two.', 's2')],
    tool_calls: [{ id: 'a', ...called('f') }, called('g')],
  };
  const answer = read(completion(message, 'tool_calls'));
  expect(answer.parts).toEqual([
    { kind: 'thinking', text: 'One.', seal: seal('s1') },
    { kind: 'thinking', text: 'Two.', seal: seal('s2') },
    { kind: 'text', text: 'So.' },
    { kind: 'tool-call', id: 'a', name: 'f', args: '{}' },
    { kind: 'tool-call', id: 'call_1_1', name: 'g', args: '{}' },
  ]);
  expect(answer.stop).toEqual({ reason: 'tool-calls', raw: 'tool_calls' });
});

test('an answer that does not say why it ended is whole all the same', () => {
  expect(read(completion({ content: 'Hello' }, null)).stop).toEqual({ reason: 'unknown' });
});

test.each([
  [{ code: '390112', message: 'Your session has expired.' }, 'Your session has expired.'],
  [{ error: { message: 'No.', code: 'x' } }, 'No.'],
  [{ choices: [] }, 'it holds no message'],
])('%j is an error', (body, words) => {
  expect(read(body).error?.message).toContain(words);
});

test('thinking with a tool call, as Cortex was recorded to answer it, is read even before it is mended', () => {
  const { interactions } = JSON.parse(readFixture('cortex-recordings/thinking.json')) as {
    interactions: { response: { body: JsonObject } }[];
  };
  const [first, second] = interactions.map(({ response }) => read(response.body));
  expect(first?.parts).toMatchObject([
    { kind: 'thinking', seal: { issuer: 'anthropic', form: 'signature' } },
    { kind: 'text' },
    { kind: 'tool-call', name: 'get_weather', args: '{"city":"Mexico City"}' },
  ]);
  expect(first?.stop?.reason).toBe('tool-calls');
  expect(second?.parts).toMatchObject([{ kind: 'text' }]);
});
