import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cortexTarget } from '../../../test/support/chat-answers.ts';
import { isObject, type Json, type JsonObject } from '../../ir/json.ts';
import { mendRequest } from './index.ts';
import type { MendTarget } from './mend.ts';

const CLAUDE = cortexTarget('claude-sonnet-4-6');
const OPENAI = cortexTarget('openai-gpt-5');
const LLAMA = cortexTarget('llama3.1-8b');
const SAY_HI = [{ role: 'user', content: 'hi' }];
const WEATHER = { type: 'function', function: { name: 'get_weather', parameters: { type: 'object', properties: {} } } };

const mend = (fields: JsonObject, target: MendTarget) =>
  mendRequest({ model: 'alias', messages: SAY_HI, ...fields }, target);
const paths = (fields: JsonObject, target: MendTarget) =>
  mend(fields, target).notes.map(
    ({ code, path, harmless }) => `${code} ${path}${harmless === true ? ' harmless' : ''}`,
  );

describe('max tokens', () => {
  test.each([
    [{ max_tokens: 100 }, 100],
    [{ max_completion_tokens: 200, max_tokens: 100 }, 200],
    [{}, 8_192],
    [{ max_tokens: null }, 8_192],
    [{ max_tokens: 32_000 }, 16_384],
  ])('%j is sent as max_completion_tokens %d', (fields, sent) => {
    const { body, reading } = mend(fields, CLAUDE);
    expect(body).toEqual({ model: 'claude-sonnet-4-6', messages: SAY_HI, max_completion_tokens: sent });
    expect(reading.maxOutputTokens).toBe(sent);
  });

  test('a lowered limit and a contradicted one are noted', () => {
    expect(paths({ max_tokens: 32_000 }, CLAUDE)).toEqual(['coerced max_tokens']);
    expect(paths({ max_tokens: 1, max_completion_tokens: 2 }, CLAUDE)).toEqual(['dropped max_tokens']);
  });
});

describe('fields of the chart', () => {
  test.each([
    ['store', false, 'dropped store harmless'],
    ['store', true, 'dropped store'],
    ['service_tier', 'priority', 'dropped service_tier'],
    ['metadata', { a: 'b' }, 'dropped metadata harmless'],
    ['search_parameters', { mode: 'off' }, 'dropped search_parameters'],
    ['user', 'u1', 'dropped user harmless'],
  ])('%s: %j is not sent to any family', (field, value, note) => {
    for (const target of [CLAUDE, OPENAI, LLAMA]) {
      expect(mend({ [field]: value }, target).body).not.toHaveProperty(field);
      expect(paths({ [field]: value }, target)).toEqual([note]);
    }
  });

  test.each(['frequency_penalty', 'logprobs', 'prediction', 'verbosity', 'prompt_cache_key'])(
    '%s reaches OpenAI models only',
    (field) => {
      expect(mend({ [field]: 0.5 }, OPENAI).body).toHaveProperty(field, 0.5);
      expect(mend({ [field]: 0.5 }, CLAUDE).body).not.toHaveProperty(field);
    },
  );

  test('fields of messages follow it too', () => {
    const messages = [
      { role: 'user', name: 'ann', content: [{ type: 'text', text: 'a', cache_control: { type: 'ephemeral' } }] },
      { role: 'assistant', content: 'b', refusal: null, model_id: 'x', reasoning_content: 'c' },
    ];
    const openai = mend({ messages }, OPENAI);
    expect(openai.body.messages).toEqual([
      { role: 'user', name: 'ann', content: [{ type: 'text', text: 'a' }] },
      { role: 'assistant', content: 'b' },
    ]);
    expect(openai.notes.map(({ path, harmless }) => [path, harmless])).toEqual([
      ['messages[0].content[0].cache_control', true],
      ['messages[1].model_id', true],
      ['messages[1].reasoning_content', true],
    ]);
    expect(mend({ messages }, CLAUDE).body.messages).toEqual([
      { role: 'user', content: [{ type: 'text', text: 'a', cache_control: { type: 'ephemeral' } }] },
      { role: 'assistant', content: 'b' },
    ]);
  });
});

