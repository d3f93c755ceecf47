import { describe, expect, it } from 'vitest';
import type { GenerateRequest } from '../../ir/request.ts';
import type { ModelCapabilities } from '../codec.ts';
import { writeRequest } from './request.ts';

const CLAUDE: ModelCapabilities = {
  family: 'claude',
  contextWindow: 200_000,
  defaultOutputTokens: 16_384,
  maxOutputTokens: 64_000,
  tools: true,
  vision: true,
  structuredOutput: 'native',
  reasoning: 'budget',
  efforts: ['low', 'medium', 'high'],
  sampling: true,
  prefill: true,
  cacheMinTokens: 1024,
};
const LLAMA: ModelCapabilities = {
  ...CLAUDE,
  family: 'other',
  defaultOutputTokens: 8_192,
  maxOutputTokens: 8_192,
  tools: false,
  vision: false,
  structuredOutput: 'none',
  reasoning: 'none',
  cacheMinTokens: 0,
};
const GPT: ModelCapabilities = { ...CLAUDE, family: 'openai', reasoning: 'effort', cacheMinTokens: 0 };

const asked = (fields: Partial<GenerateRequest> = {}): GenerateRequest => ({
  model: 'm',
  system: [],
  turns: [{ role: 'user', parts: [{ kind: 'text', text: 'Hello' }] }],
  tools: [],
  toolChoice: { mode: 'auto' },
  limits: {},
  sampling: {},
  choices: 1,
  stream: true,
  ext: {},
  ...fields,
});
const write = (fields: Partial<GenerateRequest>, capabilities = CLAUDE, model = 'claude-sonnet-4-5') =>
  writeRequest(asked(fields), { model, capabilities });
const weather = { name: 'get_weather', description: 'Weather', schema: { type: 'object', properties: {} } };

describe('a body as Snowflake specifies it', () => {
  it('says stream and limit always: the endpoint’s own defaults are others', () => {
    expect(write({ stream: false }).body).toEqual({
      model: 'claude-sonnet-4-5',
      messages: [{ role: 'user', content: 'Hello' }],
      max_tokens: 16_384,
      stream: false,
    });
  });

  it('has a tool loop in content_list, with the name of the tool beside every result', () => {
    const { body, notes } = write({
      system: [{ kind: 'text', text: 'Be brief.' }],
      turns: [
        { role: 'user', parts: [{ kind: 'text', text: 'Weather in Rome and Oslo?' }] },
        {
          role: 'assistant',
          parts: [
            { kind: 'text', text: 'Let me look.' },
            { kind: 'tool-call', id: 'a', name: 'get_weather', args: '{"city":"Rome"}' },
            { kind: 'tool-call', id: 'b', name: 'get_weather', args: '' },
          ],
        },
        {
          role: 'user',
          parts: [
            { kind: 'tool-result', callId: 'a', parts: [{ kind: 'text', text: 'Sunny' }] },
            { kind: 'tool-result', callId: 'b', parts: [], failed: true },
          ],
        },
      ],
      tools: [weather],
    });
    expect(body).toMatchObject({
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Weather in Rome and Oslo?' },
        {
          role: 'assistant',
          content: 'Let me look.',
          content_list: [
            { type: 'tool_use', tool_use: { tool_use_id: 'a', name: 'get_weather', input: { city: 'Rome' } } },
            { type: 'tool_use', tool_use: { tool_use_id: 'b', name: 'get_weather', input: {} } },
          ],
        },
        {
          role: 'user',
          content: '',
          content_list: [
            {
              type: 'tool_results',
              tool_results: { tool_use_id: 'a', name: 'get_weather', content: [{ type: 'text', text: 'Sunny' }] },
            },
            {
              type: 'tool_results',
              tool_results: {
                tool_use_id: 'b',
                name: 'get_weather',
                content: [{ type: 'text', text: '(no output)' }],
                status: 'error',
              },
            },
          ],
        },
      ],
      tools: [
        { tool_spec: { type: 'generic', name: 'get_weather', description: 'Weather', input_schema: weather.schema } },
      ],
    });
    expect(notes).toEqual([]);
  });

  it('puts images where they belong, those of a result behind it', () => {
    const image = { kind: 'media', mime: 'image/png', source: { base64: 'iVBORw0KGgo=' } } as const;
    const details = { type: 'base64', content: 'iVBORw0KGgo=', content_type: 'image/png' };
    const { body } = write({
      turns: [
        { role: 'user', parts: [image] },
        { role: 'assistant', parts: [{ kind: 'tool-call', id: 'a', name: 'shot', args: '{}' }] },
        { role: 'user', parts: [{ kind: 'tool-result', callId: 'a', parts: [image] }] },
      ],
      tools: [{ name: 'shot' }],
    });
    expect(body.messages).toMatchObject([
      { content: 'See what is attached.', content_list: [{ type: 'image', details }] },
      {},
      { content: '', content_list: [{ type: 'tool_results' }, { type: 'image', details }] },
    ]);
  });

  it('passes what only this endpoint has from whichever dialect brought it', () => {
    const { body, notes } = write({
      ext: {
        'openai-chat': { guardrails: { enabled: true }, store: true },
        'cortex-complete': { provisioned_throughput_id: 'p' },
      },
    });
    expect(body).toMatchObject({ guardrails: { enabled: true }, provisioned_throughput_id: 'p' });
    expect(notes).toEqual([{ code: 'dropped', path: 'store', because: expect.any(String) }]);
  });
});

