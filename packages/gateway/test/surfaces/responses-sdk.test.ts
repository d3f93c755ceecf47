import { once } from 'node:events';
import { connect } from 'node:net';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CortexSandbox, createCortexSandbox } from '../../src/sandbox/index.ts';
import { type RunningCouloir, sandboxAccount, startCouloir } from '../support/couloir.ts';

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

const script = (...lines: string[]) => lines.map((line) => `sandbox> ${line}`).join('\n');
const look: OpenAI.Responses.FunctionTool = {
  type: 'function',
  name: 'look',
  strict: false,
  description: 'Looks',
  parameters: { type: 'object', properties: { where: { type: 'string' } } },
};
const MODELS = ['claude-sonnet-4-6', 'openai-gpt-5.2', 'llama3.1-8b'];

describe.each(MODELS)('Responses on %s', (model) => {
  it('answers whole', async () => {
    const response = await client.responses.create({ model, input: script('say Hello', 'usage input=12 output=3') });
    expect(response).toMatchObject({
      object: 'response',
      status: 'completed',
      output_text: 'Hello',
      model,
      usage: { input_tokens: 12, output_tokens: 3, total_tokens: 15 },
    });
    expect(response.id).toMatch(/^resp_/);
  });

  it('streams the whole sequence of events', async () => {
    const stream = client.responses.stream({ model, input: script('say One two three', 'usage input=12 output=4') });
    const numbers: number[] = [];
    stream.on('event', (event) => void numbers.push(event.sequence_number));
    const response = await stream.finalResponse();
    expect(response.output_text).toBe('One two three');
    expect(response.usage).toMatchObject({ total_tokens: 16 });
    expect(numbers).toEqual(numbers.map((_, index) => index));
  });

  it('goes on from an answer that is kept', async () => {
    const first = await client.responses.create({ model, input: script('say First') });
    const second = await client.responses.create({
      model,
      previous_response_id: first.id,
      input: script('say Second'),
    });
    expect(second).toMatchObject({ output_text: 'Second', previous_response_id: first.id });
    expect(await client.responses.retrieve(second.id)).toMatchObject({ id: second.id, output: [{ type: 'message' }] });
    const items = await client.responses.inputItems.list(second.id, { order: 'asc' });
    expect(items.data.map((item) => item.type)).toEqual(['message', 'message', 'message']);
    await client.responses.delete(first.id);
    await expect(client.responses.retrieve(first.id)).rejects.toMatchObject({ status: 404 });
    await expect(client.responses.create({ model, previous_response_id: first.id, input: 'x' })).rejects.toMatchObject({
      status: 400,
      code: 'previous_response_not_found',
    });
  });

  it('keeps nothing when told so', async () => {
    const { id } = await client.responses.create({ model, input: script('say Hi'), store: false });
    await expect(client.responses.retrieve(id)).rejects.toMatchObject({ status: 404 });
  });
});

describe.each(MODELS.slice(0, 2))('tools on %s', (model) => {
  it('functions, parallel, over two turns', async () => {
    const input: OpenAI.Responses.ResponseInputItem[] = [
      { role: 'user', content: script('call look {"where":"a"}', 'call look {"where":"b"}', 'then', 'say Done') },
    ];
    const first = await client.responses.create({ model, input, tools: [look], store: false });
    const calls = first.output.filter((item) => item.type === 'function_call');
    expect(calls.map((call) => JSON.parse(call.arguments))).toEqual([{ where: 'a' }, { where: 'b' }]);
    const results = calls.map(({ call_id }) => ({ type: 'function_call_output' as const, call_id, output: 'nothing' }));
    const second = await client.responses.create({
      model,
      input: [...input, ...(first.output as OpenAI.Responses.ResponseInputItem[]), ...results],
      tools: [look],
      store: false,
    });
    expect(second.output_text).toBe('Done');
  });

  it('a search of the client’s brings further tools', async () => {
    const tools: OpenAI.Responses.Tool[] = [{ type: 'tool_search', execution: 'client' }];
    const input: OpenAI.Responses.ResponseInputItem[] = [
      {
        role: 'user',
        content: script('call tool_search {"query":"mail"}', 'then', 'call mail__send {"to":"a"}', 'then', 'say Sent'),
      },
    ];
    const ask = async () => {
      const { output, output_text: text } = await client.responses.create({ model, input, tools, store: false });
      input.push(...(output as OpenAI.Responses.ResponseInputItem[]));
      return { text, calls: output.filter(({ type }) => type.endsWith('_call')) };
    };
    const [search] = (await ask()).calls;
    expect(search).toMatchObject({ type: 'tool_search_call', execution: 'client', arguments: { query: 'mail' } });
    const send: OpenAI.Responses.FunctionTool = {
      type: 'function',
      name: 'send',
      strict: false,
      parameters: { type: 'object', properties: { to: { type: 'string' } } },
      defer_loading: true,
    };
    input.push({
      type: 'tool_search_output',
      call_id: (search as OpenAI.Responses.ResponseToolSearchCall).call_id,
      execution: 'client',
      status: 'completed',
      tools: [{ type: 'namespace', name: 'mail', description: 'Mail', tools: [send] }],
    });
    const [call] = (await ask()).calls;
    expect(call).toMatchObject({ type: 'function_call', name: 'send', namespace: 'mail', arguments: '{"to":"a"}' });
    const { call_id } = call as OpenAI.Responses.ResponseFunctionToolCall;
    input.push({ type: 'function_call_output', call_id, output: 'sent' });
    expect((await ask()).text).toBe('Sent');
  });

  it('custom tools get raw text', async () => {
    const patch = '*** Begin Patch\n*** Update File: a.txt\n@@\n-"old"\n+new\\n\n*** End Patch';
    const stream = client.responses.stream({
      model,
      input: script(`call apply_patch ${JSON.stringify({ input: patch })}`),
      tools: [
        {
          type: 'custom',
          name: 'apply_patch',
          description: 'Edits',
          format: { type: 'grammar', syntax: 'lark', definition: 'start: "x"' },
        },
      ],
    });
    const { output } = await stream.finalResponse();
    expect(output.find((item) => item.type === 'custom_tool_call')).toMatchObject({
      name: 'apply_patch',
      input: patch,
    });
  });
});

