import Anthropic from '@anthropic-ai/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CortexSandbox, createCortexSandbox } from '../../src/sandbox/index.ts';
import { type RunningCouloir, eventually, sandboxAccount, startCouloir } from '../support/couloir.ts';
import { post, textOf } from '../support/raw-http.ts';

let sandbox: CortexSandbox;
let couloir: RunningCouloir;
let client: Anthropic;

beforeAll(async () => {
  sandbox = await createCortexSandbox();
  couloir = await startCouloir({ env: sandboxAccount(sandbox.url) });
  client = new Anthropic({ baseURL: couloir.url, apiKey: couloir.key, maxRetries: 0 });
});

afterAll(async () => {
  await couloir.stop();
  await sandbox.close();
});

const user = (...lines: string[]): Anthropic.MessageParam => ({
  role: 'user',
  content: lines.map((line) => `sandbox> ${line}`).join('\n'),
});
const look: Anthropic.Tool = {
  name: 'look',
  description: 'Looks',
  input_schema: { type: 'object', properties: { where: { type: 'string' } } },
};
const MODELS = ['claude-sonnet-4-6', 'openai-gpt-5.2', 'llama3.1-8b'];

describe.each(MODELS)('the Anthropic package on %s', (model) => {
  it('gets a whole message', async () => {
    const { data, response } = await client.messages
      .create({ model, max_tokens: 100, messages: [user('say Hello', 'usage input=12 output=3')] })
      .withResponse();
    expect(data).toMatchObject({
      type: 'message',
      role: 'assistant',
      content: [{ type: 'text', text: 'Hello' }],
      stop_reason: 'end_turn',
      usage: { input_tokens: 12, output_tokens: 3 },
    });
    expect(response.headers.get('x-couloir-lane')).toBe(model.startsWith('claude') ? 'verbatim' : 'translated');
    expect(response.headers.get('request-id')).toBe(response.headers.get('x-request-id'));
  });

  it('gets a stream with every event named', async () => {
    const stream = client.messages.stream({
      model,
      max_tokens: 100,
      messages: [user('say One two three four', 'usage input=12 output=5')],
    });
    const kinds: string[] = [];
    stream.on('streamEvent', ({ type }) => void kinds.push(type));
    const message = await stream.finalMessage();
    expect(message.content).toMatchObject([{ type: 'text', text: 'One two three four' }]);
    expect(message.usage).toMatchObject({ input_tokens: 12, output_tokens: 5 });
    expect([kinds[0], kinds.at(-2), kinds.at(-1)]).toEqual(['message_start', 'message_delta', 'message_stop']);
  });

  it('is told of its output limit', async () => {
    const message = await client.messages.create({
      model,
      max_tokens: 20,
      messages: [user(`say ${'word '.repeat(100)}`)],
    });
    expect(message.stop_reason).toBe('max_tokens');
  });
});

describe.each(MODELS.slice(0, 2))('tools on %s', (model) => {
  it('go round a loop with parallel calls', async () => {
    const messages = [user('call look {"where":"a"}', 'call look {"where":"b"}', 'then', 'say Done')];
    const first = await client.messages.stream({ model, max_tokens: 500, messages, tools: [look] }).finalMessage();
    const calls = first.content.filter((block) => block.type === 'tool_use');
    expect([first.stop_reason, calls.map(({ input }) => input)]).toEqual([
      'tool_use',
      [{ where: 'a' }, { where: 'b' }],
    ]);
    messages.push(
      { role: 'assistant', content: first.content },
      { role: 'user', content: calls.map(({ id }) => ({ type: 'tool_result', tool_use_id: id, content: 'nothing' })) },
    );
    const second = await client.messages.create({ model, max_tokens: 500, messages, tools: [look] });
    expect(second.content).toMatchObject([{ type: 'text', text: 'Done' }]);
  });
});

