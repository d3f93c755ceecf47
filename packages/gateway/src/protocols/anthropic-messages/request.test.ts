import { describe, expect, test } from 'vitest';
import { requestOf } from '../../../test/arbitrary/request.ts';
import { OPUS_5_5, SONNET_4_5 } from '../../../test/messages/claude.ts';
import type { GenerateRequest, Part, Turn } from '../../ir/request.ts';
import { writeRequest } from './request.ts';

const THOUGHT: Part = {
  kind: 'thinking',
  text: 'I should look.',
  seal: { issuer: 'anthropic', form: 'signature', data: 'EvAB' },
};
const OPEN_LOOP = (...before: Part[]): Turn[] => [
  { role: 'user', parts: [{ kind: 'text', text: 'Fix it' }] },
  {
    role: 'assistant',
    parts: [...before, { kind: 'tool-call', id: 'toolu_1', name: 'read', args: '{"path":"a.ts"}' }],
  },
  { role: 'user', parts: [{ kind: 'tool-result', callId: 'toolu_1', parts: [{ kind: 'text', text: 'code' }] }] },
];

function write(fields: Partial<GenerateRequest>, capabilities = SONNET_4_5) {
  return writeRequest(requestOf(fields), { model: 'claude-sonnet-4-5', capabilities });
}

const pathsOf = ({ notes }: ReturnType<typeof write>) => notes.map((note) => `${note.code} ${note.path}`);

test('the least request', () => {
  expect(write({})).toEqual({
    body: {
      model: 'claude-sonnet-4-5',
      max_tokens: 16_384,
      messages: [{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }],
    },
    headers: { 'anthropic-version': '2023-06-01' },
    notes: [],
    reading: {},
  });
});

test('a turn of an agent', () => {
  const { body, notes } = write({
    system: [{ kind: 'text', text: 'You are an agent.', cache: { ttl: '1h' } }],
    tools: [
      {
        name: 'read',
        description: 'Reads a file.',
        schema: {
          $schema: 'http://json-schema.org/draft-07/schema#',
          type: 'object',
          properties: { path: { type: 'string' } },
          required: ['path'],
          additionalProperties: false,
        },
        cache: {},
      },
      { name: 'stop' },
    ],
    turns: [
      {
        role: 'user',
        parts: [
          { kind: 'media', mime: 'image/png', source: { base64: 'iVBORw0KGgo=' } },
          { kind: 'text', text: 'What is this?' },
        ],
      },
      {
        role: 'assistant',
        parts: [
          THOUGHT,
          { kind: 'thinking', text: '', seal: { issuer: 'anthropic', form: 'redacted', data: 'EmwK' } },
          { kind: 'text', text: 'Let me read.' },
          { kind: 'tool-call', id: 'toolu_bdrk_01', name: 'read', args: '{"path":"a.ts"}' },
          { kind: 'tool-call', id: 'toolu_bdrk_02', name: 'stop', args: '' },
        ],
      },
      {
        role: 'user',
        parts: [
          {
            kind: 'tool-result',
            callId: 'toolu_bdrk_01',
            parts: [
              { kind: 'text', text: 'a picture:' },
              { kind: 'media', mime: 'image/jpg', source: { base64: '/9j/4A==' } },
            ],
          },
          {
            kind: 'tool-result',
            callId: 'toolu_bdrk_02',
            parts: [{ kind: 'text', text: 'denied' }],
            failed: true,
            cache: {},
          },
        ],
      },
    ],
    limits: { maxOutputTokens: 8000, stop: ['END', ' ', 'END'] },
    reasoning: { effort: 'high' },
    parallelTools: false,
    stream: true,
    ext: { 'anthropic-messages': { metadata: { user_id: 'u1' }, service_tier: 'auto' } },
  });
  expect(body).toEqual({
    model: 'claude-sonnet-4-5',
    max_tokens: 8000,
    system: [{ type: 'text', text: 'You are an agent.', cache_control: { type: 'ephemeral' } }],
    messages: [
      {
        role: 'user',
        content: [
          { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo=' } },
          { type: 'text', text: 'What is this?' },
        ],
      },
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'I should look.', signature: 'EvAB' },
          { type: 'redacted_thinking', data: 'EmwK' },
          { type: 'text', text: 'Let me read.' },
          { type: 'tool_use', id: 'toolu_bdrk_01', name: 'read', input: { path: 'a.ts' } },
          { type: 'tool_use', id: 'toolu_bdrk_02', name: 'stop', input: {} },
        ],
      },
      {
        role: 'user',
        content: [
          {
            type: 'tool_result',
            tool_use_id: 'toolu_bdrk_01',
            content: [
              { type: 'text', text: 'a picture:' },
              { type: 'image', source: { type: 'base64', media_type: 'image/jpeg', data: '/9j/4A==' } },
            ],
          },
          {
            type: 'tool_result',
            tool_use_id: 'toolu_bdrk_02',
            content: [{ type: 'text', text: 'denied' }],
            is_error: true,
            cache_control: { type: 'ephemeral' },
          },
        ],
      },
    ],
    tools: [
      {
        name: 'read',
        description: 'Reads a file.',
        input_schema: {
          type: 'object',
          properties: { path: { type: 'string' } },
          required: ['path'],
          additionalProperties: false,
        },
        cache_control: { type: 'ephemeral' },
      },
      { name: 'stop', input_schema: { type: 'object', properties: {} } },
    ],
    tool_choice: { type: 'auto', disable_parallel_tool_use: true },
    stop_sequences: ['END'],
    temperature: 1,
    thinking: { type: 'enabled', budget_tokens: 4096 },
    metadata: { user_id: 'u1' },
    stream: true,
  });
  expect(notes.map((note) => note.path)).toEqual(['stop', 'service_tier']);
});

