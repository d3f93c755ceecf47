import { describe, expect, test } from 'vitest';
import { OPUS_4_7, SONNET_4_5 } from '../../../test/messages/claude.ts';
import {
  blocksOf,
  captureOf,
  contentOf,
  MESSAGES_CAPTURES,
  type MessagesCapture,
} from '../../../test/support/messages-captures.ts';
import { GatewayError } from '../../errors/error.ts';
import { isObject, type Json, type JsonObject } from '../../ir/json.ts';
import type { GenerateRequest } from '../../ir/request.ts';
import { anthropicMessagesClient } from './client.ts';
import { anthropicMessages } from './index.ts';

const readRequest = (body: JsonObject) => anthropicMessagesClient.readRequest(body);

const USER: JsonObject = { role: 'user', content: 'hi' };
const text = (said: string) => ({ kind: 'text', text: said });

function read(fields: JsonObject): GenerateRequest {
  return readRequest({ model: 'm', max_tokens: 100, messages: [USER], ...fields }).request;
}

function notes(fields: JsonObject): string[] {
  return readRequest({ model: 'm', max_tokens: 100, messages: [USER], ...fields }).notes.map(
    ({ code, path, harmless }) => `${code} ${path}${harmless === true ? ' harmless' : ''}`,
  );
}

const partsOf = (...content: Json[]) => read({ messages: [{ role: 'user', content }] }).turns[0]?.parts;

function refusal(fields: JsonObject): GatewayError {
  try {
    read(fields);
  } catch (error) {
    if (error instanceof GatewayError) return error;
  }
  throw new Error('the request was taken');
}

/** Those that ask for what only Anthropic has are refused, with words that say what to do. */
const REFUSED: Record<string, string> = {
  'claude-code-websearch-forced': 'The tool "web_search" of type "web_search_20250305" runs on Anthropic\'s servers',
  'sdk-thread-create': 'Message threads are not kept here.',
  'sdk-thread-continue': 'Message threads are not kept here.',
  'sdk-thread-resend': 'Message threads are not kept here.',
};

const taken = MESSAGES_CAPTURES.filter(({ name, path }) => !(name in REFUSED) && !path.includes('count_tokens'));

describe('what real clients send', () => {
  test.each(Object.entries(REFUSED))('%s is refused', (name, message) => {
    expect(() => readRequest(captureOf(name).body)).toThrow(message);
  });

  test.each(taken)('$name is read, and nothing of it is lost unnoted', ({ body }) => {
    const { request, notes: noted } = readRequest(body);
    const kept = wordsOf(request);
    const lost = leavesOf(body).filter(
      ({ path, value }) =>
        !kept.some((word) => word === value || (typeof word === 'string' && word.includes(String(value)))) &&
        !noted.some((note) => covers(note.path, path)),
    );
    expect(lost).toEqual([]);
  });

  test.each(taken)('$name goes on to Claude with every block in its place', (capture) => {
    const written = writeFor(capture);
    expect(blocksOf(written).map(essence)).toEqual(expectedBlocks(capture.body).map(essence));
  });
});

/** As it was read, without the repairs of a history. */
function writeFor({ body }: MessagesCapture): JsonObject {
  const { request } = readRequest(body);
  return anthropicMessages.writeRequest(request, { model: 'claude-sonnet-4-5', capabilities: SONNET_4_5 }).body;
}

/** What the blocks of a capture are told as, in the words of this test. */
function expectedBlocks(body: JsonObject): JsonObject[] {
  const messages = Array.isArray(body.messages) ? body.messages.filter(isObject) : [];
  return messages.flatMap(({ role, content }) => {
    const said = contentOf(content).map((block): JsonObject => {
      if (block.type === 'document') return { type: 'text', text: 't\n\ndoc' };
      if (block.type !== 'tool_result' || !Array.isArray(block.content)) return block;
      const inner = contentOf(block.content).map((each) =>
        each.type === 'tool_reference'
          ? { type: 'text', text: `The tool ${JSON.stringify(each.tool_name).slice(1, -1)} is available now.` }
          : each,
      );
      return { ...block, content: inner };
    });
    if (role !== 'system') return said;
    const words = said.map(({ text: line }) => (typeof line === 'string' ? line : '')).join('\n');
    return [{ type: 'text', text: `<system-reminder>\n${words}\n</system-reminder>` }];
  });
}

