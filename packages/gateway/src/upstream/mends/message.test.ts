import { describe, expect, test } from 'vitest';
import { cortexTarget, WRITER_OPTIONS } from '../../../test/support/chat-answers.ts';
import type { JsonObject } from '../../ir/json.ts';
import { mendMessage } from './index.ts';
import type { MendReading } from './mend.ts';

const CLAUDE = cortexTarget('claude-sonnet-4-6');

function mend(message: JsonObject, reading: Partial<MendReading> = {}, more: JsonObject = {}): JsonObject {
  const body = {
    id: '',
    created: 0,
    choices: [{ finish_reason: '', index: 0, message: { role: 'assistant', ...message } }],
    ...more,
  };
  return mendMessage(body, CLAUDE, {
    ...WRITER_OPTIONS,
    reading: { stop: [], legacyFunctions: false, choices: 1, ...reading },
  });
}

const call = (args: string, id = 'toolu_1') => ({ id, type: 'function', function: { name: 'f', arguments: args } });

describe('the finish reason', () => {
  test.each<[string, JsonObject, JsonObject, string]>([
    ['a call', { tool_calls: [call('{}')] }, {}, 'tool_calls'],
    ['a call that was cut off', { tool_calls: [call('{"a": "b')] }, {}, 'length'],
    ['as many tokens as were asked for', { content: 'a' }, { usage: { completion_tokens: 100 } }, 'length'],
    ['fewer', { content: 'a' }, { usage: { completion_tokens: 99 } }, 'stop'],
    ['nothing else to go by', { content: 'a' }, {}, 'stop'],
  ])('of %s', (_, message, more, finishReason) => {
    expect(mend(message, { maxOutputTokens: 100 }, more).choices).toMatchObject([{ finish_reason: finishReason }]);
  });
});

test('a call without arguments or id gets both', () => {
  expect(mend({ content: '', tool_calls: [call('', '')] }).choices).toMatchObject([
    { message: { content: null, tool_calls: [{ id: 'call_own_0', function: { name: 'f', arguments: '{}' } }] } },
  ]);
});

test('a tool that travelled under another name is called by its own', () => {
  const toolNames = new Map([['f', 'odd name']]);
  expect(
    mend(
      { tool_calls: [call('{}'), { ...call('{}', 'toolu_2'), function: { name: 'g', arguments: '{}' } }] },
      { toolNames },
    ).choices,
  ).toMatchObject([{ message: { tool_calls: [{ function: { name: 'odd name' } }, { function: { name: 'g' } }] } }]);
});

test('text ends before a stop sequence', () => {
  expect(mend({ content: 'one END two' }, { stop: ['END'] }).choices).toMatchObject([
    { finish_reason: 'stop', message: { content: 'one ' } },
  ]);
});

test('a custom tool call keeps what is its own', () => {
  const custom = {
    id: 'a',
    type: 'custom',
    custom: { name: 'sh', input: 'ls' },
    function: { name: '', arguments: '' },
  };
  expect(mend({ tool_calls: [custom] }).choices).toMatchObject([
    { message: { tool_calls: [{ id: 'a', type: 'custom', custom: { name: 'sh', input: 'ls' } }] } },
  ]);
});

test.each<[JsonObject, string]>([
  [{ error: { message: 'all requests were throttled by remote service', code: '400' } }, 'upstream-limited'],
  [{ code: '390112', message: 'Session expired', request_id: 'r' }, 'upstream-refused-us'],
  [{ object: 'chat.completion' }, 'upstream-broken'],
])('the body %j is an error, whatever its status was', (body, kind) => {
  expect(() =>
    mendMessage(body, CLAUDE, { ...WRITER_OPTIONS, reading: { stop: [], legacyFunctions: false, choices: 1 } }),
  ).toThrow(expect.objectContaining({ kind }));
});

describe('an answer that was asked for one JSON object', () => {
  const asked = { jsonObject: true, maxOutputTokens: 100 } as const;

  test('is that object alone', () => {
    expect(mend({ content: 'Sure {x}:\n```json\n{"a": 1}\n```' }, asked).choices).toMatchObject([
      { finish_reason: 'stop', message: { content: '{"a": 1}' } },
    ]);
    expect(mend({ content: 'Nothing: {}' }, asked).choices).toMatchObject([{ message: { content: '{}' } }]);
  });

  test.each(['I cannot.', '{"a": 1', '{"a": one}'])('is an error when it says %s', (content) => {
    expect(() => mend({ content }, asked)).toThrow(expect.objectContaining({ kind: 'upstream-broken' }));
  });

  test('may be cut off', () => {
    expect(mend({ content: 'So: {"a": [1' }, asked, { usage: { completion_tokens: 100 } }).choices).toMatchObject([
      { finish_reason: 'length', message: { content: '{"a": [1' } },
    ]);
  });
});