describe('output limit', () => {
  test('a wish beyond the model is lowered with a note', () => {
    const written = write({ limits: { maxOutputTokens: 200_000 } });
    expect(written.body.max_tokens).toBe(64_000);
    expect(pathsOf(written)).toEqual(['coerced max_tokens']);
  });
});

describe('tools', () => {
  test('a name Claude refuses is replaced everywhere and known to the reader', () => {
    const name = 'mcp:server/read file';
    const { body, reading } = write({
      tools: [{ name }],
      toolChoice: { mode: 'named', name },
      turns: [
        { role: 'user', parts: [{ kind: 'text', text: 'go' }] },
        { role: 'assistant', parts: [{ kind: 'tool-call', id: 'a', name, args: '{}' }] },
        { role: 'user', parts: [{ kind: 'tool-result', callId: 'a', parts: [] }] },
      ],
    });
    const [[wire] = []] = reading.toolNames ?? [];
    expect(wire).toMatch(/^mcp_server_read_file_[a-z0-9]{11}$/);
    expect(body).toMatchObject({
      tools: [{ name: wire }],
      tool_choice: { type: 'tool', name: wire },
      messages: [{}, { content: [{ name: wire }] }, { content: [{ type: 'tool_result', tool_use_id: 'a' }] }],
    });
    expect(reading.toolNames?.get(wire!)).toBe(name);
  });

  test('arguments that are no object are kept as text', () => {
    const turns: Turn[] = [
      { role: 'user', parts: [{ kind: 'text', text: 'go' }] },
      { role: 'assistant', parts: [{ kind: 'tool-call', id: 'a', name: 'patch', args: '*** Begin Patch' }] },
      { role: 'user', parts: [{ kind: 'tool-result', callId: 'a', parts: [] }] },
    ];
    const written = write({ turns, tools: [{ name: 'patch' }] });
    expect(written.body.messages).toMatchObject([{}, { content: [{ input: { _raw: '*** Begin Patch' } }] }, {}]);
    expect(pathsOf(written)).toEqual(['coerced turns[1].parts[0].args']);
  });

  test('a second tool of the same name and strict are noted', () => {
    const written = write({ tools: [{ name: 'a', strict: true }, { name: 'a' }] });
    expect(written.body.tools).toEqual([{ name: 'a', input_schema: { type: 'object', properties: {} } }]);
    expect(pathsOf(written)).toEqual(['dropped tools[0].strict', 'dropped tools[1]']);
    expect(written.notes[0]?.harmless, 'the schema is sent all the same').toBe(true);
  });

  test('a forced tool that is not there is refused', () => {
    expect(() => write({ tools: [{ name: 'a' }], toolChoice: { mode: 'named', name: 'b' } })).toThrow(
      'tool_choice names the tool "b", which is not among the tools of the request.',
    );
  });

  test('a model that cannot be forced is told', () => {
    const written = write({ tools: [{ name: 'read' }], toolChoice: { mode: 'named', name: 'read' } }, OPUS_5_5);
    expect(written.body).not.toHaveProperty('tool_choice');
    expect(written.body.system).toEqual([{ type: 'text', text: 'Answer this request by calling the tool read.' }]);
    expect(pathsOf(written)).toEqual(['coerced tool_choice']);
  });

  test('a failed result with a picture is not marked, because Claude would refuse it', () => {
    const turns = OPEN_LOOP();
    turns[2] = {
      role: 'user',
      parts: [
        {
          kind: 'tool-result',
          callId: 'toolu_1',
          parts: [{ kind: 'media', mime: 'image/png', source: { base64: 'AAAA' } }],
          failed: true,
        },
      ],
    };
    const written = write({ turns, tools: [{ name: 'read' }] });
    expect(JSON.stringify(written.body)).not.toContain('is_error');
    expect(pathsOf(written)).toEqual(['coerced turns[2].parts[0].failed']);
  });
});

test('what belongs to other dialects is noted', () => {
  const written = write({ ext: { 'openai-chat': { logit_bias: { '1': 5 } } }, choices: 2, endUser: 'ada@example.com' });
  expect(pathsOf(written)).toEqual(['dropped logit_bias', 'simulated n', 'dropped user']);
  expect(JSON.stringify(written.body)).not.toContain('ada@example.com');
});

test('there are never more than four cache marks, and thoughts carry none', () => {
  const turns = Array.from({ length: 6 }, (_, index): Turn => ({
    role: index % 2 === 0 ? 'user' : 'assistant',
    parts: [{ kind: 'text', text: `t${index}`, cache: { ttl: '1h' } }],
  }));
  const text = JSON.stringify(
    write({ turns: [...turns, { role: 'user', parts: [{ kind: 'text', text: 'end' }] }] }).body,
  );
  expect(text.match(/"cache_control":\{"type":"ephemeral"\}/g)).toHaveLength(4);
  expect(text).not.toContain('ttl');
});