function essence({ type, text: said, thinking, signature, id, name, input, tool_use_id, source, content }: JsonObject) {
  const inner = contentOf(content).map((block): JsonObject => essence(block));
  return { type, text: said, thinking, signature, id, name, input, tool_use_id, source, inner };
}

const STRUCTURE = new Set(['role', 'type', 'display', 'media_type']);

/** Every text and number of a body but the words that the structure is made of. */
function leavesOf(value: Json | undefined, path = ''): { path: string; value: string | number }[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => leavesOf(item, `${path}[${index}]`));
  if (isObject(value)) {
    return Object.entries(value).flatMap(([key, inner]) =>
      STRUCTURE.has(key) ? [] : leavesOf(inner, path === '' ? key : `${path}.${key}`),
    );
  }
  return typeof value === 'string' || typeof value === 'number' ? [{ path, value }] : [];
}

/** Every text and number anywhere in a request; of a call's arguments those inside them. */
function wordsOf(value: unknown): (string | number)[] {
  if (typeof value === 'string') return value.startsWith('{"') ? [value, ...wordsOf(JSON.parse(value))] : [value];
  if (typeof value === 'number') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(wordsOf) : [];
}

function covers(noted: string, path: string): boolean {
  const pattern = noted
    .replaceAll(/[.()]/g, String.raw`\$&`)
    .replaceAll('[]', '[0-9]')
    .replaceAll('[', String.raw`\[`);
  const open = pattern.replaceAll(String.raw`\[0-9]`, String.raw`\[\d+\]`);
  return new RegExp(`^${open}(?:$|[.[])`).test(path);
}

