import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { GatewayError } from '../../errors/error.ts';
import type { JsonObject } from '../../ir/json.ts';
import type { GenerateRequest } from '../../ir/request.ts';
import { readRequest } from './read-request.ts';

const USER = { role: 'user', content: 'hi' };
const PATCH = '*** Begin Patch\n*** End Patch';
const APPLY_PATCH = {
  type: 'custom',
  name: 'ApplyPatch',
  format: { type: 'grammar', syntax: 'lark', definition: 'start: x' },
};

function read(fields: JsonObject): GenerateRequest {
  return readRequest({ model: 'm', ...fields }).request;
}

function partsOf(messages: JsonObject[], fields: JsonObject = {}): unknown[] {
  return read({ messages, ...fields }).turns.map(({ role, parts }) => ({ role, parts }));
}

const text = (said: string) => ({ kind: 'text', text: said });
const call = (name: string, args: string, more: JsonObject = {}) => ({
  kind: 'tool-call',
  id: 'a',
  name,
  args,
  ...more,
});
const chatCall = (name: string, args: string) => ({
  id: 'a',
  index: 0,
  type: 'function',
  function: { name, arguments: args },
});

describe('messages', () => {
  test('system comes from all its places, in order', () => {
    const { system, turns } = read({
      system: [{ type: 'text', text: 'a', cache_control: { type: 'ephemeral' } }],
      instructions: 'b',
      input: [{ role: 'developer', content: 'c' }, USER, { role: 'system', content: 'd' }],
    });
    expect(system).toEqual([{ ...text('a'), cache: {} }, text('b'), text('c')]);
    expect(turns.map(({ parts }) => parts)).toEqual([[text('hi')], [text('<system-reminder>\nd\n</system-reminder>')]]);
  });

  test('input may be one string', () => {
    expect(read({ input: 'hi' }).turns).toEqual([{ role: 'user', parts: [text('hi')] }]);
  });

  test('a call told twice, in the content and in tool_calls, is one', () => {
    const content = [
      { type: 'text', text: 'ok' },
      { type: 'tool_use', id: 'a', name: 'f', input: { x: 1 } },
    ];
    const calls = [chatCall('f', '{"x": 1}'), { ...chatCall('g', '{}'), id: 'b' }];
    expect(partsOf([USER, { role: 'assistant', content, tool_calls: calls }])[1]).toEqual({
      role: 'assistant',
      parts: [text('ok'), call('f', '{"x":1}'), { ...call('g', '{}'), id: 'b' }],
    });
  });

  test('words between a call and its result belong to the turn of the call', () => {
    const messages = [
      USER,
      { role: 'assistant', content: [], tool_calls: [chatCall('f', '')] },
      { role: 'assistant', content: 'wait' },
      { role: 'tool', tool_call_id: 'a', name: 'f', content: [{ type: 'text', text: 'r' }] },
      { role: 'user', content: 'and?' },
    ];
    expect(partsOf(messages).slice(1)).toEqual([
      { role: 'assistant', parts: [call('f', '{}'), text('wait')] },
      { role: 'user', parts: [{ kind: 'tool-result', callId: 'a', parts: [text('r')] }, text('and?')] },
    ]);
  });

  test('results that are apart come together', () => {
    const messages = [
      { role: 'assistant', content: null, tool_calls: [chatCall('f', '{}'), { ...chatCall('f', '{}'), id: 'b' }] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a', content: 'x', is_error: true }] },
      USER,
      { role: 'tool', tool_call_id: 'b', content: 'y' },
    ];
    expect(partsOf(messages)[1]).toEqual({
      role: 'user',
      parts: [
        { kind: 'tool-result', callId: 'a', parts: [text('x')], failed: true },
        { kind: 'tool-result', callId: 'b', parts: [text('y')] },
        text('hi'),
      ],
    });
  });

  test.each<[string, JsonObject]>([
    ['chat', { type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } }],
    ['Responses', { type: 'input_image', image_url: 'data:image/png;base64,AA==' }],
    ['Messages', { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AA==' } }],
  ])('an image as %s has it, said or found', (_, image) => {
    const media = { kind: 'media', mime: 'image/png', source: { base64: 'AA==' } };
    expect(partsOf([{ role: 'user', content: [image] }])).toEqual([{ role: 'user', parts: [media] }]);
    const result = { type: 'tool_result', tool_use_id: 'a', content: [image] };
    expect(partsOf([{ role: 'user', content: [result] }])).toEqual([
      { role: 'user', parts: [{ kind: 'tool-result', callId: 'a', parts: [media] }] },
    ]);
  });

  test('bookkeeping of items is no loss', () => {
    const { request, notes } = readRequest({
      model: 'm',
      input: [
        USER,
        {
          type: 'message',
          id: 'msg_1',
          status: 'completed',
          role: 'assistant',
          content: [{ type: 'output_text', text: 'yes' }],
        },
      ],
    });
    expect(request.turns[1]).toEqual({ role: 'assistant', parts: [text('yes')] });
    expect(notes).toEqual([]);
  });
});

describe('calls that take raw text', () => {
  test.each<[string, JsonObject, string]>([
    ['the raw text', chatCall('ApplyPatch', PATCH), PATCH],
    ['the text in JSON', chatCall('ApplyPatch', JSON.stringify({ input: PATCH })), PATCH],
    ['nothing', chatCall('ApplyPatch', '{}'), ''],
    ['JSON that is meant', chatCall('ApplyPatch', '{"input":"a","b":1}'), '{"input":"a","b":1}'],
  ])('of a declared tool: %s', (_, sent, args) => {
    const messages = [{ role: 'assistant', content: null, tool_calls: [sent] }];
    expect(partsOf(messages, { tools: [APPLY_PATCH] })).toEqual([
      { role: 'assistant', parts: [call('ApplyPatch', args, { freeform: true })] },
    ]);
  });

  test('of a tool that is no longer declared, when they are no JSON', () => {
    const messages = [{ role: 'assistant', content: null, tool_calls: [chatCall('ApplyPatch', PATCH)] }];
    expect(partsOf(messages)).toEqual([{ role: 'assistant', parts: [call('ApplyPatch', PATCH, { freeform: true })] }]);
  });

  test('in the form of the Responses API', () => {
    const input = [{ type: 'custom_tool_call', call_id: 'a', name: 'ApplyPatch', input: PATCH }];
    expect(read({ input }).turns[0]?.parts).toEqual([call('ApplyPatch', PATCH, { freeform: true })]);
  });
});

describe('tools', () => {
  test('of all forms in one list', () => {
    const tools = [
      { type: 'function', function: { name: 'a', parameters: { type: 'object' } } },
      { type: 'function', name: 'b', description: 'd', parameters: { type: 'object' }, strict: false },
      { name: 'c', input_schema: { type: 'object' }, cache_control: { type: 'ephemeral' } },
      { type: 'custom', name: 'd', input_schema: { type: 'object' } },
      APPLY_PATCH,
    ];
    expect(read({ messages: [USER], tools }).tools).toEqual([
      { name: 'a', schema: { type: 'object' } },
      { name: 'b', description: 'd', schema: { type: 'object' }, strict: false },
      { name: 'c', schema: { type: 'object' }, cache: {} },
      { name: 'd', schema: { type: 'object' } },
      { name: 'ApplyPatch', freeform: { syntax: 'lark', definition: 'start: x' } },
    ]);
  });

  test.each<[unknown, unknown]>([
    ['auto', { mode: 'auto' }],
    ['required', { mode: 'any' }],
    [{ type: 'any' }, { mode: 'any' }],
    [{ type: 'none' }, { mode: 'none' }],
    [
      { type: 'tool', name: 'ApplyPatch' },
      { mode: 'named', name: 'ApplyPatch' },
    ],
    [
      { type: 'custom', name: 'ApplyPatch' },
      { mode: 'named', name: 'ApplyPatch' },
    ],
  ])('chosen by %j', (choice, expected) => {
    const body = { messages: [USER], tools: [APPLY_PATCH], tool_choice: choice } as JsonObject;
    expect(read(body).toolChoice).toEqual(expected);
  });

  test('one at a time, as Anthropic says it', () => {
    const body = {
      messages: [USER],
      tools: [APPLY_PATCH],
      tool_choice: { type: 'auto', disable_parallel_tool_use: true },
    };
    expect(read(body)).toMatchObject({ toolChoice: { mode: 'auto' }, parallelTools: false });
  });

  test.each([null, []])('a choice without tools (%j) is left out', (tools) => {
    const { request, notes } = readRequest({ model: 'm', messages: [USER], tools, tool_choice: 'required' });
    expect(request).toMatchObject({ tools: [], toolChoice: { mode: 'auto' } });
    expect(notes).toMatchObject([{ code: 'dropped', path: 'tool_choice', harmless: true }]);
  });
});

describe('options', () => {
  test.each<[JsonObject, JsonObject]>([
    [{ max_tokens: 4096 }, { maxOutputTokens: 4096 }],
    [{ max_tokens: 4096, system: 'x' }, {}],
    [{ max_tokens: 4095, system: 'x' }, { maxOutputTokens: 4095 }],
    [{ max_output_tokens: 7 }, { maxOutputTokens: 7 }],
    [{ stop_sequences: ['a'], stop: 'b' }, { stop: ['b', 'a'] }],
  ])('limits of %j', (fields, limits) => {
    expect(read({ messages: [USER], ...fields }).limits).toEqual(limits);
  });

  test.each<[JsonObject, unknown]>([
    [{ reasoning: { effort: 'medium', summary: 'auto' } }, { effort: 'medium', show: 'summary' }],
    [{ reasoning_effort: 'low' }, { effort: 'low' }],
    [{ thinking: { type: 'enabled', budget_tokens: 2000 } }, { budgetTokens: 2000 }],
    [{ thinking: { type: 'adaptive' }, output_config: { effort: 'max' } }, { effort: 'max' }],
    [{}, undefined],
  ])('reasoning of %j', (fields, reasoning) => {
    expect(read({ messages: [USER], ...fields }).reasoning).toEqual(reasoning);
  });

  test.each<JsonObject>([
    { text: { format: { type: 'json_schema', name: 'n', schema: { type: 'object' } } } },
    { response_format: { type: 'json_schema', json_schema: { name: 'n', schema: { type: 'object' } } } },
    { output_config: { format: { type: 'json_schema', name: 'n', schema: { type: 'object' } } } },
  ])('the form of the answer in %j', (fields) => {
    expect(read({ messages: [USER], ...fields }).output).toEqual({
      format: 'json',
      name: 'n',
      schema: { type: 'object' },
    });
  });

  test('the rest travels on under the protocol the body is of', () => {
    const fields = {
      store: false,
      service_tier: 'priority',
      text: { verbosity: 'low' },
      metadata: { cursorConversationId: 'c' },
    };
    expect(read({ input: 'hi', ...fields }).ext).toEqual({
      'openai-chat': { verbosity: 'low' },
      'openai-responses': {
        prompt_cache_key: 'c',
        store: false,
        service_tier: 'priority',
        metadata: { cursorConversationId: 'c' },
      },
    });
    expect(read({ messages: [USER], logit_bias: { 1: 1 } }).ext).toEqual({ 'openai-chat': { logit_bias: { 1: 1 } } });
    expect(read({ messages: [USER], system: 'x', metadata: { user_id: 'u' } }).ext).toEqual({
      'anthropic-messages': { metadata: { user_id: 'u' } },
    });
  });

  test('says that metadata of others than the user is left out of a body of Messages', () => {
    const body = { model: 'm', messages: [USER], system: 'x', metadata: { user_id: 'u', team: 't' } };
    expect(readRequest(body).notes).toEqual([
      { code: 'dropped', path: 'metadata', because: 'the Messages API takes a user_id alone', harmless: true },
    ]);
  });
});

test.each<[JsonObject, string]>([
  [{}, 'messages'],
  [{ messages: 7 }, 'messages'],
  [{ messages: [USER, 'x'] }, 'messages[1]'],
  [{ input: [{ role: 'robot' }] }, 'input[0].role'],
  [{ messages: [{ role: 'user', content: [{ type: 'tool_result' }] }] }, 'messages[0].content[0].tool_use_id'],
  [{ messages: [{ role: 'user', content: [{ text: 'x' }] }] }, 'messages[0].content[0].type'],
  [{ input: [{ type: 'function_call', name: 'f' }] }, 'input[0].call_id'],
  [{ messages: [USER], tools: [{ type: 'custom' }] }, 'tools[0].name'],
  [
    { messages: [{ role: 'system', content: [{ type: 'image', source: { type: 'url', url: 'https://x' } }] }] },
    'messages[0].content[0].type',
  ],
])('%j is refused, naming the field', (fields, param) => {
  expect(() => read(fields)).toThrow(expect.objectContaining({ detail: { param } }));
});

test('whatever comes, it is read or refused', () => {
  const word = fc.constantFrom(
    'user',
    'assistant',
    'tool',
    'tool_use',
    'tool_result',
    'function_call',
    'reasoning',
    'image',
    'input_file',
    'custom',
    'a',
    '',
  );
  const field = fc.constantFrom(
    'role',
    'content',
    'type',
    'tool_calls',
    'id',
    'call_id',
    'tool_use_id',
    'input',
    'source',
    'arguments',
    'name',
    'function',
    'custom',
    'input_schema',
    'format',
    'text',
    'effort',
    'cache_control',
  );
  const { node } = fc.letrec((tie) => ({
    node: fc.oneof(
      { maxDepth: 5 },
      word,
      fc.constant(null),
      fc.integer(),
      fc.array(tie('node'), { maxLength: 3 }),
      fc.dictionary(field, tie('node'), { maxKeys: 4 }),
    ),
  }));
  const top = fc.constantFrom(
    'messages',
    'input',
    'system',
    'tools',
    'tool_choice',
    'reasoning',
    'thinking',
    'text',
    'output_config',
    'stop_sequences',
    'metadata',
    'instructions',
  );
  const messages = fc.array(fc.dictionary(field, node), { maxLength: 3 });
  fc.assert(
    fc.property(fc.dictionary(top, node), messages, (fields, list) => {
      try {
        readRequest({ model: 'm', messages: list, ...fields } as JsonObject);
      } catch (error) {
        expect(error).toBeInstanceOf(GatewayError);
      }
    }),
    { numRuns: 1000 },
  );
});
