import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readFixture } from '../../../test/support/chat-answers.ts';
import { GatewayError } from '../../errors/error.ts';
import type { JsonObject } from '../../ir/json.ts';
import type { GenerateRequest } from '../../ir/request.ts';
import { readRequest } from './request.ts';

const USER = { role: 'user', content: 'hi' };

function read(fields: JsonObject): GenerateRequest {
  return readRequest({ model: 'm', messages: [USER], ...fields }).request;
}

function notes(fields: JsonObject): string[] {
  return readRequest({ model: 'm', messages: [USER], ...fields }).notes.map(({ code, path }) => `${code} ${path}`);
}

function turnsOf(messages: JsonObject[]): GenerateRequest['turns'] {
  return read({ messages }).turns;
}

const text = (said: string) => ({ kind: 'text', text: said });
const tool = (name: string, more: JsonObject = {}) => ({ type: 'function', function: { name, ...more } });

describe('what real clients send is read', () => {
  const bodies = readdirSync(new URL('../../../../../fixtures/openai-chat', import.meta.url)).filter((name) =>
    name.endsWith('.json'),
  );

  test.each(bodies)('%s', (name) => {
    const body = JSON.parse(readFixture(`openai-chat/${name}`)) as JsonObject & { messages: JsonObject[] };
    const { request } = readRequest(body);
    const calls = request.turns.flatMap(({ parts }) => parts.filter(({ kind }) => kind === 'tool-call'));
    const results = request.turns.flatMap(({ parts }) => parts.filter(({ kind }) => kind === 'tool-result'));
    expect(calls).toHaveLength(body.messages.flatMap(({ tool_calls: sent }) => sent ?? []).length);
    expect(results).toHaveLength(body.messages.filter(({ role }) => role === 'tool').length);
  });
});