describe('messages', () => {
  test('a leading system message joins the system, a later one stays where it was as a reminder', () => {
    const { request, notes: noted } = readRequest({
      model: 'm',
      system: 'a',
      messages: [
        { role: 'system', content: 'b' },
        USER,
        { role: 'system', content: [{ type: 'text', text: 'c', cache_control: { type: 'ephemeral' } }] },
        { role: 'assistant' },
      ],
    });
    expect(request.system).toEqual([text('a'), text('b')]);
    expect(request.turns).toEqual([
      { role: 'user', parts: [text('hi')] },
      { role: 'user', parts: [{ ...text('<system-reminder>\nc\n</system-reminder>'), cache: {} }] },
      { role: 'assistant', parts: [] },
    ]);
    expect(noted).toMatchObject([{ code: 'coerced', path: 'messages[2]' }]);
  });

  test('neighbours of one role stay apart, and empty content is nothing', () => {
    const messages = [
      USER,
      USER,
      { role: 'assistant', content: '' },
      { role: 'user', content: [] },
      { role: 'user', content: ['x'] },
    ];
    expect(read({ messages }).turns.map(({ role, parts }) => [role, parts.length])).toEqual([
      ['user', 1],
      ['user', 1],
      ['assistant', 0],
      ['user', 0],
      ['user', 1],
    ]);
  });

  test('calls, results and thoughts', () => {
    const messages = [
      USER,
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'hm', signature: 'EvAB' },
          { type: 'thinking', thinking: 'nobody signed', signature: '' },
          { type: 'thinking', thinking: 'ours', signature: 'couloir:unsealed' },
          { type: 'redacted_thinking', data: 'EmwK' },
          { type: 'tool_use', id: 't1', name: 'f', input: { a: 1 }, caller: { type: 'direct' } },
          { type: 'tool_use', id: 't2', name: 'f', input: '{"cut' },
          { type: 'tool_use', id: 't3', name: 'f' },
        ],
      },
      {
        role: 'user',
        content: [
          {
            type: 'tool_result',
            tool_use_id: 't2',
            content: 'no',
            is_error: true,
            cache_control: { type: 'ephemeral' },
          },
          { type: 'tool_result', tool_use_id: 't1' },
          { type: 'text', text: 'on' },
        ],
      },
    ];
    expect(read({ messages }).turns.slice(1)).toEqual([
      {
        role: 'assistant',
        parts: [
          { kind: 'thinking', text: 'hm', seal: { issuer: 'anthropic', form: 'signature', data: 'EvAB' } },
          { kind: 'thinking', text: 'nobody signed' },
          { kind: 'thinking', text: 'ours' },
          { kind: 'thinking', text: '', seal: { issuer: 'anthropic', form: 'redacted', data: 'EmwK' } },
          { kind: 'tool-call', id: 't1', name: 'f', args: '{"a":1}' },
          { kind: 'tool-call', id: 't2', name: 'f', args: '{"cut' },
          { kind: 'tool-call', id: 't3', name: 'f', args: '{}' },
        ],
      },
      {
        role: 'user',
        parts: [
          { kind: 'tool-result', callId: 't2', parts: [text('no')], failed: true, cache: {} },
          { kind: 'tool-result', callId: 't1', parts: [] },
          text('on'),
        ],
      },
    ]);
    expect(notes({ messages })).toEqual(['dropped messages[].content[].caller harmless']);
  });

  test('images, linked ones too', () => {
    expect(
      partsOf(
        { type: 'image', source: { type: 'base64', media_type: 'image/PNG', data: 'AAAA' }, cache_control: null },
        { type: 'image', source: { type: 'url', url: 'https://x.test/a.png' } },
        { type: 'image', source: { type: 'url', url: 'data:image/gif;base64,R0lG' } },
      ),
    ).toEqual([
      { kind: 'media', mime: 'image/png', source: { base64: 'AAAA' } },
      { kind: 'media', mime: 'image/*', source: { url: 'https://x.test/a.png' } },
      { kind: 'media', mime: 'image/gif', source: { base64: 'R0lG' } },
    ]);
  });

  test('documents of text become text under their title, a PDF stays a file', () => {
    expect(
      partsOf(
        {
          type: 'document',
          source: { type: 'text', media_type: 'text/plain', data: 'body' },
          title: 'T',
          context: 'C',
        },
        { type: 'document', source: { type: 'content', content: [{ type: 'text', text: 'inner' }] } },
        {
          type: 'document',
          source: { type: 'base64', media_type: 'application/pdf', data: 'JVBE' },
          title: 'a.pdf',
          cache_control: { type: 'ephemeral', ttl: '1h' },
        },
        { type: 'search_result', source: 'https://x.test', title: 'X', content: [{ type: 'text', text: 'found' }] },
      ),
    ).toEqual([
      text('T\nC\n\nbody'),
      text('inner'),
      { kind: 'media', mime: 'application/pdf', source: { base64: 'JVBE' }, name: 'a.pdf', cache: { ttl: '1h' } },
      text('X\nhttps://x.test\n\nfound'),
    ]);
  });

  test("what Anthropic's own tools did is told as text; an unknown block is kept whole", () => {
    const messages = [
      USER,
      {
        role: 'assistant',
        content: [
          { type: 'server_tool_use', id: 's', name: 'web_search', input: { query: 'x' } },
          {
            type: 'web_search_tool_result',
            tool_use_id: 's',
            content: [{ type: 'web_search_result', url: 'https://x.test', encrypted_content: 'Eo' }],
          },
          { type: 'brand_new', a: 1 },
        ],
      },
    ];
    expect(read({ messages }).turns[1]?.parts).toEqual([
      text('[Earlier tool call: web_search {"query":"x"}]'),
      text('[Result of the earlier tool call web_search]\n[{"type":"web_search_result","url":"https://x.test"}]'),
      { kind: 'opaque', dialect: 'anthropic-messages', value: { type: 'brand_new', a: 1 } },
    ]);
  });

  test('a mark on the request is one on its last part', () => {
    const messages = [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'a' },
          { type: 'text', text: 'b' },
        ],
      },
    ];
    expect(read({ messages, cache_control: { type: 'ephemeral' } }).turns[0]?.parts).toEqual([
      text('a'),
      { ...text('b'), cache: {} },
    ]);
  });
});