test('developer is the system for models that know no developer', () => {
  const messages = [{ role: 'developer', content: 'be brief' }, ...SAY_HI];
  expect(mend({ messages }, LLAMA).body.messages).toEqual([{ role: 'system', content: 'be brief' }, ...SAY_HI]);
  expect(mend({ messages }, OPENAI).body.messages).toEqual(messages);
});

test('usage is always asked for in a stream', () => {
  expect(mend({ stream: true }, CLAUDE).body.stream_options).toEqual({ include_usage: true });
  expect(
    mend({ stream: true, stream_options: { include_usage: false, include_obfuscation: true } }, CLAUDE).body
      .stream_options,
  ).toEqual({ include_usage: true });
  expect(mend({ stream_options: { include_usage: true } }, CLAUDE).body).not.toHaveProperty('stream_options');
});

test('tools are taken from models without any, empty lists from all', () => {
  const fields = { tools: [WEATHER], tool_choice: 'auto' };
  expect(mend(fields, LLAMA).body).not.toHaveProperty('tools');
  expect(paths(fields, LLAMA)).toEqual(['dropped tools', 'dropped tool_choice']);
  expect(mend({ tools: [], tool_choice: 'auto' }, OPENAI).body).toEqual({
    model: 'openai-gpt-5',
    messages: SAY_HI,
    max_completion_tokens: 8_192,
  });
  expect(mend(fields, OPENAI).body).toMatchObject(fields);
});

test('strict is left out for families that do not know it, which refuses nothing', () => {
  const strict = { type: 'function', function: { name: 'f', strict: true } };
  expect(mend({ tools: [strict] }, CLAUDE).body.tools).toEqual([{ type: 'function', function: { name: 'f' } }]);
  expect(paths({ tools: [strict] }, CLAUDE)).toEqual(['dropped tools[0].function.strict harmless']);
  expect(mend({ tools: [strict] }, OPENAI).body.tools).toEqual([strict]);
});

test('what the catalogue knows of a model is newer than the chart of its family', () => {
  const target = cortexTarget('glm-5.3', { tools: true, vision: true });
  const messages = [
    { role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } }] },
  ];
  expect(mend({ tools: [WEATHER], messages }, target).body).toMatchObject({ tools: [WEATHER], messages });
});

test('an image for a model without eyes becomes a remark', () => {
  const messages = [
    { role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } }] },
  ];
  expect(mend({ messages }, LLAMA).body.messages).toEqual([
    { role: 'user', content: [{ type: 'text', text: '[An image was here. This model cannot see images.]' }] },
  ]);
  expect(paths({ messages }, LLAMA)).toEqual(['dropped messages[0].content[0]']);
});

test('audio and files are refused, because Cortex loses them without a word', () => {
  const messages = [{ role: 'user', content: [{ type: 'input_audio', input_audio: { data: 'AA==', format: 'wav' } }] }];
  expect(() => mend({ messages }, LLAMA)).toThrow(
    expect.objectContaining({ kind: 'unsupported', detail: { param: 'messages[0].content[0]' } }),
  );
});

test('empty contents take the form that Cortex knows', () => {
  const calls = [{ id: 'call_1', type: 'function', function: { name: 'f', arguments: '{}' } }];
  const messages = [
    { role: 'user', content: '' },
    { role: 'assistant', content: [], tool_calls: calls },
    { role: 'assistant', tool_calls: calls },
  ];
  expect(mend({ messages }, OPENAI).body.messages).toEqual([
    { role: 'user', content: '' },
    { role: 'assistant', content: null, tool_calls: calls },
    { role: 'assistant', content: null, tool_calls: calls },
  ]);
});

