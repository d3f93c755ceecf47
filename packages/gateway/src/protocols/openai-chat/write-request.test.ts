import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { requestOf } from '../../../test/arbitrary/request.ts';
import { cortexTarget, readFixture } from '../../../test/support/chat-answers.ts';
import { lowerFreeform } from '../../ir/freeform.ts';
import type { JsonObject } from '../../ir/json.ts';
import type { GenerateRequest, Part } from '../../ir/request.ts';
import type { ModelCapabilities } from '../codec.ts';
import { readRequest } from './request.ts';
import { openaiChatUpstream } from './upstream.ts';

const CLAUDE = cortexTarget('claude-sonnet-4-6').capabilities;
const OPENAI = cortexTarget('openai-gpt-5').capabilities;
const LLAMA = cortexTarget('llama3.1-8b').capabilities;

const write = (fields: Partial<GenerateRequest>, capabilities: ModelCapabilities = OPENAI) =>
  openaiChatUpstream.writeRequest(requestOf(fields), { model: 'm', capabilities });
const bodyOf = (fields: Partial<GenerateRequest>, capabilities?: ModelCapabilities) => write(fields, capabilities).body;
const notesOf = (fields: Partial<GenerateRequest>, capabilities?: ModelCapabilities) =>
  write(fields, capabilities).notes.map(
    ({ code, path, harmless }) => `${code} ${path}${harmless === true ? ' harmless' : ''}`,
  );
const HELLO = { role: 'user', content: 'Hello' };