describe('Claude, verbatim', () => {
  it('thinks, and its signed thoughts come back accepted', async () => {
    const messages = [user('think Let me see.', 'call look', 'then', 'think Aha.', 'say Done')];
    const ask = () =>
      client.messages.create({
        model: 'claude-sonnet-4-5',
        max_tokens: 4000,
        messages,
        tools: [look],
        thinking: { type: 'enabled', budget_tokens: 1500 },
      });
    const first = await ask();
    const [thought, call] = first.content;
    expect(thought).toMatchObject({ type: 'thinking', thinking: 'Let me see.' });
    messages.push(
      { role: 'assistant', content: first.content },
      {
        role: 'user',
        content: [{ type: 'tool_result', tool_use_id: (call as Anthropic.ToolUseBlock).id, content: 'x' }],
      },
    );
    expect((await ask()).content).toMatchObject([
      { type: 'thinking', thinking: 'Aha.' },
      { type: 'text', text: 'Done' },
    ]);
  });

  it('thoughts are put back for a client that does not echo them', async () => {
    const messages = [user('think Let me see.', 'call look', 'then', 'say Done')];
    const thinking = { type: 'enabled' as const, budget_tokens: 1500 };
    const ask = () =>
      client.messages
        .stream({ model: 'claude-haiku-4-5', max_tokens: 4000, messages, tools: [look], thinking })
        .finalMessage();
    const call = (await ask()).content.find((block) => block.type === 'tool_use')!;
    messages.push(
      { role: 'assistant', content: [call] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: call.id, content: 'x' }] },
    );
    expect((await ask()).content).toMatchObject([{ type: 'text', text: 'Done' }]);
    expect(sandbox.requests.at(-1)!.body).toMatchObject({
      thinking: { type: 'enabled' },
      messages: [{}, { content: [{ type: 'thinking', thinking: 'Let me see.' }, { type: 'tool_use' }] }, {}],
    });
  });

  it('gets the bytes of the client, but for what Cortex refuses', async () => {
    const body = `{ "max_tokens" : 1e2,\n "model":"claude-sonnet-4-5-20250929","metadata":{"user_id":"u"}, "messages":[{"role":"user","content":"sandbox> say Hi"}] ,"service_tier":"auto"}`;
    const response = await post(`${couloir.url}/v1/messages?beta=true`, body, {
      'x-api-key': couloir.key,
      'anthropic-beta': 'claude-code-20250219,interleaved-thinking-2025-05-14',
    }).response;
    expect(response.statusCode).toBe(200);
    expect(JSON.parse(await textOf(response))).toMatchObject({ content: [{ text: 'Hi' }] });
    const sent = sandbox.requests.at(-1)!;
    expect(sent.body).toEqual({
      max_tokens: 100,
      model: 'claude-sonnet-4-5',
      metadata: { user_id: 'u' },
      messages: [{ role: 'user', content: 'sandbox> say Hi' }],
    });
    expect(sent.headers['anthropic-beta']).toBe('interleaved-thinking-2025-05-14');
    expect(response.headers['x-couloir-dropped']).toContain('service_tier');
  });

  it('a system message amid the conversation, which Cortex refuses, is translated', async () => {
    const response = await post(
      `${couloir.url}/v1/messages`,
      JSON.stringify({
        model: 'claude-opus-5',
        max_tokens: 50,
        messages: [
          { role: 'user', content: 'sandbox> say Hi' },
          { role: 'system', content: 'Be brief.' },
        ],
      }),
      { authorization: `Bearer ${couloir.key}` },
    ).response;
    expect([response.statusCode, response.headers['x-couloir-lane']]).toEqual([200, 'translated']);
  });

  it('a cut stream ends in an error event, never in message_stop', async () => {
    const response = await post(
      `${couloir.url}/v1/messages`,
      JSON.stringify({
        model: 'claude-sonnet-4-6',
        max_tokens: 500,
        stream: true,
        messages: [{ role: 'user', content: `sandbox> cut after 6\nsandbox> say ${'word '.repeat(50)}` }],
      }),
      { 'x-api-key': couloir.key },
    ).response;
    const text = await textOf(response);
    expect(text).toMatch(/event: error\ndata: \{"type":"error"/);
    expect(text).not.toContain('message_stop');
  });

  it('a client that leaves takes the upstream with it', async () => {
    const stream = client.messages.stream({
      model: 'claude-sonnet-4-6',
      max_tokens: 4000,
      messages: [user('pace 20ms', `say ${'word '.repeat(200)}`)],
    });
    await stream[Symbol.asyncIterator]().next();
    stream.abort();
    const request = await eventually(() => sandbox.requests.at(-1)!.closedAt !== undefined && sandbox.requests.at(-1));
    expect(request.aborted).toBe(true);
  });
});

