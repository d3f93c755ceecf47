import { describe, expect, test } from 'vitest';
import { OPUS_4_7, SONNET_4_5 } from '../../../test/messages/claude.ts';
import { BODY, changes, MODEL, splice, TOOL, USER } from '../../../test/messages/splice.ts';
import { GatewayError } from '../../errors/error.ts';
import type { JsonObject } from '../../ir/json.ts';
import type { ModelCapabilities } from '../../protocols/codec.ts';
import { spliceMessages } from './index.ts';

test('every byte but the refused ones stays as it came', () => {
  const text = String.raw` { "model" : "sonnet", "service_tier":"auto",
  "max_tokens":64000.0, "temperature":1.0e0,
  "tools":[ {"name":"f", "eager_input_streaming":true, "input_schema":{ "$schema":"x","type":"object"},"cache_control":{"type":"ephemeral","ttl":"1h"} }],
  "messages":[{"role":"user","content":[ {"type":"text","text":"\u0061 \/ é"} ,{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAAA"}}]}] } `;
  const spliced = spliceMessages(Buffer.from(text), {
    model: 'claude-sonnet-4-5',
    capabilities: SONNET_4_5,
    headers: {},
  });
  expect(spliced === 'translate' ? spliced : spliced.body.toString('utf8'))
    .toBe(String.raw` { "model" : "claude-sonnet-4-5",
  "max_tokens":64000.0, "temperature":1.0e0,
  "tools":[ {"name":"f", "input_schema":{ "type":"object"},"cache_control":{"type":"ephemeral"} }],
  "messages":[{"role":"user","content":[ {"type":"text","text":"\u0061 \/ é"} ,{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAAA"}}]}] } `);
});

test('a body that Cortex takes is handed on as it is, the very same buffer', () => {
  const bytes = Buffer.from(JSON.stringify(BODY));
  const spliced = spliceMessages(bytes, { model: MODEL, capabilities: SONNET_4_5, headers: {} });
  expect(spliced).toEqual({ body: bytes, headers: { 'anthropic-version': '2023-06-01' }, notes: [] });
  expect(spliced === 'translate' ? undefined : spliced.body).toBe(bytes);
});

describe('beta flags', () => {
  const flags = (betas: string, model: string) => {
    const spliced = spliceMessages(Buffer.from(JSON.stringify(BODY)), {
      model,
      capabilities: SONNET_4_5,
      headers: { 'anthropic-beta': betas },
    });
    return spliced === 'translate' ? undefined : spliced;
  };

  test("only Cortex's own pass, those that hold for this model", () => {
    const sent =
      'claude-code-20250219, interleaved-thinking-2025-05-14,context-1m-2025-08-07,context-management-2025-06-27,effort-2025-11-24';
    expect(flags(sent, 'claude-sonnet-4-6')?.headers['anthropic-beta']).toBe(
      'interleaved-thinking-2025-05-14,context-1m-2025-08-07,context-management-2025-06-27',
    );
    expect(flags(sent, 'claude-haiku-4-5')?.headers['anthropic-beta']).toBe(
      'interleaved-thinking-2025-05-14,context-management-2025-06-27',
    );
    expect(flags(sent, 'claude-haiku-4-5')?.notes).toEqual([
      {
        code: 'dropped',
        path: 'anthropic-beta',
        because:
          'Cortex takes a short list of flags only, so claude-code-20250219, context-1m-2025-08-07, effort-2025-11-24 stayed here',
        harmless: true,
      },
    ]);
  });

  test('none are sent when none are taken', () => {
    expect(flags('claude-code-20250219', 'claude-haiku-4-5')?.headers).toEqual({ 'anthropic-version': '2023-06-01' });
  });
});

test.each<[JsonObject, JsonObject, string[]]>([
  [
    { service_tier: 'auto', anthropic_beta: ['x'] },
    { service_tier: null, anthropic_beta: null },
    ['dropped service_tier harmless', 'dropped anthropic_beta harmless'],
  ],
  [{ brand_new: 1 }, { brand_new: null }, ['dropped brand_new']],
  [{ metadata: { user_id: 'u', run: '7' } }, { metadata: { user_id: 'u' } }, ['dropped metadata.run']],
  [{ metadata: { user_id: '{"device_id":"d"}' } }, {}, []],
  [{ mcp_servers: [] }, { mcp_servers: null }, ['dropped mcp_servers harmless']],
  [
    { messages: [{ ...USER, id: 'msg_1', output_config: { effort: 'low' } }] },
    { messages: [USER] },
    ['dropped messages[].output_config'],
  ],
  [{ stop_sequences: [' ', 'END'] }, { stop_sequences: ['END'] }, ['dropped stop_sequences']],
])('fields: %j', (fields, changed, notes) => {
  expect(changes(fields)).toEqual([changed, notes]);
});