describe('tool choice', () => {
  const fields = { tools: [weather, { name: 'stop' }] };
  it.each([
    [{ mode: 'auto' }, undefined],
    [{ mode: 'any' }, { type: 'required', name: ['get_weather', 'stop'] }],
    [
      { mode: 'named', name: 'stop' },
      { type: 'tool', name: ['stop'] },
    ],
  ] as const)('%j', (toolChoice, wanted) => {
    expect(write({ ...fields, toolChoice }).body.tool_choice).toEqual(wanted);
  });

  it('none leaves the tools out, or where the history has calls says it in words', () => {
    expect(write({ ...fields, toolChoice: { mode: 'none' } }).body).not.toHaveProperty('tools');
    const turns: GenerateRequest['turns'] = [
      { role: 'assistant', parts: [{ kind: 'tool-call', id: 'a', name: 'stop', args: '{}' }] },
      { role: 'user', parts: [{ kind: 'tool-result', callId: 'a', parts: [] }] },
    ];
    const { body, notes } = write({ ...fields, turns, toolChoice: { mode: 'none' } });
    expect(body).toMatchObject({
      messages: [{ role: 'system', content: 'Answer in words and call no tool.' }, {}, {}],
    });
    expect(body).not.toHaveProperty('tool_choice');
    expect(notes).toEqual([expect.objectContaining({ code: 'coerced', path: 'tool_choice' })]);
  });

  it('a stranger is refused, and a model without tools gets none', () => {
    expect(() => write({ ...fields, toolChoice: { mode: 'named', name: 'fly' } })).toThrow('not among the tools');
    const { body, notes } = write(fields, LLAMA, 'llama3.1-8b');
    expect(body).not.toHaveProperty('tools');
    expect(notes).toEqual([expect.objectContaining({ code: 'dropped', path: 'tools' })]);
  });
});