describe('reasoning', () => {
  test.each([
    [{ reasoning_effort: 'high' }, 'high', []],
    [{ reasoning: { effort: 'low' }, reasoning_effort: 'high' }, 'low', []],
    [{ reasoning_effort: 'xhigh' }, 'high', ['coerced reasoning_effort']],
    [{ reasoning_effort: 'none' }, 'minimal', ['coerced reasoning_effort']],
    [{ thinking: { type: 'enabled', budget_tokens: 4_000 } }, 'medium', ['coerced thinking']],
  ])('%j asks an OpenAI model for the effort %s', (fields, effort, notes) => {
    expect(mend(fields, OPENAI).body).toEqual({
      model: 'openai-gpt-5',
      messages: SAY_HI,
      max_completion_tokens: 8_192,
      reasoning_effort: effort,
    });
    expect(paths(fields, OPENAI)).toEqual(notes);
  });

  test('Claude gets the object, and the temperature that thinking demands', () => {
    const fields = { reasoning_effort: 'low', temperature: 0.2, top_p: 0.9 };
    expect(mend(fields, CLAUDE).body).toMatchObject({ reasoning: { effort: 'low' }, temperature: 1 });
    expect(mend(fields, CLAUDE).body).not.toHaveProperty('top_p');
    expect(paths(fields, CLAUDE)).toEqual(['coerced temperature', 'dropped top_p']);
    expect(mend({ thinking: { type: 'enabled', budget_tokens: 4_000 } }, CLAUDE).body.reasoning).toEqual({
      max_tokens: 4_000,
    });
  });

  test('models that do not reason are not asked to', () => {
    expect(paths({ reasoning_effort: 'high' }, cortexTarget('openai-gpt-4.1', { reasoning: 'none' }))).toEqual([
      'dropped reasoning_effort',
    ]);
    expect(paths({ reasoning_effort: 'high' }, LLAMA)).toEqual(['dropped reasoning_effort']);
  });

  test('GPT-5.6 is told not to reason when it has tools; tiny budgets name an effort', () => {
    const gpt56 = cortexTarget('openai-gpt-5.6-luna', { toolsWithReasoning: false });
    const gpt52 = cortexTarget('openai-gpt-5.2', { tinyOutputNeedsEffort: true });
    expect(mend({ tools: [WEATHER] }, gpt56).body.reasoning_effort).toBe('none');
    expect(paths({ tools: [WEATHER], reasoning_effort: 'high' }, gpt56)).toEqual(['coerced reasoning_effort']);
    expect(mend({}, gpt56).body).not.toHaveProperty('reasoning_effort');
    expect(mend({ tools: [WEATHER] }, OPENAI).body).not.toHaveProperty('reasoning_effort');
    expect(mend({ max_tokens: 1 }, gpt52).body.reasoning_effort).toBe('low');
    expect(mend({ max_tokens: 1_000 }, gpt52).body).not.toHaveProperty('reasoning_effort');
  });

  test('sampling is left out where it is refused', () => {
    const target = cortexTarget('openai-gpt-5.4', { sampling: false });
    expect(mend({ temperature: 0, top_p: 1 }, target).body).not.toHaveProperty('temperature');
    expect(paths({ temperature: 0, top_p: 1 }, target)).toEqual(['dropped temperature', 'dropped top_p harmless']);
  });
});

