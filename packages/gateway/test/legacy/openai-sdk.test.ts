// Tool loops and streams of an ordinary client on the legacy endpoint, through the built program.
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CortexSandbox, createCortexSandbox, type Switches } from '../../src/sandbox/index.ts';
import { checkChatStream } from '../support/chat-grammar.ts';
import { type RunningCouloir, startCouloir } from '../support/couloir.ts';
import { post, textOf } from '../support/raw-http.ts';
import { weatherTool } from '../support/weather-tool.ts';

const PATH = '/api/v2/cortex/inference:complete';
const CLAUDE = 'claude-sonnet-4-5';
const LLAMA = 'llama3.1-8b';
const SETTLED: Partial<Switches>[] = [
  { completeDelta: 'flat' },
  { completeDelta: 'content-list' },
  { completeDelta: 'content-list', completePrettyJson: true },
];

const say = (...lines: string[]) => [
  { role: 'user' as const, content: lines.map((line) => `sandbox> ${line}`).join('\n') },
];

describe.each(SETTLED)('with the delta form %j', (switches) => {
  let sandbox: CortexSandbox;
  let couloir: RunningCouloir;
  let client: OpenAI;

  beforeAll(async () => {
    sandbox = await createCortexSandbox({ switches });
    couloir = await startCouloir({
      config: `
accounts:
  main: { host: "${sandbox.url}", token: sandbox-test }
models:
  - { name: ${CLAUDE}, api: complete }
  - { name: ${LLAMA}, cortex_api: complete }
  - { name: openai-gpt-5, api_base: "${sandbox.url}${PATH}" }
`,
    });
    client = new OpenAI({ baseURL: `${couloir.url}/v1`, apiKey: couloir.key, maxRetries: 0 });
  });
  afterAll(async () => {
    await couloir.stop();
    await sandbox.close();
  });

  describe.each([CLAUDE, LLAMA, 'openai-gpt-5'])('%s', (model) => {
    it('a whole completion, with the usage that Cortex counted', async () => {
      const { data, response } = await client.chat.completions
        .create({ model, messages: say('say Hello there', 'usage input=20 output=5') })
        .withResponse();
      expect(data).toMatchObject({
        choices: [{ finish_reason: 'stop', message: { role: 'assistant', content: 'Hello there', refusal: null } }],
        usage: { prompt_tokens: 20, completion_tokens: 5, total_tokens: 25 },
      });
      expect(response.headers.get('x-couloir-lane')).toBe('translated');
      expect(sandbox.requests.at(-1)).toMatchObject({
        path: PATH,
        body: { stream: true, max_tokens: expect.any(Number) },
      });
    });

    it('a stream that is legal to the last byte', async () => {
      const body = {
        model,
        messages: say('say One two three four five six', 'usage input=20 output=9'),
        stream: true,
        stream_options: { include_usage: true },
      };
      const headers = { authorization: `Bearer ${couloir.key}` };
      const text = await textOf(
        await post(`${couloir.url}/v1/chat/completions`, JSON.stringify(body), headers).response,
      );
      expect(checkChatStream(text)).toBeUndefined();
      expect(text).toContain('"usage":{"prompt_tokens":20,"completion_tokens":9,"total_tokens":29}');
    });

    it('an answer at its limit, and one cut at a stop sequence', async () => {
      const cut = await client.chat.completions.create({
        model,
        max_completion_tokens: 20,
        messages: say(`say ${'word '.repeat(100)}`),
      });
      expect(cut.choices[0]!.finish_reason).toBe('length');
      const stopped = await client.chat.completions.create({
        model,
        stop: ['four'],
        messages: say('say One four five'),
      });
      expect(stopped.choices[0]).toMatchObject({ finish_reason: 'stop', message: { content: 'One ' } });
    });

    it('a history of tools, whether the model knows tools or not', async () => {
      const completion = await client.chat.completions.create({
        model,
        messages: [
          ...say('call look', 'then', 'say Seen'),
          {
            role: 'assistant',
            content: null,
            tool_calls: [{ id: 'c1', type: 'function', function: { name: 'look', arguments: '{}' } }],
          },
          { role: 'tool', tool_call_id: 'c1', content: 'a hill' },
        ],
        ...(model === LLAMA ? {} : { tools: [{ type: 'function' as const, function: { name: 'look' } }] }),
      });
      expect(completion.choices[0]!.finish_reason).toBe('stop');
    });

    it('JSON by schema', async () => {
      const completion = await client.chat.completions.create({
        model,
        messages: [{ role: 'user', content: 'A number.' }],
        response_format: {
          type: 'json_schema',
          json_schema: {
            name: 'n',
            schema: { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] },
          },
        },
      });
      expect(JSON.parse(completion.choices[0]!.message.content!)).toEqual({ n: 1 });
    });

    it('an error inside the stream, said as one', async () => {
      const stream = await client.chat.completions.create({
        model,
        messages: say('fail stream-error', 'say One two three four'),
        stream: true,
      });
      await expect(async () => {
        for await (const _ of stream);
      }).rejects.toThrow('Something went wrong during generation');
    });

    it('a connection that breaks off, never a stop', async () => {
      const stream = await client.chat.completions.create({
        model,
        messages: say('cut after 3', `say ${'word '.repeat(30)}`),
        stream: true,
      });
      const seen: (string | null)[] = [];
      await expect(async () => {
        for await (const chunk of stream) seen.push(...chunk.choices.map((choice) => choice.finish_reason));
      }).rejects.toThrow();
      expect(seen.filter(Boolean)).toEqual([]);
    });
  });

  describe.each([CLAUDE, 'openai-gpt-5'])('tools on %s', (model) => {
    it('runTools goes round the loop with parallel calls', async () => {
      const asked: string[] = [];
      const runner = client.chat.completions.runTools({
        model,
        messages: say(
          'say Let me look.',
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

    it('streamed calls keep their own index, id and arguments', async () => {
      const stream = client.chat.completions.stream({
        model,
        messages: say('say Looking.', 'call look {"at":"Rome"}', 'call look {"at":"Oslo"}', 'call look'),
        tools: [{ type: 'function', function: { name: 'look', parameters: { type: 'object', properties: {} } } }],
      });
      const { choices } = await stream.finalChatCompletion();
      expect(choices[0]).toMatchObject({ finish_reason: 'tool_calls', message: { content: 'Looking.' } });
      const calls = choices[0]!.message.tool_calls!;
      expect(calls.map((call) => (call.type === 'function' ? call.function.arguments : ''))).toEqual([
        '{"at":"Rome"}',
        '{"at":"Oslo"}',
        '{}',
      ]);
      expect(new Set(calls.map(({ id }) => id)).size).toBe(3);
    });
  });

  it('a thought is remembered for a client that cannot echo it', async () => {
    const tools: OpenAI.ChatCompletionTool[] = [{ type: 'function', function: { name: 'look' } }];
    const messages: OpenAI.ChatCompletionMessageParam[] = say('think Let me look.', 'call look', 'then', 'say Done');
    const ask = () => client.chat.completions.create({ model: CLAUDE, messages, tools, reasoning_effort: 'medium' });
    const first = await ask();
    expect(first.choices[0]!.message).toMatchObject({ reasoning_content: 'Let me look.' });
    const [call] = first.choices[0]!.message.tool_calls!;
    messages.push(
      { role: 'assistant', content: null, tool_calls: [call!] },
      { role: 'tool', tool_call_id: call!.id, content: 'seen' },
    );
    expect((await ask()).choices[0]!.message.content).toBe('Done');
    expect(sandbox.requests.at(-1)!.body).toMatchObject({
      anthropic: { thinking: { budget_tokens: 2048 } },
      messages: [
        {},
        { content_list: [{ type: 'anthropic', thinking: { thinking: 'Let me look.' } }, { type: 'tool_use' }] },
        {},
      ],
    });
  });

  it('an image as a data URL', async () => {
    const completion = await client.chat.completions.create({
      model: CLAUDE,
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

describe('what chooses the endpoint', () => {
  it('a LiteLLM file whose api_base ends in it, or that says cortex_api', async () => {
    const sandbox = await createCortexSandbox();
    const couloir = await startCouloir({
      config: `
model_list:
  - model_name: by-address
    litellm_params: { model: snowflake/${CLAUDE}, api_base: "${sandbox.url}${PATH}", api_key: pat/sandbox-one }
  - model_name: by-word
    litellm_params: { model: snowflake/${CLAUDE}, api_base: "${sandbox.url}/api/v2", api_key: pat/sandbox-one, cortex_api: complete }
general_settings: { master_key: sk-test }
`,
    });
    const client = new OpenAI({ baseURL: `${couloir.url}/v1`, apiKey: couloir.key, maxRetries: 0 });
    for (const model of ['by-address', 'by-word']) {
      const completion = await client.chat.completions.create({ model, messages: say('say Hi') });
      expect(completion.choices[0]!.message.content).toBe('Hi');
    }
    expect(sandbox.requests.map(({ path }) => path)).toEqual([PATH, PATH]);
    await couloir.stop();
    await sandbox.close();
  });
});
