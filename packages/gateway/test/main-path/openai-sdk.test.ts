import OpenAI from 'openai';
import { zodResponseFormat } from 'openai/helpers/zod';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type CortexSandbox, createCortexSandbox } from '../../src/sandbox/index.ts';
import { type RunningCouloir, eventually, sandboxAccount, startCouloir } from '../support/couloir.ts';
import { weatherTool } from '../support/weather-tool.ts';

let sandbox: CortexSandbox;
let couloir: RunningCouloir;
let client: OpenAI;

beforeAll(async () => {
  sandbox = await createCortexSandbox();
  couloir = await startCouloir({ env: sandboxAccount(sandbox.url) });
  client = new OpenAI({ baseURL: `${couloir.url}/v1`, apiKey: couloir.key, maxRetries: 0 });
});

afterAll(async () => {
  await couloir.stop();
  await sandbox.close();
});

const say = (...lines: string[]) => [
  { role: 'user' as const, content: lines.map((line) => `sandbox> ${line}`).join('\n') },
];
const CLAUDE = 'claude-sonnet-4-6';
const GPT = 'openai-gpt-5.2';
const LLAMA = 'llama3.1-8b';

describe.each([CLAUDE, GPT, LLAMA])('the openai package on %s', (model) => {
  it('gets a whole chat completion', async () => {
    const { data, response } = await client.chat.completions
      .create({ model, messages: say('say Hello there', 'usage input=20 output=5') })
      .withResponse();
    expect(data).toMatchObject({
      object: 'chat.completion',
      model,
      choices: [
        { index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'Hello there', refusal: null } },
      ],
      usage: { prompt_tokens: 20, completion_tokens: 5, total_tokens: 25 },
    });
    expect(data.id).toMatch(/^chatcmpl-/);
    expect(data.created).toBeGreaterThan(1_700_000_000);
    expect(data.choices[0]!.message).not.toHaveProperty('tool_calls');
    expect(data.choices[0]!.message).not.toHaveProperty('function_call');
    expect(response.headers.get('x-couloir-lane')).toBe(model === CLAUDE ? 'translated' : 'mended');
    expect(response.headers.get('x-couloir-sandbox')).toBe('1');
    expect(response.headers.get('x-couloir-model')).toBe(model);
    expect(Number(response.headers.get('x-couloir-overhead-us'))).toBeGreaterThan(0);
    expect(response.headers.get('x-snowflake-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('gets a stream: role first, one finish_reason, the usage it asked for', async () => {
    const stream = await client.chat.completions.create({
      model,
      messages: say('say One two three four five six seven eight', 'usage input=20 output=9'),
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks: OpenAI.ChatCompletionChunk[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    expect(new Set(chunks.map((chunk) => chunk.id)).size).toBe(1);
    expect(new Set(chunks.map((chunk) => chunk.model))).toEqual(new Set([model]));
    expect(chunks[0]!.choices[0]!.delta.role).toBe('assistant');
    expect(chunks.slice(1).some((chunk) => chunk.choices[0]?.delta.role !== undefined)).toBe(false);
    expect(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('')).toBe(
      'One two three four five six seven eight',
    );
    expect(chunks.flatMap((chunk) => chunk.choices.map((choice) => choice.finish_reason)).filter(Boolean)).toEqual([
      'stop',
    ]);
    expect(chunks.at(-1)).toMatchObject({
      choices: [],
      usage: { prompt_tokens: 20, completion_tokens: 9, total_tokens: 29 },
    });
    expect(chunks.filter((chunk) => chunk.usage)).toHaveLength(1);
  });

  it('gets no usage chunk it did not ask for', async () => {
    const stream = await client.chat.completions.create({ model, messages: say('say Hi'), stream: true });
    for await (const chunk of stream) {
      expect(chunk.usage ?? null).toBeNull();
      expect(chunk.choices).toHaveLength(1);
    }
  });

  it('gets the answer cut at its limit, and is told so', async () => {
    const completion = await client.chat.completions.create({
      model,
      max_completion_tokens: 20,
      messages: say(`say ${'word '.repeat(200)}`),
    });
    expect(completion.choices[0]!.finish_reason).toBe('length');
  });

  it('gets the answer cut at its stop sequence', async () => {
    const completion = await client.chat.completions.create({
      model,
      stop: ['four'],
      messages: say('say One two three four five'),
    });
    expect(completion.choices[0]).toMatchObject({ finish_reason: 'stop', message: { content: 'One two three ' } });
  });

  it('gets several choices with their usage summed', async () => {
    const messages = say('say Hello', 'usage input=20 output=5');
    const completion = await client.chat.completions.create({ model, n: 3, messages });
    expect(completion.choices.map(({ index, message }) => [index, message.content])).toEqual(
      [0, 1, 2].map((index) => [index, 'Hello']),
    );
    expect(completion.usage).toMatchObject({ prompt_tokens: 60, completion_tokens: 15 });
    const stream = await client.chat.completions.create({
      model,
      n: 2,
      messages,
      stream: true,
      stream_options: { include_usage: true },
    });
    const texts = ['', ''];
    let usage: OpenAI.CompletionUsage | null | undefined;
    for await (const chunk of stream) {
      for (const { index, delta } of chunk.choices) texts[index] += delta.content ?? '';
      usage = chunk.usage ?? usage;
    }
    expect(texts).toEqual(['Hello', 'Hello']);
    expect(usage).toMatchObject({ prompt_tokens: 40, completion_tokens: 10 });
  });

  it('aborts, and the upstream request ends with it', async () => {
    const before = sandbox.requests.length;
    const cancel = new AbortController();
    const stream = await client.chat.completions.create(
      { model, messages: say('pace 50ms', `say ${'word '.repeat(100)}`), stream: true },
      { signal: cancel.signal },
    );
    await stream[Symbol.asyncIterator]().next();
    cancel.abort();
    const request = await eventually(() =>
      sandbox.requests.slice(before).find((entry) => entry.closedAt !== undefined),
    );
    expect(request.aborted).toBe(true);
    await eventually(() => couloir.exchanges().some((line) => line.outcome === 'client-left'));
  });
});

describe.each([CLAUDE, GPT])('tools on %s', (model) => {
  const weather: OpenAI.ChatCompletionTool = {
    type: 'function',
    function: {
      name: 'get_weather',
      description: 'Weather',
      parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
    },
  };

  it('runTools goes round the loop with parallel calls', async () => {
    const asked: string[] = [];
    const runner = client.chat.completions.runTools({
      model,
      messages: say(
        'call get_weather {"city":"Rome"}',
        'call get_weather {"city":"Oslo"}',
        'then',
        'call get_weather {"city":"Lima"}',
        'then',
        'say All done',
      ),
      tools: [weatherTool(asked)],
    });
    expect(await runner.finalContent()).toBe('All done');
    expect(asked).toEqual(['Rome', 'Oslo', 'Lima']);
  });

  it('streamed parallel calls keep their own index, id and arguments', async () => {
    const stream = client.chat.completions.stream({
      model,
      messages: say(
        'say Looking.',
        'call get_weather {"city":"Rome"}',
        'call get_weather {"city":"Oslo"}',
        'call get_weather',
      ),
      tools: [weather],
    });
    const { choices } = await stream.finalChatCompletion();
    expect(choices[0]!.finish_reason).toBe('tool_calls');
    expect(choices[0]!.message.content).toBe('Looking.');
    const calls = choices[0]!.message.tool_calls!.map((call) =>
      call.type === 'function' ? JSON.parse(call.function.arguments) : call,
    );
    expect(calls).toEqual([{ city: 'Rome' }, { city: 'Oslo' }, {}]);
    expect(new Set(choices[0]!.message.tool_calls!.map((call) => call.id)).size).toBe(3);
  });

  it('tool_choice forces a call, and none forbids it', async () => {
    const ask = (tool_choice: OpenAI.ChatCompletionToolChoiceOption) =>
      client.chat.completions.create({
        model,
        messages: [{ role: 'user', content: 'Weather?' }],
        tools: [weather],
        tool_choice,
      });
    expect((await ask('required')).choices[0]!.message.tool_calls).toHaveLength(1);
    expect(
      (await ask({ type: 'function', function: { name: 'get_weather' } })).choices[0]!.message.tool_calls,
    ).toHaveLength(1);
    expect((await ask('none')).choices[0]!.message.tool_calls).toBeUndefined();
  });

  it('parse gives an object of the schema', async () => {
    const City = z.object({ city: z.string(), country: z.string() });
    const completion = await client.chat.completions.parse({
      model,
      messages: [{ role: 'user', content: 'The capital of Mexico' }],
      response_format: zodResponseFormat(City, 'city'),
    });
    expect(City.safeParse(completion.choices[0]!.message.parsed).success).toBe(true);
  });

  it('json_object gives a JSON object', async () => {
    const completion = await client.chat.completions.create({
      model,
      messages: say('say {"answer": 42}').concat({ role: 'user', content: 'Answer in JSON.' }),
      response_format: { type: 'json_object' },
    });
    expect(JSON.parse(completion.choices[0]!.message.content!)).toEqual({ answer: 42 });
  });

  it('reads images as data URLs', async () => {
    const completion = await client.chat.completions.create({
      model,
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'sandbox> say I see it' },
            { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } },
          ],
        },
      ],
    });
    expect(completion.choices[0]!.message.content).toBe('I see it');
  });
});