describe('messages', () => {
  test('leading system and developer messages are the system, in order', () => {
    const messages = [
      { role: 'system', content: 'a' },
      { role: 'developer', content: [{ type: 'text', text: 'b' }] },
      USER,
    ];
    expect(read({ messages })).toMatchObject({
      system: [text('a'), text('b')],
      turns: [{ role: 'user', parts: [text('hi')] }],
    });
  });

  test('a later one stays where it was, as a reminder', () => {
    const messages = [USER, { role: 'assistant', content: 'yes' }, { role: 'system', content: 'be brief' }];
    const { request, notes: noted } = readRequest({ model: 'm', messages });
    expect(request.turns[2]).toEqual({
      role: 'user',
      parts: [text('<system-reminder>\nbe brief\n</system-reminder>')],
      ext: { 'openai-chat': { role: 'system' } },
    });
    expect(noted).toMatchObject([{ code: 'coerced', path: 'messages[2]' }]);
  });

  test('results and the user message after them are one turn, further ones are not', () => {
    const messages = [
      {
        role: 'assistant',
        content: null,
        tool_calls: [
          { id: 'a', ...tool('f', { arguments: '{"x":1.0}' }) },
          { id: 'b', ...tool('g', { arguments: '' }) },
        ],
      },
      { role: 'tool', tool_call_id: 'a', content: [{ type: 'text', text: '1' }] },
      { role: 'tool', tool_call_id: 'b', content: '2', name: 'g' },
      { role: 'user', content: 'and now?' },
      { role: 'user', content: 'well?' },
    ];
    expect(turnsOf(messages)).toEqual([
      {
        role: 'assistant',
        parts: [
          { kind: 'tool-call', id: 'a', name: 'f', args: '{"x":1.0}' },
          { kind: 'tool-call', id: 'b', name: 'g', args: '{}' },
        ],
      },
      {
        role: 'user',
        parts: [
          { kind: 'tool-result', callId: 'a', parts: [text('1')] },
          { kind: 'tool-result', callId: 'b', parts: [text('2')] },
          text('and now?'),
        ],
      },
      { role: 'user', parts: [text('well?')] },
    ]);
  });

  test('results that a reminder came between stay together', () => {
    const messages = [
      {
        role: 'assistant',
        tool_calls: [
          { id: 'a', ...tool('f') },
          { id: 'b', ...tool('f') },
        ],
      },
      { role: 'tool', tool_call_id: 'a', content: '1' },
      { role: 'system', content: 's' },
      { role: 'tool', tool_call_id: 'b', content: '2' },
    ];
    expect(turnsOf(messages).map(({ parts }) => parts.map(({ kind }) => kind))).toEqual([
      ['tool-call', 'tool-call'],
      ['tool-result', 'tool-result'],
      ['text'],
    ]);
  });

  test.each([
    [{ content: null }, []],
    [{}, []],
    [{ content: [] }, []],
    [{ content: 'a', refusal: null, reasoning_content: 'b' }, [{ kind: 'thinking', text: 'b' }, text('a')]],
    [{ content: 'a', reasoning: 'b' }, [{ kind: 'thinking', text: 'b' }, text('a')]],
    [{ refusal: 'no' }, [{ ...text('no'), ext: { 'openai-chat': { refusal: true } } }]],
    [
      {
        content: 'a',
        reasoning_content: 'b',
        reasoning_details: [{ type: 'reasoning.text', text: 'b', signature: 's', format: 'anthropic-claude-v1' }],
      },
      [{ kind: 'thinking', text: 'b', seal: { issuer: 'anthropic', form: 'signature', data: 's' } }, text('a')],
    ],
    [
      { content: 'a', reasoning_details: [{ type: 'reasoning.encrypted', data: 'd', format: 'openai-responses-v1' }] },
      [{ kind: 'thinking', text: '', seal: { issuer: 'openai', form: 'encrypted', data: 'd' } }, text('a')],
    ],
    [
      {
        content: 'a',
        thinking_blocks: [
          { type: 'thinking', thinking: 'b', signature: 's' },
          { type: 'redacted_thinking', data: 'd' },
        ],
      },
      [
        { kind: 'thinking', text: 'b', seal: { issuer: 'anthropic', form: 'signature', data: 's' } },
        { kind: 'thinking', text: '', seal: { issuer: 'anthropic', form: 'redacted', data: 'd' } },
        text('a'),
      ],
    ],
    [{ content: 'a', model_id: 'x' }, [text('a')]],
  ])('the assistant message %j', (fields, parts) => {
    expect(turnsOf([USER, { role: 'assistant', ...fields }])[1]!.parts).toEqual(parts);
  });

  test('legacy function messages belong together', () => {
    const messages = [
      USER,
      { role: 'assistant', content: null, function_call: { name: 'f', arguments: '{}' } },
      { role: 'function', name: 'f', content: '1' },
    ];
    expect(turnsOf(messages).slice(1)).toEqual([
      { role: 'assistant', parts: [{ kind: 'tool-call', id: 'call_1', name: 'f', args: '{}' }] },
      { role: 'user', parts: [{ kind: 'tool-result', callId: 'call_1', parts: [text('1')] }] },
    ]);
  });

  test('images, files and what nobody knows', () => {
    const content = [
      { type: 'image_url', image_url: { url: 'data:image/png;base64,AA==', detail: 'high' } },
      { type: 'image_url', image_url: { url: 'https://example.com/a.png', detail: 'auto' } },
      { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,AA==' } },
      { type: 'hologram', depth: 3 },
    ];
    expect(turnsOf([{ role: 'user', content }])[0]!.parts).toEqual([
      { kind: 'media', mime: 'image/png', source: { base64: 'AA==' }, ext: { 'openai-chat': { detail: 'high' } } },
      { kind: 'media', mime: 'image/*', source: { url: 'https://example.com/a.png' } },
      { kind: 'media', mime: 'application/pdf', source: { base64: 'AA==' }, name: 'a.pdf' },
      { kind: 'opaque', dialect: 'openai-chat', value: { type: 'hologram', depth: 3 } },
    ]);
  });

  test('a cache mark on a message moves to its last part', () => {
    const mark = { cache_control: { type: 'ephemeral', ttl: '1h' } };
    const [user, assistant, results] = turnsOf([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'a' },
          { type: 'text', text: 'b' },
        ],
        ...mark,
      },
      { role: 'assistant', content: 'c', tool_calls: [{ id: 'x', ...tool('f') }], ...mark },
      { role: 'tool', tool_call_id: 'x', content: [{ type: 'text', text: 'd', cache_control: { type: 'ephemeral' } }] },
    ]);
    expect(user!.parts).toEqual([text('a'), { ...text('b'), cache: { ttl: '1h' } }]);
    expect(assistant!.parts[1]).toMatchObject({ kind: 'tool-call', cache: { ttl: '1h' } });
    expect(results!.parts).toEqual([{ kind: 'tool-result', callId: 'x', parts: [text('d')], cache: {} }]);
  });
});