it('reasoning comes as items whose seal a stateless client hands back', async () => {
  const input: OpenAI.Responses.ResponseInputItem[] = [
    { role: 'user', content: script('think Let me see.', 'call look', 'then', 'think Aha.', 'say Done') },
  ];
  const ask = () =>
    client.responses.create({
      model: 'claude-sonnet-4-5',
      input,
      tools: [look],
      store: false,
      reasoning: { effort: 'medium', summary: 'auto' },
      include: ['reasoning.encrypted_content'],
    });
  const first = await ask();
  expect(first.output[0]).toMatchObject({ type: 'reasoning', encrypted_content: expect.stringMatching(/^couloir1\./) });
  const call = first.output.find((item) => item.type === 'function_call')!;
  input.push(...(first.output as OpenAI.Responses.ResponseInputItem[]), {
    type: 'function_call_output',
    call_id: call.call_id,
    output: 'x',
  });
  const second = await ask();
  expect(second.output_text).toBe('Done');
});

it.each(['claude-sonnet-4-5', 'claude-sonnet-4-6'])(
  'who asks for a summary of the thoughts gets thoughts, as Codex does: %s',
  async (model) => {
    const ask = (reasoning: OpenAI.Reasoning) =>
      client.responses.create({ model, input: script('think Let me see.', 'say Done'), store: false, reasoning });
    expect((await ask({ summary: 'auto' })).output).toMatchObject([
      { type: 'reasoning', summary: [{ text: 'Let me see.' }] },
      { type: 'message' },
    ]);
    await ask({ summary: 'auto', effort: 'none' });
    expect(sandbox.requests.at(-1)!.body).not.toHaveProperty('thinking');
  },
);

it('structured output through text.format', async () => {
  const response = await client.responses.create({
    model: 'claude-sonnet-4-6',
    input: 'The capital of Mexico',
    text: {
      format: {
        type: 'json_schema',
        name: 'city',
        schema: {
          type: 'object',
          properties: { city: { type: 'string' } },
          required: ['city'],
          additionalProperties: false,
        },
      },
    },
  });
  expect(JSON.parse(response.output_text)).toHaveProperty('city');
});

it('background is refused, input tokens are counted, cancelling explains itself', async () => {
  await expect(client.responses.create({ model: MODELS[0]!, input: 'x', background: true })).rejects.toMatchObject({
    status: 400,
  });
  const kept = await client.responses.create({ model: MODELS[0]!, input: script('say Hi') });
  await expect(client.responses.cancel(kept.id)).rejects.toMatchObject({ status: 400 });
  const count = await client.responses.inputTokens.count({ model: MODELS[0]!, input: 'How many tokens are these?' });
  expect(count.input_tokens).toBeGreaterThan(4);
});

it('a WebSocket is refused with 426 at once', async () => {
  const socket = connect(Number(new URL(couloir.url).port), '127.0.0.1');
  socket.write('GET /v1/responses HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n');
  const [head] = (await once(socket, 'data')) as [Buffer];
  expect(head.toString()).toMatch(/^HTTP\/1.1 426 /);
});

it('what is not offered for a kept answer is said, not guessed', async () => {
  const kept = await client.responses.create({ model: MODELS[0]!, input: script('say Hi') });
  await expect(client.responses.retrieve(kept.id, { stream: true })).rejects.toMatchObject({
    status: 400,
    param: 'stream',
  });
  await expect(client.responses.inputItems.list(kept.id, { after: 'msg_unknown' })).rejects.toMatchObject({
    status: 400,
    param: 'after',
  });
  await expect(client.post('/responses/compact', { body: { model: MODELS[0]! } })).rejects.toThrow('does not compact');
});

it('a stream that fails after its first sign of life and before its first event is told as an answer that failed', async () => {
  const askedAt = Math.floor(Date.now() / 1000);
  const stream = client.responses.stream({
    model: 'llama3.1-8b',
    input: script('stall 1800ms', 'cut after 0', 'say Hello'),
  });
  const events: OpenAI.Responses.ResponseStreamEvent[] = [];
  stream.on('event', (event) => void events.push(event));
  const response = await stream.finalResponse();
  expect(response).toMatchObject({
    object: 'response',
    status: 'failed',
    model: 'llama3.1-8b',
    output: [],
    error: { code: 'server_error' },
  });
  expect(response.created_at).toBeGreaterThanOrEqual(askedAt - 60);
  expect(events.map(({ type }) => type)).toEqual(['response.created', 'response.failed']);
  expect(events[0]).toMatchObject({ response: { status: 'in_progress', model: 'llama3.1-8b', id: response.id } });
});