describe('thinking', () => {
  it('is a budget for Claude, with temperature 1 and room for the answer', () => {
    const { body } = write({ reasoning: { effort: 'high' }, limits: { maxOutputTokens: 3_000 } });
    expect(body).toMatchObject({
      anthropic: { thinking: { budget_tokens: 1_976 } },
      max_tokens: 3_000,
      temperature: 1,
    });
  });

  it('goes back with its signature, and not without', () => {
    const turns: GenerateRequest['turns'] = [
      {
        role: 'assistant',
        parts: [
          { kind: 'thinking', text: 'Hm.', seal: { issuer: 'anthropic', form: 'signature', data: 'EvAB' } },
          { kind: 'thinking', text: 'Unsealed.' },
          { kind: 'tool-call', id: 'a', name: 'stop', args: '{}' },
        ],
      },
      { role: 'user', parts: [{ kind: 'tool-result', callId: 'a', parts: [] }] },
    ];
    const { body, notes } = write({ turns, tools: [{ name: 'stop' }], reasoning: { budgetTokens: 2_000 } });
    expect(body.messages).toMatchObject([
      { content_list: [{ type: 'anthropic', thinking: { thinking: 'Hm.', signature: 'EvAB' } }, { type: 'tool_use' }] },
      {},
    ]);
    expect(notes).toEqual([expect.objectContaining({ code: 'seal-dropped' })]);
  });

  it('is off when a tool is forced', () => {
    const { body, notes } = write({ reasoning: { effort: 'low' }, tools: [weather], toolChoice: { mode: 'any' } });
    expect(body).not.toHaveProperty('anthropic');
    expect(notes).toEqual([expect.objectContaining({ code: 'dropped', path: 'reasoning' })]);
  });

  it('is one of three words for OpenAI’s models, and nothing for Llama', () => {
    expect(write({ reasoning: { effort: 'xhigh' } }, GPT, 'openai-gpt-5').body).toMatchObject({
      openai: { reasoning: { effort: 'high' } },
    });
    const { body, notes } = write({ reasoning: { effort: 'high' } }, LLAMA, 'llama3.1-8b');
    expect(Object.keys(body)).not.toContain('anthropic');
    expect(notes).toEqual([expect.objectContaining({ code: 'dropped', path: 'reasoning' })]);
  });
});

describe('JSON', () => {
  const schema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    properties: { additionalProperties: { type: 'object', additionalProperties: false } },
    additionalProperties: false,
  };

  it('by schema is a field for every model, closed for OpenAI’s alone', () => {
    const output = { format: 'json', schema } as const;
    expect(write({ output }, LLAMA, 'llama3.1-8b').body.response_format).toEqual({
      type: 'json',
      schema: { type: 'object', properties: { additionalProperties: { type: 'object' } } },
    });
    const { $schema: _, ...closed } = schema;
    expect(write({ output }, GPT, 'openai-gpt-5').body.response_format).toEqual({ type: 'json', schema: closed });
  });

  it('without one is asked for in words, and read strictly', () => {
    const { body, reading } = write({ output: { format: 'json' } });
    expect(body).not.toHaveProperty('response_format');
    expect(body).toMatchObject({
      messages: [{ role: 'system', content: expect.stringContaining('one JSON object') }, {}],
    });
    expect(reading).toMatchObject({ jsonObject: true });
  });
});

it('what the endpoint has no field for is done here or noted', () => {
  const { body, notes, reading } = write({
    limits: { stop: ['END'], maxOutputTokens: 100_000 },
    sampling: { temperature: 0.5, topP: 0.9, topK: 5, seed: 7 },
    endUser: 'me',
    parallelTools: false,
    tools: [{ ...weather, strict: true, cache: {} }],
  });
  expect(body).toMatchObject({ max_tokens: 64_000, temperature: 0.5, top_p: 0.9 });
  expect(body).toMatchObject({ tools: [{ cache_control: { type: 'ephemeral' } }] });
  expect(reading).toEqual({ stopSequences: ['END'], outputLimit: 64_000 });
  expect(notes.map(({ code, path }) => `${code} ${path}`)).toEqual([
    'simulated stop',
    'dropped user',
    'coerced max_tokens',
    'dropped seed',
    'dropped top_k',
    'dropped parallel_tool_calls',
    'dropped tools[0].strict',
  ]);
});
