import { once } from 'node:events';
import { connect } from 'node:net';
import OpenAI, { APIError } from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CortexSandbox, createCortexSandbox } from '../../src/sandbox/index.ts';
import { eventually, type RunningCouloir, sandboxAccount, startCouloir } from '../support/couloir.ts';

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

describe.each(['claude-sonnet-4-6', 'openai-gpt-5.2', 'llama3.1-8b'])('legacy completions on %s', (model) => {
  it('one prompt, whole and streamed', async () => {
    const completion = await client.completions.create({
      model,
      prompt: 'sandbox> say Hello\nsandbox> usage input=9 output=2',
    });
    expect(completion).toMatchObject({
      object: 'text_completion',
      choices: [{ text: 'Hello', finish_reason: 'stop' }],
      usage: { total_tokens: 11 },
    });
    let text = '';
    for await (const { choices } of await client.completions.create({
      model,
      prompt: 'sandbox> say One two three',
      stream: true,
    }))
      text += choices[0]?.text ?? '';
    expect(text).toBe('One two three');
  });

  it('several prompts and choices, in order', async () => {
    const completion = await client.completions.create({ model, prompt: ['sandbox> say a', 'sandbox> say b'], n: 2 });
    expect(completion.choices.map(({ index, text }) => [index, text])).toEqual([
      [0, 'a'],
      [1, 'a'],
      [2, 'b'],
      [3, 'b'],
    ]);
  });
});

describe('embeddings', () => {
  const model = 'snowflake-arctic-embed-m-v1.5';

  it('come in order, also over several batches, as the SDK asks for them', async () => {
    const input = Array.from({ length: 150 }, (_, index) => `text ${index}`);
    const { data, usage } = await client.embeddings.create({ model, input });
    expect(data.map(({ index }) => index)).toEqual(input.map((_, index) => index));
    expect(data[0]!.embedding).toHaveLength(768);
    expect(usage.total_tokens).toBeGreaterThan(150);
    const alone = await client.embeddings.create({ model, input: 'text 149', encoding_format: 'float' });
    expect(alone.data[0]!.embedding.map((number) => Math.fround(number))).toEqual(
      data[149]!.embedding.map((number) => Math.fround(number)),
    );
  });

  it('are refused clearly where they cannot be had', async () => {
    await expect(client.embeddings.create({ model, input: [1, 2, 3] })).rejects.toMatchObject({
      status: 400,
      message: expect.stringContaining('token'),
    });
    await expect(client.embeddings.create({ model, input: 'x', dimensions: 5 })).rejects.toMatchObject({
      status: 400,
      message: expect.stringContaining('768'),
    });
    await expect(client.embeddings.create({ model: 'claude-sonnet-4-6', input: 'x' })).rejects.toMatchObject({
      status: 400,
      message: expect.stringContaining('does not make embeddings'),
    });
    await expect(
      client.chat.completions.create({ model, messages: [{ role: 'user', content: 'x' }] }),
    ).rejects.toMatchObject({ status: 400, message: expect.stringContaining('/v1/embeddings') });
  });

  it('that fail tell the id of their log line', async () => {
    const failure: unknown = await client.embeddings
      .create({ model, input: 'x', dimensions: 5 })
      .catch((cause) => cause);
    if (!(failure instanceof APIError)) throw new Error('No error came.');
    const line = await couloir.exchangeOf(Object.fromEntries(failure.headers as Headers));
    expect(line).toMatchObject({ dialect: 'openai-embeddings', outcome: 'unsupported', requestId: failure.requestID });
    expect(failure.error).toMatchObject({ request_id: failure.requestID });
  });

  it('are logged when their client leaves in the middle of its request', async () => {
    const before = couloir.exchanges().length;
    const socket = connect(Number(new URL(couloir.url).port), '127.0.0.1');
    const head = `POST /v1/embeddings HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${couloir.key}\r\n`;
    socket.write(`${head}content-type: application/json\r\ncontent-length: 100\r\n\r\n{`);
    await once(socket, 'connect');
    socket.end();
    const line = await eventually(() => couloir.exchanges()[before]);
    expect(line).toMatchObject({ path: '/v1/embeddings', outcome: 'client-left' });
  });

  it('are asked for again when the answer breaks off, and then it is the upstream’s failure', async () => {
    const cutting = await createCortexSandbox({ faults: [{ share: 1, name: 'cut' }] });
    const patient = await startCouloir({ env: sandboxAccount(cutting.url) });
    try {
      const own = new OpenAI({ baseURL: `${patient.url}/v1`, apiKey: patient.key, maxRetries: 0 });
      await expect(own.embeddings.create({ model, input: 'x' })).rejects.toMatchObject({
        status: 502,
        message: expect.stringContaining('Snowflake broke off its answer (ECONNRESET'),
      });
      await eventually(() => patient.exchanges().length > 0);
      expect(patient.exchanges()).toMatchObject([{ outcome: 'upstream-broken', attempts: 3 }]);
    } finally {
      await patient.stop();
      await cutting.close();
    }
  });
});

it('a model can be asked for by its name', async () => {
  expect(await client.models.retrieve('claude-sonnet-4-6')).toMatchObject({ id: 'claude-sonnet-4-6', object: 'model' });
  await expect(client.models.retrieve('nothing')).rejects.toMatchObject({ status: 404 });
});