describe('errors come in Anthropic’s envelope', () => {
  it.each([
    ['no key', {}, '{}', 401, 'authentication_error'],
    ['no JSON', { 'x-api-key': 'sk-test' }, '{', 400, 'invalid_request_error'],
    [
      'no such model',
      { 'x-api-key': 'sk-test' },
      '{"model":"claude-nine","max_tokens":1,"messages":[]}',
      404,
      'not_found_error',
    ],
    [
      'a message thread',
      { 'x-api-key': 'sk-test' },
      '{"model":"claude-sonnet-4-6","max_tokens":1,"thread":{"type":"create"},"messages":[{"role":"user","content":"x"}]}',
      400,
      'invalid_request_error',
    ],
    [
      'a budget',
      { 'x-api-key': 'sk-test' },
      '{"model":"claude-sonnet-4-6","max_tokens":1,"messages":[{"role":"user","content":"sandbox> fail 402 x9"}]}',
      402,
      'billing_error',
    ],
  ])('%s', async (_what, headers: Record<string, string>, body, status, type) => {
    const response = await post(`${couloir.url}/v1/messages`, body, headers).response;
    const answer = JSON.parse(await textOf(response)) as {
      type: string;
      error: { type: string; message: string };
      request_id: string;
    };
    expect([response.statusCode, answer.type, answer.error.type]).toEqual([status, 'error', type]);
    expect(answer.request_id).toBe(response.headers['request-id']);
  });

  it('a thread is refused in the words on which the SDK sends everything again', async () => {
    const response = await post(
      `${couloir.url}/v1/messages`,
      '{"model":"claude-sonnet-4-6","max_tokens":1,"thread":{"type":"create"},"messages":[{"role":"user","content":"x"}]}',
      { 'x-api-key': couloir.key },
    ).response;
    expect(JSON.parse(await textOf(response))).toMatchObject({
      error: { details: { error_code: 'thread_unsupported_request' } },
    });
  });
});

describe('what else Anthropic clients ask', () => {
  it('tokens are counted, many at a time, and called an estimate', async () => {
    const counts = await Promise.all(
      Array.from({ length: 24 }, () =>
        client.messages.countTokens({
          model: 'claude-sonnet-4-6',
          messages: [{ role: 'user', content: 'How many tokens are these?' }],
          tools: [],
        }),
      ),
    );
    expect(new Set(counts.map(({ input_tokens }) => input_tokens)).size).toBe(1);
    expect(counts[0]!.input_tokens).toBeGreaterThan(6);
    const response = await post(`${couloir.url}/v1/messages/count_tokens?beta=true`, '{"messages":[],"tools":[]}', {
      'x-api-key': couloir.key,
    }).response;
    expect([response.statusCode, typeof response.headers['x-couloir-estimate']]).toEqual([200, 'string']);
  });

  it('models are listed in Anthropic’s shape', async () => {
    const page = await client.models.list({ limit: 1000 });
    expect(page.data.find(({ id }) => id === 'claude-sonnet-4-6')).toMatchObject({
      type: 'model',
      display_name: 'claude-sonnet-4-6',
    });
  });

  it('Claude Code’s greeting is answered without a key', async () => {
    expect((await fetch(`${couloir.url}/api/hello`, { method: 'HEAD' })).status).toBe(200);
  });
});

it('a history with a sealed thought of somebody else is answered without it', async () => {
  const message = await client.messages.create({
    model: 'claude-sonnet-4-6',
    max_tokens: 3000,
    messages: [
      { role: 'user', content: 'x' },
      {
        role: 'assistant',
        content: [
          { type: 'redacted_thinking', data: 'EmwKAhgB' },
          { type: 'text', text: 'a' },
        ],
      },
      { role: 'user', content: 'y' },
    ],
  });
  expect(message.type).toBe('message');
});

it('the ending -none of a model name switches thinking off', async () => {
  await client.messages.create({ model: 'openai-gpt-5.2-none', max_tokens: 9000, messages: [user('say Hello')] });
  expect(sandbox.requests.at(-1)!.body).toMatchObject({ reasoning_effort: 'none' });
});

it('models that are not there are told in Anthropic’s envelope', async () => {
  await expect(client.models.retrieve('nope')).rejects.toMatchObject({
    status: 404,
    error: { type: 'error', error: { type: 'not_found_error' } },
  });
});

it('a silent model is told of by Anthropic’s own ping', async () => {
  const response = await post(
    `${couloir.url}/v1/messages`,
    JSON.stringify({
      model: 'openai-gpt-5.2',
      max_tokens: 100,
      stream: true,
      messages: [user('stall 1800ms', 'say Hello')],
    }),
    { 'x-api-key': couloir.key },
  ).response;
  expect(await textOf(response)).toMatch(/^event: ping\ndata: \{"type":\s?"ping"\}\n\n/);
});

it('a field that stands twice is refused where tokens are counted, too', async () => {
  const response = await post(
    `${couloir.url}/v1/messages/count_tokens`,
    '{"model":"cheap","model":"dear","messages":[]}',
    { 'x-api-key': couloir.key },
  ).response;
  expect([response.statusCode, await textOf(response)]).toEqual([400, expect.stringContaining('"model')]);
});