describe('tools', () => {
  test('nested, flat, without parameters, and of other kinds', () => {
    const fields = {
      tools: [
        tool('a', { description: 'd', parameters: { type: 'object' }, strict: true }),
        { type: 'function', name: 'b', parameters: {} },
        { ...tool('c'), cache_control: { type: 'ephemeral' } },
        { type: 'custom', custom: { name: 'sh' } },
        { type: 'web_search' },
      ],
      parallel_tool_calls: false,
    };
    expect(read(fields)).toMatchObject({
      tools: [
        { name: 'a', description: 'd', schema: { type: 'object' }, strict: true },
        { name: 'b' },
        { name: 'c', cache: {} },
        { name: 'sh', freeform: {} },
      ],
      toolChoice: { mode: 'auto' },
      parallelTools: false,
    });
    expect(read(fields).tools[1]).toEqual({ name: 'b' });
    expect(notes(fields)).toEqual(['dropped tools[4]']);
  });

  test.each([
    ['none', { mode: 'none' }],
    ['required', { mode: 'any' }],
    [{ type: 'any' }, { mode: 'any' }],
    [
      { type: 'function', function: { name: 'a' } },
      { mode: 'named', name: 'a' },
    ],
    [
      { type: 'tool', name: 'a' },
      { mode: 'named', name: 'a' },
    ],
    [null, { mode: 'auto' }],
  ])('the choice %j', (choice, toolChoice) => {
    expect(read({ tools: [tool('a')], tool_choice: choice }).toolChoice).toEqual(toolChoice);
  });

  test('only the allowed tools are offered', () => {
    const choice = { type: 'allowed_tools', allowed_tools: { mode: 'required', tools: [tool('b')] } };
    expect(read({ tools: [tool('a'), tool('b')], tool_choice: choice })).toMatchObject({
      tools: [{ name: 'b' }],
      toolChoice: { mode: 'any' },
    });
  });

  test('functions are tools, one call at a time', () => {
    expect(
      read({ functions: [{ name: 'f', parameters: { type: 'object' } }], function_call: { name: 'f' } }),
    ).toMatchObject({
      tools: [{ name: 'f', schema: { type: 'object' } }],
      toolChoice: { mode: 'named', name: 'f' },
      parallelTools: false,
    });
  });
});

describe('other fields', () => {
  test('limits, sampling and the rest', () => {
    const request = read({
      max_tokens: 1,
      max_completion_tokens: 2,
      stop: 'a',
      temperature: 0,
      top_p: 0.5,
      top_k: 3,
      seed: -7,
      n: 2,
      stream: true,
      user: 'u',
    });
    expect(request).toMatchObject({
      limits: { maxOutputTokens: 2, stop: ['a'] },
      sampling: { temperature: 0, topP: 0.5, topK: 3, seed: -7 },
      choices: 2,
      stream: true,
      endUser: 'u',
      ext: {},
    });
    expect(read({ stop: ['a', ''], max_tokens: null, stream: null, n: null })).toMatchObject({
      limits: { stop: ['a'] },
      choices: 1,
      stream: false,
    });
  });

  test('fields without a place are kept', () => {
    expect(read({ logit_bias: { 1: 2 }, metadata: { a: 'b' }, x: null }).ext).toEqual({
      'openai-chat': { logit_bias: { 1: 2 }, metadata: { a: 'b' } },
    });
  });

  test.each([
    [{ type: 'text' }, { format: 'text' }],
    [{ type: 'json_object' }, { format: 'json' }],
    [
      { type: 'json_schema', json_schema: { name: 'n', schema: { type: 'object' }, strict: true } },
      { format: 'json', name: 'n', schema: { type: 'object' }, strict: true },
    ],
  ])('the format %j', (format, output) => {
    expect(read({ response_format: format }).output).toEqual(output);
  });

  test.each([
    [{ reasoning_effort: 'low' }, { effort: 'low' }],
    [{ reasoning_effort: 'low', reasoning: { effort: 'high' } }, { effort: 'high' }],
    [{ reasoning: { max_tokens: 2_000, exclude: true } }, { budgetTokens: 2_000, show: 'none' }],
    [{ reasoning: { enabled: false } }, { effort: 'none' }],
    [{ thinking: { type: 'enabled', budget_tokens: 1_024 } }, { budgetTokens: 1_024 }],
    [{ thinking: { type: 'disabled' } }, { effort: 'none' }],
    [{ thinking: { type: 'enabled' } }, { effort: 'medium' }],
    [{ reasoning_effort: null }, undefined],
  ])('the reasoning of %j', (fields, reasoning) => {
    expect(read(fields).reasoning).toEqual(reasoning);
  });
});