describe('tools', () => {
  const plain = { name: 'f', input_schema: { type: 'object' } };
  const names = (fields: JsonObject) => read(fields).tools.map(({ name }) => name);

  test('with and without a type, a description, a schema', () => {
    const tools = [
      { type: 'custom', name: 'a', description: 'A', input_schema: { type: 'object' }, strict: true },
      { name: 'b', cache_control: { type: 'ephemeral' }, eager_input_streaming: true, input_examples: [{}] },
    ];
    expect(read({ tools }).tools).toEqual([
      { name: 'a', description: 'A', schema: { type: 'object' }, strict: true },
      { name: 'b', cache: {} },
    ]);
    expect(notes({ tools })).toEqual([
      'dropped tools[].eager_input_streaming harmless',
      'dropped tools[].input_examples',
    ]);
    expect(read({ tools: [] }).tools).toEqual([]);
  });

  test('deferred ones are offered when a search has named them, or when nothing else is there', () => {
    const tools = [plain, { ...plain, name: 'late', defer_loading: true }];
    const reference = { type: 'tool_reference', tool_name: 'late' };
    const found = [USER, { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't', content: [reference] }] }];
    expect(names({ tools })).toEqual(['f']);
    expect(notes({ tools })).toEqual(['coerced tools[1] harmless']);
    expect(names({ tools, messages: found })).toEqual(['f', 'late']);
    expect(names({ tools: tools.slice(1) })).toEqual(['late']);
    expect(names({ tools: [...tools, { type: 'tool_search_tool_bm25_20251119', name: 'search' }] })).toEqual([
      'f',
      'late',
    ]);
    expect(names({ tools, tool_choice: { type: 'tool', name: 'late' } })).toEqual(['f', 'late']);
  });

  test("Anthropic's client tools are spelled out, its server tools left out", () => {
    const { tools } = captureOf('sdk-everything').body;
    const { request, notes: noted } = readRequest({ model: 'm', messages: [USER], tools });
    expect(request.tools.map(({ name, schema }) => [name, Object.keys(schema?.properties ?? {}).slice(0, 2)])).toEqual([
      ['get_weather', ['city']],
      ['bash', ['command', 'restart']],
      ['str_replace_based_edit_tool', ['command', 'path']],
    ]);
    expect(noted.map(({ code, path }) => `${code} ${path}`)).toEqual([
      'coerced tools[2].type',
      'coerced tools[3].type',
      'dropped tools[1]',
    ]);
  });

  test.each([
    [{ type: 'auto' }, { toolChoice: { mode: 'auto' } }],
    [
      { type: 'any', disable_parallel_tool_use: true },
      { toolChoice: { mode: 'any' }, parallelTools: false },
    ],
    [{ type: 'tool', name: 'f' }, { toolChoice: { mode: 'named', name: 'f' } }],
    [{ type: 'none' }, { toolChoice: { mode: 'none' } }],
    ['any', { toolChoice: { mode: 'any' } }],
  ])('choice %j', (choice, expected) => {
    expect(read({ tools: [plain], tool_choice: choice })).toMatchObject(expected);
  });

  test('a choice of nothing is dropped, of a stranger refused', () => {
    expect(notes({ tools: [], tool_choice: { type: 'any' } })).toEqual(['dropped tool_choice']);
    expect(refusal({ tools: [plain], tool_choice: { type: 'tool', name: 'g' } }).message).toBe(
      '"tool_choice.name" names the tool "g", which is not among the tools of this request.',
    );
  });
});

describe('thinking', () => {
  test.each<[JsonObject, GenerateRequest['reasoning']]>([
    [{}, undefined],
    [{ thinking: { type: 'adaptive', display: 'omitted' } }, { effort: 'high', show: 'none' }],
    [
      { thinking: { type: 'adaptive', display: 'updates' }, output_config: { effort: 'max' } },
      { effort: 'max', show: 'summary' },
    ],
    [{ thinking: { type: 'enabled', budget_tokens: 31_999 } }, { budgetTokens: 31_999 }],
    [
      { thinking: { type: 'enabled', budget_tokens: 2_000, display: 'summarized' }, output_config: { effort: 'low' } },
      { effort: 'low', budgetTokens: 2_000, show: 'summary' },
    ],
    [{ thinking: { type: 'disabled' } }, { effort: 'none' }],
    [{ output_config: { effort: 'medium' } }, { effort: 'medium', show: 'none' }],
  ])('%j', (fields, expected) => {
    expect(read(fields).reasoning).toEqual(expected);
  });

  test('of the newest kinds', () => {
    expect(read({ thinking: { type: 'between_tools' } }).reasoning).toEqual({ effort: 'high' });
    expect(notes({ thinking: { type: 'adaptive', display: 'verse' } })).toEqual(['dropped thinking.display harmless']);
    expect(refusal({ thinking: { type: 'maybe' } }).detail.param).toBe('thinking.type');
  });
});

