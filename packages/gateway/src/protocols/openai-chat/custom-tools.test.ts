import { describe, expect, test } from 'vitest';
import { accumulate, WRITER_OPTIONS } from '../../../test/support/chat-answers.ts';
import { checkChatStream } from '../../../test/support/chat-grammar.ts';
import type { StreamEvent } from '../../ir/event.ts';
import type { JsonObject } from '../../ir/json.ts';
import { openaiChat, writeMessages } from './index.ts';

const GRAMMAR = { syntax: 'lark', definition: 'start: x' };

function read(fields: JsonObject) {
  return openaiChat.readRequest({ model: 'm', messages: [{ role: 'user', content: 'hi' }], ...fields });
}

describe('a custom tool', () => {
  test.each<[string, JsonObject]>([
    [
      'nested',
      { type: 'custom', custom: { name: 'sh', description: 'd', format: { type: 'grammar', grammar: GRAMMAR } } },
    ],
    ['flat', { type: 'custom', name: 'sh', description: 'd', format: { type: 'grammar', ...GRAMMAR } }],
  ])('%s, with a grammar', (_, tool) => {
    const { request, notes } = read({ tools: [tool], tool_choice: { type: 'custom', custom: { name: 'sh' } } });
    expect(request.tools).toEqual([{ name: 'sh', description: 'd', freeform: GRAMMAR }]);
    expect(request.toolChoice).toEqual({ mode: 'named', name: 'sh' });
    expect(notes).toEqual([]);
  });

  test.each([undefined, null, { type: 'text' }])('of any text (%j)', (format) => {
    expect(read({ tools: [{ type: 'custom', custom: { name: 'sh', format } }] }).request.tools).toEqual([
      { name: 'sh', freeform: {} },
    ]);
  });

  test('with a JSON schema is a function', () => {
    const tool = { type: 'custom', name: 'f', input_schema: { type: 'object' } };
    expect(read({ tools: [tool] }).request.tools).toEqual([{ name: 'f', schema: { type: 'object' } }]);
  });

  test.each<[JsonObject, string]>([
    [{ type: 'custom', custom: {} }, 'tools[0].custom.name'],
    [{ type: 'custom' }, 'tools[0].name'],
    [{ type: 'custom', custom: { name: 'a', format: { type: 'xml' } } }, 'tools[0].custom.format.type'],
    [
      { type: 'custom', custom: { name: 'a', format: { type: 'grammar', grammar: { syntax: 'bnf' } } } },
      'tools[0].custom.format.grammar.syntax',
    ],
  ])('%j is refused, naming the field', (tool, param) => {
    expect(() => read({ tools: [tool] })).toThrow(expect.objectContaining({ detail: { param } }));
  });
});

test('a call of the history is raw text, there and back', () => {
  const messages = [
    { role: 'user', content: 'hi' },
    {
      role: 'assistant',
      content: null,
      tool_calls: [{ id: 'a', type: 'custom', custom: { name: 'sh', input: 'ls "x"' } }],
    },
  ];
  const { request } = read({ messages });
  expect(request.turns[1]?.parts).toEqual([{ kind: 'tool-call', id: 'a', name: 'sh', args: 'ls "x"', freeform: true }]);
  expect(writeMessages(request.turns, request.system)).toEqual(messages);
});

describe('the call of an answer', () => {
  const call = (at: number, name: string, args: string[], freeform = true): StreamEvent[] => [
    {
      type: 'open',
      at,
      part: { kind: 'tool-call', id: `call_${at}`, name, args: '', ...(freeform ? { freeform } : {}) },
    },
    ...args.map((piece): StreamEvent => ({ type: 'delta', at, delta: { args: piece } })),
    { type: 'close', at },
  ];
  const events: StreamEvent[] = [
    { type: 'start' },
    ...call(0, 'sh', ['ls ', '"x"']),
    ...call(1, 'f', ['{}'], false),
    ...call(2, 'sh', []),
    ...call(3, 'flat', ['raw']),
    { type: 'stop', reason: 'tool-calls' },
    { type: 'end' },
  ];
  const tools = [
    { type: 'custom', custom: { name: 'sh' } },
    { type: 'function', function: { name: 'f' } },
    { type: 'custom', name: 'flat' },
  ];
  const options = { ...WRITER_OPTIONS, includeUsage: false, body: { tools } };
  const calls = [
    { id: 'call_0', type: 'custom', custom: { name: 'sh', input: 'ls "x"' } },
    { id: 'call_1', type: 'function', function: { name: 'f', arguments: '{}' } },
    { id: 'call_2', type: 'custom', custom: { name: 'sh', input: '' } },
    { id: 'call_3', type: 'function', function: { name: 'flat', arguments: 'raw' } },
  ];

  test('is custom where its tool was declared so, in the stream', async () => {
    const writer = openaiChat.writer(options);
    const stream = [...events.flatMap((event) => writer.push(event)), ...writer.end()];
    expect(checkChatStream(stream)).toBeUndefined();
    expect(stream.map(({ data }) => data).join('\n')).toContain('{"index":0,"custom":{"input":"\\"x\\""}}');
    expect(await accumulate(stream)).toMatchObject({
      choices: [{ finish_reason: 'tool_calls', message: { tool_calls: calls } }],
    });
  });

  test('and as a whole', () => {
    expect(openaiChat.writeMessage(events, options)).toMatchObject({ choices: [{ message: { tool_calls: calls } }] });
  });
});