describe('forms that clients mix in', () => {
  test('tools and choices of other dialects become functions', () => {
    const parameters = { type: 'object', properties: {} };
    const fields = {
      tools: [
        { type: 'function', name: 'flat', description: 'd', parameters, strict: true },
        { name: 'claude', input_schema: parameters, cache_control: { type: 'ephemeral' } },
        { type: 'web_search' },
        { type: 'custom', custom: { name: 'raw' } },
      ],
      tool_choice: { type: 'tool', name: 'flat' },
    };
    const { body } = mend(fields, OPENAI);
    expect(JSON.parse(JSON.stringify(body.tools))).toEqual([
      { type: 'function', function: { name: 'flat', description: 'd', parameters, strict: true } },
      { type: 'function', function: { name: 'claude', parameters } },
      { type: 'custom', custom: { name: 'raw' } },
    ]);
    expect(body.tool_choice).toEqual({ type: 'function', function: { name: 'flat' } });
    expect(paths(fields, OPENAI)).toEqual(['dropped tools[2]', 'dropped tools[1].cache_control harmless']);
    expect(mend({ tools: [WEATHER], tool_choice: 'any' }, OPENAI).body.tool_choice).toBe('required');
  });

  test('content parts become those of chat', () => {
    const url = 'data:image/png;base64,AA==';
    const content = [
      'bare',
      { type: 'input_text', text: 'in' },
      { type: 'output_text', text: 'out' },
      { type: 'input_image', image_url: url, detail: 'low' },
      { type: 'image_url', image_url: url },
      { type: 'hologram', depth: 3 },
    ];
    expect(mend({ messages: [{ role: 'user', content }] }, OPENAI).body.messages).toMatchObject([
      {
        content: [
          { type: 'text', text: 'bare' },
          { type: 'text', text: 'in' },
          { type: 'text', text: 'out' },
          { type: 'image_url', image_url: { url, detail: 'low' } },
          { type: 'image_url', image_url: { url } },
          { type: 'hologram' },
        ],
      },
    ]);
    const said = [{ role: 'user', content: [{ type: 'text', text: 'a' }] }];
    expect(mend({ messages: said }, OPENAI).body.messages).toEqual(said);
  });

  test('a tool with a name that is refused travels under another', () => {
    const odd = 'mcp.server/odd name';
    const called = (name: string) => ({ id: 'a', type: 'function', function: { name, arguments: '{}' } });
    const { body, reading } = mend(
      {
        tools: [{ type: 'function', function: { name: odd } }, WEATHER],
        tool_choice: { type: 'function', function: { name: odd } },
        messages: [...SAY_HI, { role: 'assistant', content: null, tool_calls: [called(odd), called('get_weather')] }],
      },
      OPENAI,
    );
    const wire = Array.from(reading.toolNames!.keys())[0]!;
    expect(wire).toMatch(/^mcp_server_odd_name_[0-9a-z]{11}$/);
    expect(reading.toolNames).toEqual(new Map([[wire, odd]]));
    expect(body).toMatchObject({
      tools: [{ function: { name: wire } }, WEATHER],
      tool_choice: { function: { name: wire } },
      messages: [{}, { tool_calls: [called(wire), called('get_weather')] }],
    });
    expect(mend({ tools: [WEATHER] }, OPENAI).reading).not.toHaveProperty('toolNames');
  });
});

describe('what only some values of a field are refused for', () => {
  test.each([
    [CLAUDE, 1.5, 1],
    [LLAMA, 2, 1],
    [LLAMA, 0.5, 0.5],
    [OPENAI, 2, 2],
  ])('a temperature within what the family takes', (target, asked, sent) => {
    expect(mend({ temperature: asked }, target).body.temperature).toBe(sent);
    expect(paths({ temperature: asked }, target)).toEqual(asked === sent ? [] : ['coerced temperature']);
  });

  test('top_logprobs goes with logprobs', () => {
    expect(mend({ top_logprobs: 2, logprobs: true }, OPENAI).body).toMatchObject({ top_logprobs: 2, logprobs: true });
    expect(mend({ top_logprobs: 2, logprobs: false }, OPENAI).body).not.toHaveProperty('top_logprobs');
    expect(paths({ top_logprobs: 2 }, OPENAI)).toEqual(['dropped top_logprobs']);
    expect(paths({ top_logprobs: 0 }, OPENAI)).toEqual(['dropped top_logprobs harmless']);
    expect(paths({ top_logprobs: 2 }, CLAUDE)).toEqual(['dropped top_logprobs']);
  });
});

test('what was said between the results of one turn moves behind them', () => {
  const call = (id: string) => ({ id, type: 'function', function: { name: 'f', arguments: '{}' } });
  const asked = { role: 'assistant', content: null, tool_calls: [call('a'), call('b')] };
  const result = (id: string) => ({ role: 'tool', tool_call_id: id, content: id });
  const note = { role: 'system', content: 'note' };
  const messages = [...SAY_HI, asked, result('a'), note, ...SAY_HI, result('b'), note, asked, result('a'), result('b')];
  expect(mend({ messages }, OPENAI).body.messages).toEqual([
    ...SAY_HI,
    asked,
    result('a'),
    result('b'),
    note,
    ...SAY_HI,
    note,
    asked,
    result('a'),
    result('b'),
  ]);
  expect(paths({ messages }, OPENAI)).toEqual(['repaired messages[5] harmless']);
  const right = [...SAY_HI, asked, result('a'), result('b'), note, ...SAY_HI];
  expect(mend({ messages: right }, OPENAI).body.messages).toEqual(right);
});