describe('the rest of the request', () => {
  test('limits, sampling, output, user', () => {
    const schema = { type: 'object', properties: {} };
    expect(
      read({
        max_tokens: 10,
        temperature: 0.5,
        top_p: 0.9,
        top_k: 5,
        stop_sequences: ['END', ''],
        output_config: { format: { type: 'json_schema', schema } },
        metadata: { user_id: 'u' },
        stream: true,
        service_tier: 'auto',
        context_management: { edits: [] },
      }),
    ).toMatchObject({
      limits: { maxOutputTokens: 10, stop: ['END'] },
      sampling: { temperature: 0.5, topP: 0.9, topK: 5 },
      output: { format: 'json', schema },
      endUser: 'u',
      stream: true,
      ext: {
        'anthropic-messages': {
          metadata: { user_id: 'u' },
          service_tier: 'auto',
          context_management: { edits: [] },
        },
      },
    });
    expect(read({ output_format: { type: 'json_schema', schema } }).output).toEqual({ format: 'json', schema });
    expect(read({ max_tokens: 0 }).limits).toEqual({ maxOutputTokens: 1 });
  });

  test('Claude gets its metadata back and is told of fields it loses', () => {
    const { request } = readRequest(captureOf('claude-code-tool-result').body);
    const written = anthropicMessages.writeRequest(request, { model: 'claude-opus-4-7', capabilities: OPUS_4_7 });
    expect(written.body.metadata).toEqual(captureOf('claude-code-tool-result').body.metadata);
    expect(written.notes).toContainEqual({
      code: 'dropped',
      path: 'context_management',
      because: 'Cortex does not take this field of the Messages API',
      harmless: true,
    });
  });

  test.each([
    [{ thread: { type: 'create' } }, { error_code: 'thread_unsupported_request', unsupported: ['thread'] }],
    [{ mcp_servers: [{ type: 'url', name: 'x', url: 'https://x.test' }] }, undefined],
    [{ container: 'c_1' }, undefined],
  ])('%j is refused', (fields, details) => {
    const { kind, detail } = refusal(fields);
    expect(kind).toBe('unsupported');
    expect(detail.details).toEqual(details);
    expect(detail.param).toBe(Object.keys(fields)[0]);
  });

  test('tool results without any history go on with a thread that is not kept here', () => {
    const result = { type: 'tool_result', tool_use_id: 'toolu_1', content: 'sunny' };
    const { kind, detail } = refusal({ messages: [{ role: 'user', content: [result, result] }] });
    expect(kind).toBe('unsupported');
    expect(detail.details).toEqual({ error_code: 'thread_unsupported_request', unsupported: ['thread'] });
  });

  test('empty lists of them ask for nothing', () => {
    expect(notes({ mcp_servers: [], container: null, thread: null })).toEqual([]);
  });

  test.each<[JsonObject, string]>([
    [{ model: '' }, 'model'],
    [{ messages: [] }, 'messages'],
    [{ messages: 'hi' }, 'messages'],
    [{ messages: [{ role: 'tool', content: 'x' }] }, 'messages[0].role'],
    [{ messages: [{ role: 'user', content: 7 }] }, 'messages[0].content'],
    [{ messages: [{ role: 'user', content: [{ text: 'x' }] }] }, 'messages[0].content[0].type'],
    [{ messages: [{ role: 'user', content: [{ type: 'text' }] }] }, 'messages[0].content[0].text'],
    [
      { messages: [{ role: 'user', content: [{ type: 'image', source: { type: 'file', file_id: 'f' } }] }] },
      'messages[0].content[0].source',
    ],
    [{ messages: [{ role: 'assistant', content: [{ type: 'tool_use', name: 'f' }] }] }, 'messages[0].content[0].id'],
    [{ system: [{ type: 'image', source: { type: 'url', url: 'https://x.test' } }] }, 'system[0].type'],
    [{ tools: [{ input_schema: {} }] }, 'tools[0].name'],
    [{ max_tokens: -1 }, 'max_tokens'],
    [{ temperature: 'hot' }, 'temperature'],
    [{ stop_sequences: 'END' }, 'stop_sequences'],
    [{ output_config: { format: { type: 'yaml' } } }, 'output_config.format.type'],
    [{ stream: 'yes' }, 'stream'],
  ])('%j is invalid', (fields, param) => {
    const { kind, detail } = refusal(fields);
    expect(['invalid-request', 'unsupported']).toContain(kind);
    expect(detail.param).toBe(param);
  });
});