test('context management passes with its flag only', () => {
  const fields = { context_management: { edits: [{ type: 'clear_thinking_20251015', keep: 'all' }] } };
  expect(changes(fields, SONNET_4_5, 'context-management-2025-06-27')).toEqual([{}, []]);
  expect(changes(fields)).toEqual([{ context_management: null }, ['dropped context_management harmless']]);
});

describe('tools', () => {
  test.each<[JsonObject[], JsonObject[], string[]]>([
    [
      [{ ...TOOL, type: 'custom', eager_input_streaming: true }],
      [{ ...TOOL, type: 'custom' }],
      ['dropped tools[].eager_input_streaming harmless'],
    ],
    [
      [
        { ...TOOL, strict: true },
        { ...TOOL, name: 'g', strict: true, tags: ['x'], custom: {} },
      ],
      [TOOL, { ...TOOL, name: 'g' }],
      ['dropped tools[].strict', 'dropped tools[].tags harmless', 'dropped tools[].custom harmless'],
    ],
    [
      [{ name: 'f', input_schema: { $schema: 'x', type: 'object' } }],
      [TOOL],
      ['dropped tools[].input_schema.$schema harmless'],
    ],
    [[{ name: 'f' }], [{ name: 'f', input_schema: { type: 'object', properties: {} } }], []],
    [
      [{ name: 'f', input_schema: { properties: {} } }],
      [{ name: 'f', input_schema: { properties: {}, type: 'object' } }],
      [],
    ],
    [[TOOL, { ...TOOL, name: 'late', defer_loading: true }], [TOOL], ['coerced tools[].defer_loading harmless']],
    [[{ ...TOOL, name: 'late', defer_loading: true }], [{ ...TOOL, name: 'late' }], []],
  ])('%j', (tools, left, notes) => {
    const [changed, noted] = changes({ tools });
    expect(noted).toEqual(notes);
    expect(changed.tools ?? tools).toEqual(left.map((tool) => expect.objectContaining(tool) as JsonObject));
    expect(changed.tools).toEqual(left);
  });

  test('with the flag of the tool search they stay deferred, and references to them stay', () => {
    const tools = [TOOL, { ...TOOL, name: 'late', defer_loading: true }];
    const messages = [
      USER,
      { role: 'assistant', content: [{ type: 'tool_use', id: 't', name: 'f', input: {} }] },
      {
        role: 'user',
        content: [{ type: 'tool_result', tool_use_id: 't', content: [{ type: 'tool_reference', tool_name: 'late' }] }],
      },
    ];
    expect(changes({ tools, messages }, SONNET_4_5, 'tool-search-tool-2025-10-19')).toEqual([{}, []]);
    expect(changes({ tools, messages })).toEqual([{ translate: true }, []]);
  });

  test('a choice of nothing goes', () => {
    expect(changes({ tools: [], tool_choice: { type: 'auto' } })).toEqual([
      { tool_choice: null },
      ['dropped tool_choice harmless'],
    ]);
  });
});

describe('cache marks', () => {
  const text = (said: string, mark?: JsonObject): JsonObject => ({
    type: 'text',
    text: said,
    ...(mark === undefined ? {} : { cache_control: mark }),
  });
  const MARK = { type: 'ephemeral' };

  test('lose what is not their type, and the first of more than four', () => {
    const fields = {
      tools: [{ ...TOOL, cache_control: { ...MARK, ttl: '5m' } }],
      system: [text('s', { ...MARK, scope: 'global' })],
      messages: [{ role: 'user', content: [text('a', MARK), text('b', MARK), text('c', { ...MARK, ttl: '1h' })] }],
    };
    expect(changes(fields)).toEqual([
      {
        tools: [TOOL],
        system: [text('s', MARK)],
        messages: [{ role: 'user', content: [text('a', MARK), text('b', MARK), text('c', MARK)] }],
      },
      ['dropped cache_control.ttl harmless', 'dropped cache_control harmless'],
    ]);
  });

  test('on the request and inside results count too, of an unknown kind go', () => {
    const result = { type: 'tool_result', tool_use_id: 't', content: [text('r', MARK)], cache_control: MARK };
    const messages = [
      USER,
      {
        role: 'assistant',
        content: [{ type: 'tool_use', id: 't', name: 'f', input: {}, cache_control: { type: 'eternal' } }],
      },
      { role: 'user', content: [result, text('on', MARK)] },
    ];
    expect(changes({ tools: [TOOL], system: [text('s', MARK)], messages, cache_control: MARK })).toEqual([
      {
        system: [text('s')],
        messages: [
          USER,
          { role: 'assistant', content: [{ type: 'tool_use', id: 't', name: 'f', input: {} }] },
          messages[2],
        ],
      },
      ['dropped cache_control harmless', 'dropped cache_control harmless'],
    ]);
  });
});

