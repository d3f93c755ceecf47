import { expect, it } from 'vitest';
import { fold } from '../../ir/fold.ts';
import { checkGrammar } from '../../ir/grammar.ts';
import type { JsonObject } from '../../ir/json.ts';
import { readMessage } from './message.ts';

const answer = (body: JsonObject) => {
  const events = readMessage(body, {});
  expect(checkGrammar(events)).toBeUndefined();
  return fold(events);
};

it('text, thought and call of a content_list, the text that content repeats counted once', () => {
  // LiteLLM’s test fixture of the legacy provider, with a thought as Snowflake’s specification has it.
  const read = answer({
    choices: [
      {
        message: {
          content: 'Let me check the weather for you. ',
          content_list: [
            { type: 'anthropic', thinking: { thinking: 'Weather.', signature: 'EvAB' } },
            { type: 'text', text: 'Let me check the weather for you. ' },
            {
              type: 'tool_use',
              tool_use: { tool_use_id: 'tooluse_xyz789', name: 'get_weather', input: { location: 'Tokyo, Japan' } },
            },
            { type: 'tool_use', tool_use: { tool_use_id: 'tooluse_2', name: 'stop', input: {} } },
          ],
        },
      },
    ],
    usage: { prompt_tokens: 15, completion_tokens: 25, total_tokens: 40 },
  });
  expect(read.parts).toEqual([
    { kind: 'thinking', text: 'Weather.', seal: { issuer: 'anthropic', form: 'signature', data: 'EvAB' } },
    { kind: 'text', text: 'Let me check the weather for you. ' },
    { kind: 'tool-call', id: 'tooluse_xyz789', name: 'get_weather', args: '{"location":"Tokyo, Japan"}' },
    { kind: 'tool-call', id: 'tooluse_2', name: 'stop', args: '{}' },
  ]);
  expect(read.stop).toEqual({ reason: 'tool-calls' });
  expect(read.usage).toMatchObject({ input: 15, output: 25 });
});

it.each<[string, JsonObject]>([
  ['content alone', { choices: [{ message: { content: 'Paris' } }] }],
  ['the SQL function’s key', { choices: [{ messages: 'Paris' }] }],
  ['content_list alone', { choices: [{ message: { content_list: [{ type: 'text', text: 'Paris' }] } }] }],
])('%s, without usage', (_form, body) => {
  expect(answer(body)).toMatchObject({ parts: [{ kind: 'text', text: 'Paris' }], stop: { reason: 'end' } });
});

it.each<[string, JsonObject, number, number, number | undefined]>([
  ['included in the prompt', { total_tokens: 110 }, 60, 10, 40],
  ['beside the prompt', { total_tokens: 150 }, 100, 10, 40],
])('cached tokens that are %s', (_where, total, input, output, cacheRead) => {
  const usage = { prompt_tokens: 100, completion_tokens: 10, cache_read_input_tokens: 40, ...total };
  expect(answer({ choices: [{ message: { content: 'x' } }], usage }).usage).toMatchObject({ input, output, cacheRead });
});

it('a 200 that is an error', () => {
  const { error } = fold(readMessage({ code: '390112', message: 'Your session has expired.', request_id: 'r' }, {}));
  expect(error?.detail.upstream).toEqual({ code: '390112', message: 'Your session has expired.', requestId: 'r' });
});
