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
});

it('a model can be asked for by its name', async () => {
  expect(await client.models.retrieve('claude-sonnet-4-6')).toMatchObject({ id: 'claude-sonnet-4-6', object: 'model' });
  await expect(client.models.retrieve('nothing')).rejects.toMatchObject({ status: 404 });
});