describe('what is wrong is named', () => {
  test.each<[string, JsonObject, string]>([
    ['no messages', { messages: [] }, 'messages'],
    ['an unknown role', { messages: [{ role: 'robot', content: 'a' }] }, 'messages[0].role'],
    ['a message that is none', { messages: [USER, 'hi'] }, 'messages[1]'],
    ['a content of the wrong type', { messages: [{ role: 'user', content: 7 }] }, 'messages[0].content'],
    [
      'an image without address',
      { messages: [USER, USER, { role: 'user', content: [{ type: 'image_url', image_url: { url: '' } }] }] },
      'messages[2].content[0].image_url.url',
    ],
    [
      'an image from a disk',
      { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'file:///etc/passwd' } }] }] },
      'messages[0].content[0].image_url.url',
    ],
    [
      'a result of a number',
      { messages: [{ role: 'tool', tool_call_id: 7, content: 'x' }] },
      'messages[0].tool_call_id',
    ],
    [
      'a call with a number for its id',
      { messages: [{ role: 'assistant', tool_calls: [{ ...tool('f'), id: 7 }] }] },
      'messages[0].tool_calls[0].id',
    ],
    ['a tool without name', { tools: [tool('')] }, 'tools[0].function.name'],
    ['parameters of the wrong type', { tools: [tool('a', { parameters: 'x' })] }, 'tools[0].function.parameters'],
    [
      'a forced tool that is not there',
      { tools: [tool('a')], tool_choice: { type: 'function', function: { name: 'b' } } },
      'tool_choice',
    ],
    ['a demanded call without tools', { tool_choice: 'required' }, 'tool_choice'],
    ['a limit of zero', { max_tokens: 0 }, 'max_tokens'],
    ['a temperature beyond 2', { temperature: 3 }, 'temperature'],
    ['too many answers', { n: 9 }, 'n'],
    ['an unknown effort', { reasoning_effort: 'hard' }, 'reasoning_effort'],
    ['a stop that is no text', { stop: ['a', 1] }, 'stop[1]'],
    ['an unknown format', { response_format: { type: 'xml' } }, 'response_format.type'],
    ['a format without schema', { response_format: { type: 'json_schema' } }, 'response_format.json_schema'],
  ])('%s', (_, fields, param) => {
    expect(() => read(fields)).toThrow(expect.objectContaining({ kind: 'invalid-request', detail: { param } }));
  });

  test('what no model on Cortex takes is called unsupported', () => {
    const audio = [{ role: 'user', content: [{ type: 'input_audio', input_audio: { data: 'AA==', format: 'wav' } }] }];
    const stored = [{ role: 'user', content: [{ type: 'file', file: { file_id: 'file-1' } }] }];
    expect(() => read({ messages: audio })).toThrow(
      expect.objectContaining({ kind: 'unsupported', detail: { param: 'messages[0].content[0]' } }),
    );
    expect(() => read({ messages: stored })).toThrow(
      expect.objectContaining({ kind: 'unsupported', detail: { param: 'messages[0].content[0].file' } }),
    );
  });

  test('nothing but a GatewayError is ever thrown', () => {
    const anything = fc.jsonValue();
    const field = fc.constantFrom(
      'role',
      'content',
      'tool_calls',
      'tool_call_id',
      'function_call',
      'reasoning_details',
      'name',
      'cache_control',
      'type',
      'text',
      'image_url',
      'function',
      'id',
      'url',
      'arguments',
    );
    const words = fc.constantFrom(
      'user',
      'assistant',
      'tool',
      'system',
      'function',
      'text',
      'image_url',
      'custom',
      'a',
      '',
    );
    const { node } = fc.letrec((tie) => ({
      node: fc.oneof(
        { maxDepth: 5 },
        words,
        fc.constant(null),
        fc.integer(),
        fc.array(tie('node'), { maxLength: 3 }),
        fc.dictionary(field, tie('node'), { maxKeys: 4 }),
      ),
    }));
    const top = fc.constantFrom(
      'messages',
      'tools',
      'tool_choice',
      'functions',
      'function_call',
      'response_format',
      'stop',
      'reasoning',
      'thinking',
      'n',
    );
    fc.assert(
      fc.property(
        fc.dictionary(top, fc.oneof(node, anything)),
        fc.array(fc.dictionary(field, node), { maxLength: 3 }),
        (fields, messages) => {
          const body = { model: 'm', messages, ...fields } as JsonObject;
          try {
            readRequest(body);
          } catch (error) {
            expect(error).toBeInstanceOf(GatewayError);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