describe('thinking on Claude', () => {
  const tools: OpenAI.ChatCompletionTool[] = [
    { type: 'function', function: { name: 'look', parameters: { type: 'object', properties: {} } } },
  ];

  it('comes as reasoning_content, and is remembered for a client that cannot echo it', async () => {
    const messages: OpenAI.ChatCompletionMessageParam[] = say(
      'think Let me look first.',
      'call look',
      'then',
      'think Now I know.',
      'say Done',
    );
    const first = await client.chat.completions.create({
      model: 'claude-sonnet-4-5',
      messages,
      tools,
      reasoning_effort: 'medium',
    });
    expect(first.choices[0]!.message).toMatchObject({ reasoning_content: 'Let me look first.' });
    const [call] = first.choices[0]!.message.tool_calls!;
    messages.push(
      { role: 'assistant', content: null, tool_calls: [call!] },
      { role: 'tool', tool_call_id: call!.id, content: 'seen' },
    );
    const second = await client.chat.completions.create({
      model: 'claude-sonnet-4-5',
      messages,
      tools,
      reasoning_effort: 'medium',
    });
    expect(second.choices[0]!.message).toMatchObject({ content: 'Done', reasoning_content: 'Now I know.' });
    const sent = sandbox.requests.at(-1)!.body as {
      messages: { role: string; content: { type: string; signature?: string }[] }[];
    };
    expect(sent.messages.find(({ role }) => role === 'assistant')!.content[0]).toMatchObject({
      type: 'thinking',
      thinking: 'Let me look first.',
    });
  });

  it('streams as deltas of its own', async () => {
    const stream = await client.chat.completions.create({
      model: CLAUDE,
      messages: say('think Hmm, let me see.', 'say Yes'),
      reasoning_effort: 'low',
      stream: true,
    });
    let thought = '';
    let text = '';
    for await (const { choices } of stream) {
      const delta: { content?: string | null; reasoning_content?: string } = choices[0]?.delta ?? {};
      thought += delta.reasoning_content ?? '';
      text += delta.content ?? '';
    }
    expect([thought, text]).toEqual(['Hmm, let me see.', 'Yes']);
  });
});

describe('prompt caching on Claude', () => {
  it('happens by itself: the second turn reads what the first wrote', async () => {
    const system = { role: 'system' as const, content: `You are careful. ${'All rules matter. '.repeat(600)}` };
    const first = await client.chat.completions.create({ model: CLAUDE, messages: [system, ...say('say One')] });
    const second = await client.chat.completions.create({
      model: CLAUDE,
      messages: [
        system,
        ...say('say One'),
        { role: 'assistant', content: 'One' },
        { role: 'user', content: 'And now?' },
      ],
    });
    expect(first.usage!.prompt_tokens_details?.cached_tokens ?? 0).toBe(0);
    expect(second.usage!.prompt_tokens_details!.cached_tokens).toBeGreaterThan(1024);
  });
});

it('models are listed with what agents want to know of them', async () => {
  const { data } = await client.models.list();
  const byId = new Map(data.map((model) => [model.id, model]));
  expect(byId.get(CLAUDE)).toMatchObject({
    object: 'model',
    context_window: 1_000_000,
    capabilities: { tools: true, vision: true },
  });
  expect(byId.has('cortex-sonnet-4-6')).toBe(true);
  expect(byId.get('llama3.1-8b')).toMatchObject({ capabilities: { tools: false } });
});