test('images of tool results follow them as the user’s', () => {
  const image = { type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } };
  const call = (id: string) => ({ id, type: 'function', function: { name: 'f', arguments: '{}' } });
  const asked = { role: 'assistant', content: null, tool_calls: [call('a'), call('b')] };
  const result = (id: string, content: Json) => ({ role: 'tool', tool_call_id: id, content });
  const text = { type: 'text', text: 'x' };
  const more = { role: 'user', content: 'more' };
  const told = (...results: JsonObject[]) => mend({ messages: [asked, ...results, more] }, OPENAI).body.messages;

  expect(told(result('a', [image]), result('b', [text, image, image]))).toEqual([
    asked,
    result('a', 'The result follows in the next message.'),
    result('b', [text]),
    {
      role: 'user',
      content: [
        { type: 'text', text: 'From the result of tool call "a":' },
        image,
        { type: 'text', text: 'From the result of tool call "b":' },
        image,
        image,
      ],
    },
    more,
  ]);
  expect(told(result('a', [image]), result('b', 'x'))).toEqual([
    asked,
    result('a', 'The result follows in the next message.'),
    result('b', 'x'),
    { role: 'user', content: [image] },
    more,
  ]);
  expect(paths({ messages: [asked, result('a', [image]), result('b', 'x')] }, OPENAI)).toEqual([
    'repaired messages[1] harmless',
  ]);
  expect(told(result('a', 'y'), result('b', [text]))).toEqual([asked, result('a', 'y'), result('b', [text]), more]);
});

describe('JSON output', () => {
  const schema = { type: 'json_schema', json_schema: { name: 'x', schema: { type: 'object' } } };

  test('OpenAI models need the word', () => {
    const fields = { response_format: { type: 'json_object' } };
    expect(mend(fields, OPENAI).body).toMatchObject({
      ...fields,
      messages: [{ role: 'system', content: 'Answer with a JSON object.' }, ...SAY_HI],
    });
    const said = [{ role: 'user', content: [{ type: 'text', text: 'as Json' }] }];
    expect(mend({ ...fields, messages: said }, OPENAI).body.messages).toEqual(said);
  });

  test('Claude takes a schema and is told the rest, other models are told everything', () => {
    expect(mend({ response_format: schema }, CLAUDE).body.response_format).toEqual(schema);
    expect(mend({ response_format: { type: 'json_object' } }, CLAUDE).body).not.toHaveProperty('response_format');
    const { body, notes, reading } = mend(
      { response_format: schema, messages: [{ role: 'system', content: 's' }, ...SAY_HI] },
      LLAMA,
    );
    expect(body.messages).toEqual([
      { role: 'system', content: 's' },
      {
        role: 'system',
        content:
          'Answer with one JSON object that is valid against this JSON Schema:\n{"type":"object"}\n\nWrite nothing before or after it.',
      },
      ...SAY_HI,
    ]);
    expect(notes).toMatchObject([
      { code: 'simulated', path: 'response_format' },
      { code: 'dropped', path: 'response_format.json_schema', because: 'the schema is only asked for by instruction' },
    ]);
    expect(reading.jsonObject).toBe(true);
    expect(paths({ response_format: { type: 'json_object' } }, LLAMA)).toEqual(['simulated response_format']);
  });
});

test('a schema of anything but an object is refused where words would have to ask for it', () => {
  const format = { type: 'json_schema', json_schema: { name: 'x', schema: { type: 'array' } } };
  expect(() => mend({ response_format: format }, LLAMA)).toThrow(
    expect.objectContaining({ kind: 'invalid-request', detail: { param: 'response_format.json_schema.schema' } }),
  );
  expect(mend({ response_format: format }, OPENAI).body.response_format).toEqual(format);
});