describe('what real clients send comes out again', () => {
  const names = readdirSync(new URL('../../../../../fixtures/openai-chat', import.meta.url)).filter((name) =>
    name.endsWith('.json'),
  );

  test.each(names)('%s', (name) => {
    const body = JSON.parse(readFixture(`openai-chat/${name}`)) as JsonObject;
    const read = readRequest(body);
    read.request = lowerFreeform(read.request).request;
    const written = openaiChatUpstream.writeRequest(read.request, { model: 'upstream-name', capabilities: OPENAI });
    const again = readRequest(written.body).request;

    expect(again).toEqual({ ...withDefaults(read.request), model: 'upstream-name', choices: 1 });
    const told = new Set([...read.notes, ...written.notes].map(({ path }) => path.replace(/[.[].*$/, '')));
    const renamed: Record<string, string> = { max_tokens: 'max_completion_tokens' };
    const silent = Object.keys(body).filter(
      (field) =>
        !(field in written.body || (renamed[field] ?? field) in written.body || told.has(field) || says(body[field])),
    );
    expect(silent).toEqual([]);
  });

  /** Values that ask for what happens anyway. */
  const says = (value: unknown) => value === 1 || value === false || value === 'auto' || value === null;

  /** What the writer adds on purpose, and the thoughts that have no place. */
  function withDefaults(request: GenerateRequest): GenerateRequest {
    const parameters = { type: 'object', properties: {}, additionalProperties: false };
    return {
      ...request,
      tools: request.tools.map((tool) => ({ ...tool, schema: tool.schema ?? parameters })),
      turns: request.turns.map((turn) => ({ ...turn, parts: turn.parts.filter(({ kind }) => kind !== 'thinking') })),
    };
  }
});

describe('the body', () => {
  test('of a plain request is plain', () => {
    expect(bodyOf({})).toEqual({ model: 'm', messages: [HELLO] });
  });

  test('asks a stream for its usage', () => {
    expect(bodyOf({ stream: true })).toEqual({
      model: 'm',
      messages: [HELLO],
      stream: true,
      stream_options: { include_usage: true },
    });
  });

  test('has limits, sampling and end user under their names here', () => {
    const fields = {
      limits: { maxOutputTokens: 100, stop: ['END'] },
      sampling: { temperature: 1.5, topP: 0.9, seed: 7 },
      endUser: 'u1',
    };
    expect(bodyOf(fields)).toMatchObject({
      max_completion_tokens: 100,
      stop: ['END'],
      temperature: 1.5,
      top_p: 0.9,
      seed: 7,
      user: 'u1',
    });
  });

  test('notes what chat has no field for', () => {
    expect(notesOf({ sampling: { topK: 40 } }, CLAUDE)).toEqual(['dropped top_k']);
  });

  test('keeps fields of its own dialect, takes shared ones of another and notes the rest', () => {
    const ext = {
      'openai-chat': { logit_bias: { '5': 1 } },
      'openai-responses': { prompt_cache_key: 'k', verbosity: 'low', truncation: 'auto' },
      'anthropic-messages': { service_tier: 'auto' },
    };
    expect(bodyOf({ ext })).toMatchObject({ logit_bias: { '5': 1 }, prompt_cache_key: 'k', verbosity: 'low' });
    expect(notesOf({ ext })).toEqual(['dropped service_tier harmless', 'dropped truncation']);
  });

  test('asks for one answer, and says that others cost requests', () => {
    expect(bodyOf({ choices: 3 })).not.toHaveProperty('n');
    expect(notesOf({ choices: 3 })).toEqual(['simulated n']);
  });
});

describe('reasoning', () => {
  test.each([
    [{ effort: 'high' }, { reasoning_effort: 'high' }, []],
    [{ effort: 'max' }, { reasoning_effort: 'high' }, ['coerced reasoning']],
    [{ effort: 'none' }, { reasoning_effort: 'minimal' }, ['coerced reasoning']],
    [{ budgetTokens: 4_000 }, { reasoning_effort: 'medium' }, ['coerced reasoning']],
    [{ show: 'summary' }, {}, ['dropped reasoning.summary harmless']],
  ] as const)('%j is %j for a model of efforts', (reasoning, wanted, notes) => {
    expect(bodyOf({ reasoning })).toEqual({ model: 'm', messages: [HELLO], ...wanted });
    expect(notesOf({ reasoning })).toEqual(notes);
  });

  test('is an object for Claude, and nothing where nobody reasons', () => {
    expect(bodyOf({ reasoning: { effort: 'low' } }, CLAUDE)).toMatchObject({ reasoning: { effort: 'low' } });
    expect(bodyOf({ reasoning: { budgetTokens: 2_000 } }, CLAUDE)).toMatchObject({ reasoning: { max_tokens: 2_000 } });
    expect(notesOf({ reasoning: { effort: 'low' } }, LLAMA)).toEqual(['dropped reasoning']);
    expect(notesOf({ reasoning: { effort: 'none' } }, LLAMA)).toEqual(['dropped reasoning harmless']);
  });
});

describe('tools', () => {
  const tools = [{ name: 'read', description: 'Reads.', schema: { type: 'object', properties: {} } }, { name: 'list' }];

  test('are functions, always with parameters', () => {
    expect(bodyOf({ tools }).tools).toEqual([
      {
        type: 'function',
        function: { name: 'read', description: 'Reads.', parameters: { type: 'object', properties: {} } },
      },
      {
        type: 'function',
        function: { name: 'list', parameters: { type: 'object', properties: {}, additionalProperties: false } },
      },
    ]);
  });

  test.each([
    [{ mode: 'auto' }, undefined],
    [{ mode: 'none' }, 'none'],
    [{ mode: 'any' }, 'required'],
    [
      { mode: 'named', name: 'read' },
      { type: 'function', function: { name: 'read' } },
    ],
  ] as const)('choice %j', (toolChoice, wanted) => {
    expect(bodyOf({ tools, toolChoice }).tool_choice).toEqual(wanted);
    expect(bodyOf({ toolChoice })).not.toHaveProperty('tool_choice');
  });

  test('with names that are refused here get others, everywhere, and the reader knows', () => {
    const name = 'mcp:server/odd name';
    const call: Part = { kind: 'tool-call', id: 'a', name, args: '' };
    const { body, reading } = write({
      tools: [{ name }],
      toolChoice: { mode: 'named', name },
      turns: [{ role: 'assistant', parts: [call] }],
    });
    const [[wire, client] = ['', '']] = [...(reading.toolNames ?? [])];
    expect(wire).toMatch(/^mcp_server_odd_name_[a-zA-Z0-9_-]+$/);
    expect(client).toBe(name);
    expect(body).toMatchObject({
      tools: [{ function: { name: wire } }],
      tool_choice: { function: { name: wire } },
      messages: [{ tool_calls: [{ id: 'a', function: { name: wire, arguments: '{}' } }] }],
    });
  });

  test('are strict only where OpenAI can enforce their schema', () => {
    const closed = {
      type: 'object',
      properties: { a: { type: 'string' }, b: { type: ['array', 'null'], items: { type: 'number' } } },
      required: ['a', 'b'],
      additionalProperties: false,
    };
    const open = { ...closed, required: ['a'] };
    const inner = { ...closed, properties: { a: { type: 'object', properties: {} }, b: { type: 'number' } } };
    const strictOf = (schema: JsonObject) => write({ tools: [{ name: 'f', schema, strict: true }] });
    expect(strictOf(closed).body).toMatchObject({ tools: [{ function: { strict: true } }] });
    for (const schema of [open, inner, { anyOf: [closed] }, { ...closed, oneOf: [] }]) {
      const { body, notes } = strictOf(schema);
      expect(JSON.stringify(body)).not.toContain('strict');
      expect(notes).toMatchObject([{ code: 'dropped', path: 'tools[0].strict' }]);
    }
  });
});

describe('the form of the answer', () => {
  const schema = { type: 'object', properties: {}, required: [], additionalProperties: false };

  test('is asked for by the field', () => {
    expect(bodyOf({ output: { format: 'json' } }).response_format).toEqual({ type: 'json_object' });
    expect(bodyOf({ output: { format: 'text' } })).not.toHaveProperty('response_format');
    expect(bodyOf({ output: { format: 'json', schema, name: 'no name', strict: true } }).response_format).toEqual({
      type: 'json_schema',
      json_schema: { name: 'answer', schema, strict: true },
    });
  });
});

describe('the history', () => {
  const seal = { issuer: 'anthropic' as const, form: 'signature' as const, data: 'sig' };
  const image = { kind: 'media' as const, mime: 'image/png', source: { base64: 'AA==' } };
  const url = { type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } };
  const call = (id: string): Part => ({ kind: 'tool-call', id, name: 'look', args: '{}' });
  const result = (callId: string, parts: Part[], more: JsonObject = {}): Part => ({
    kind: 'tool-result',
    callId,
    parts,
    ...more,
  });
  const said = (text: string): Part => ({ kind: 'text', text });
  const messagesOf = (parts: Part[], capabilities?: ModelCapabilities) =>
    bodyOf({ turns: [{ role: 'user', parts }] }, capabilities).messages;

  test('says in words that a call failed', () => {
    expect(messagesOf([result('a', [said('no such file')], { failed: true })])).toEqual([
      { role: 'tool', tool_call_id: 'a', content: '[The tool call failed]\nno such file' },
    ]);
    expect(messagesOf([result('a', [], { failed: true })])).toMatchObject([{ content: '[The tool call failed]' }]);
  });

  test('puts images of results into the message after them', () => {
    expect(messagesOf([result('a', [image]), said('And now?')])).toEqual([
      { role: 'tool', tool_call_id: 'a', content: 'The result follows in the next message.' },
      { role: 'user', content: [url, { type: 'text', text: 'And now?' }] },
    ]);
    expect(messagesOf([result('a', [said('red'), image]), result('b', [image])])).toEqual([
      { role: 'tool', tool_call_id: 'a', content: 'red' },
      { role: 'tool', tool_call_id: 'b', content: 'The result follows in the next message.' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'From the result of tool call a:' },
          url,
          { type: 'text', text: 'From the result of tool call b:' },
          url,
        ],
      },
    ]);
  });

  test('gives Claude its own thoughts back, and nobody any other', () => {
    const turns = [
      {
        role: 'assistant' as const,
        parts: [
          { kind: 'thinking' as const, text: 'Mine.', seal },
          { kind: 'thinking' as const, text: 'Somebody’s.' },
          call('a'),
        ],
      },
    ];
    const detail = {
      type: 'reasoning.text',
      format: 'anthropic-claude-v1',
      index: 0,
      id: 'reasoning-text-1',
      text: 'Mine.',
      signature: 'sig',
    };
    expect(bodyOf({ turns }, CLAUDE).messages).toEqual([
      {
        role: 'assistant',
        content: null,
        reasoning_details: [detail],
        tool_calls: [{ id: 'a', type: 'function', function: { name: 'look', arguments: '{}' } }],
      },
    ]);
    expect(JSON.stringify(bodyOf({ turns }))).not.toContain('reasoning');
    expect(notesOf({ turns }, CLAUDE)).toEqual(['seal-dropped turns[].parts[] harmless']);
    expect(notesOf({ turns })).toEqual(['seal-dropped turns[].parts[] harmless']);
  });

  test('marks prefixes for Claude’s cache where chat can, at most four, and for nobody else', () => {
    const cache = { ttl: '1h' as const };
    const turns = [
      { role: 'user' as const, parts: Array.from({ length: 5 }, (_, index) => ({ ...textPart(`${index}`), cache })) },
      { role: 'assistant' as const, parts: [{ ...call('a'), cache } as Part] },
    ];
    const claude = JSON.stringify(bodyOf({ turns }, CLAUDE));
    expect(claude.match(/"cache_control":\{"type":"ephemeral"\}/g)).toHaveLength(4);
    expect(notesOf({ turns }, CLAUDE)).toEqual(['dropped cache_control harmless']);
    expect(JSON.stringify(bodyOf({ turns }))).not.toContain('cache_control');
    expect(notesOf({ turns })).toEqual(['dropped cache_control harmless']);
  });

  const textPart = (text: string) => ({ kind: 'text' as const, text });

  test('loses blocks of other dialects, with a note', () => {
    const foreign: Part = { kind: 'opaque', dialect: 'anthropic-messages', value: { type: 'server_tool_use' } };
    expect(notesOf({ turns: [{ role: 'user', parts: [said('hi'), foreign] }] })).toEqual(['dropped turns[0].parts[1]']);
  });
});