describe('limits and sampling', () => {
  test.each<[JsonObject, ModelCapabilities, JsonObject, string[]]>([
    [{ max_tokens: 128_000 }, SONNET_4_5, { max_tokens: 64_000 }, ['coerced max_tokens harmless']],
    [{ max_tokens: 0 }, SONNET_4_5, { max_tokens: 1 }, ['coerced max_tokens harmless']],
    [{ max_tokens: undefined }, SONNET_4_5, { max_tokens: 16_384 }, ['coerced max_tokens harmless']],
    [
      { max_tokens: 128_000, thinking: { type: 'enabled', budget_tokens: 127_999 } },
      SONNET_4_5,
      { max_tokens: 64_000, thinking: { type: 'enabled', budget_tokens: 62_976 } },
      ['coerced max_tokens harmless', 'coerced thinking.budget_tokens'],
    ],
    [
      { temperature: 1, top_p: 1, top_k: 5 },
      OPUS_4_7,
      { temperature: null, top_p: null, top_k: null },
      ['dropped temperature harmless', 'dropped top_p harmless', 'dropped top_k'],
    ],
    [{ temperature: 0.5, top_p: 0.9, top_k: 5 }, SONNET_4_5, { top_p: null }, ['dropped top_p']],
    [{ temperature: 0.5 }, SONNET_4_5, {}, []],
    [
      { temperature: 0.5, thinking: { type: 'enabled', budget_tokens: 2_048 } },
      SONNET_4_5,
      { temperature: 1 },
      ['dropped temperature'],
    ],
  ])('%j', (fields, capabilities, changed, notes) => {
    expect(changes(fields, capabilities)).toEqual([changed, notes]);
  });
});

describe('structured output', () => {
  const format = (schema: JsonObject, more: JsonObject = {}) => ({
    output_config: { format: { type: 'json_schema', schema, ...more } },
  });
  const CLOSED = {
    type: 'object',
    properties: { n: { type: 'integer' } },
    required: ['n'],
    additionalProperties: false,
  };

  test('a strict schema stays', () => {
    expect(changes(format(CLOSED))).toEqual([{}, []]);
  });

  test('one that can be brought into the strict form is', () => {
    const { additionalProperties: _, ...open } = CLOSED;
    expect(changes(format({ $schema: 'x', ...open }, { name: 'answer' }))).toEqual([
      format(CLOSED),
      ['dropped output_config.format.name', 'coerced output_config.format.schema harmless'],
    ]);
  });

  test.each<[JsonObject, ModelCapabilities]>([
    [format({ type: 'object', additionalProperties: { type: 'string' } }), SONNET_4_5],
    [format(CLOSED), { ...SONNET_4_5, structuredOutput: 'tool' }],
    [{ output_format: { type: 'json_schema', schema: CLOSED } }, SONNET_4_5],
  ])('%j is translated', (fields, capabilities) => {
    expect(splice(fields, capabilities)).toBe('translate');
  });
});

test.each(['thread', 'mcp_servers', 'container'])('%s is refused', (field) => {
  expect(() => splice({ [field]: field === 'mcp_servers' ? [{}] : { type: 'create' } })).toThrow(GatewayError);
});

test.each(['', 'null', '[1]', '{"model":"a"', '{"model":"a","messages":[{"role":"user","role":"user"}]}'])(
  'bytes that are no request: %s',
  (text) => {
    expect(() => spliceMessages(Buffer.from(text), { model: 'm', capabilities: SONNET_4_5, headers: {} })).toThrow(
      GatewayError,
    );
  },
);