test('stop and n are taken over by the gateway', () => {
  const { body, reading, notes } = mend({ stop: 'END', n: 2 }, CLAUDE);
  expect(body).not.toHaveProperty('stop');
  expect(body).not.toHaveProperty('n');
  expect(reading).toMatchObject({ stop: ['END'], choices: 2 });
  expect(notes.map(({ code }) => code)).toEqual(['simulated', 'simulated']);
  expect(mend({ stop: ['END'] }, cortexTarget('openai-gpt-4.1', { reasoning: 'none' })).body.stop).toEqual(['END']);
});

test('legacy functions go out as tools', () => {
  const called = { name: 'f', parameters: { type: 'object' } };
  const { body, reading } = mend({ functions: [called], function_call: { name: 'f' } }, OPENAI);
  expect(body).toMatchObject({
    tools: [{ type: 'function', function: called }],
    tool_choice: { type: 'function', function: { name: 'f' } },
    parallel_tool_calls: false,
  });
  expect(body).not.toHaveProperty('functions');
  expect(reading.legacyFunctions).toBe(true);
});

test('the body that was given stays as it was, for the next attempt', () => {
  const body = deepFreeze({
    model: 'alias',
    messages: [
      { role: 'developer', content: [{ type: 'text', text: 'a', cache_control: { type: 'ephemeral' } }] },
      {
        role: 'assistant',
        content: [],
        tool_calls: [{ id: 'a', type: 'function', index: 0, function: { name: 'f', arguments: '' } }],
      },
    ],
    tools: [{ type: 'function', function: { name: 'f', strict: true }, cache_control: { type: 'ephemeral' } }],
    response_format: { type: 'json_object' },
    reasoning: { effort: 'high' },
  });
  for (const target of [CLAUDE, OPENAI, LLAMA]) expect(() => mendRequest(body, target)).not.toThrow();
});

test('every value is sent or noted', () => {
  const value = fc.oneof(fc.string({ minLength: 1 }), fc.integer({ min: 1, max: 2 }), fc.boolean());
  const fields = fc.dictionary(
    fc.constantFrom(
      'temperature',
      'top_p',
      'seed',
      'store',
      'user',
      'logprobs',
      'service_tier',
      'verbosity',
      'unheard_of',
      'presence_penalty',
      'top_k',
      'n',
      'modalities',
    ),
    value,
  );
  const messages = fc.array(
    fc.record({
      role: fc.constantFrom('user', 'assistant'),
      content: fc.string({ minLength: 1 }),
      name: fc.string({ minLength: 1 }),
      model_id: fc.string(),
    }),
    { minLength: 1, maxLength: 3 },
  );
  fc.assert(
    fc.property(fields, messages, fc.constantFrom(CLAUDE, OPENAI, LLAMA), (sent, said, target) => {
      const body: JsonObject = { ...sent, messages: said };
      const mended = mendRequest(body, target);
      const noted = new Set(mended.notes.map(({ path }) => path));
      const lost = leavesOf(body).filter(({ path, leaf }) => valueAt(mended.body, path) !== leaf && !noted.has(path));
      expect(
        lost.filter(({ path }) => !(path === 'n' && sent.n === 1) && !(path === 'n' && typeof sent.n !== 'number')),
      ).toEqual([]);
    }),
  );
});

function leavesOf(value: Json | undefined, path = ''): { path: string; leaf: Json | undefined }[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => leavesOf(item, `${path}[${index}]`));
  if (!isObject(value)) return [{ path, leaf: value }];
  return Object.entries(value).flatMap(([key, item]) => leavesOf(item, path === '' ? key : `${path}.${key}`));
}

function valueAt(body: Json | undefined, path: string): Json | undefined {
  return path
    .split(/[.[\]]+/)
    .filter((step) => step !== '')
    .reduce<Json | undefined>((value, step) => {
      if (Array.isArray(value)) return value[Number(step)];
      return isObject(value) ? value[step] : undefined;
    }, body);
}

function deepFreeze<T extends Json>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(value).forEach((inner) => deepFreeze(inner as Json));
  return Object.freeze(value);
}
