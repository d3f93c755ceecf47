// `POST /api/v2/cortex/inference:embed` over HTTP.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/ir/json.ts';
import { batchTexts, readEmbedAnswer, writeEmbedBody } from '../../src/protocols/cortex-embed/index.ts';
import { type CortexSandbox, createCortexSandbox } from '../../src/sandbox/index.ts';
import { parse, post } from './calls.ts';

const EMBED = '/api/v2/cortex/inference:embed';

let sandbox: CortexSandbox;
beforeAll(async () => {
  sandbox = await createCortexSandbox();
});
afterAll(() => sandbox.close());

async function embed(
  body: JsonObject,
  headers?: Record<string, string>,
): Promise<{ status: number; body: JsonObject }> {
  const { status, text } = await post(sandbox.url, EMBED, body, headers);
  return { status, body: parse(text) };
}

async function vectorsOf(model: string, texts: string[]): Promise<number[][]> {
  const { body } = await embed(writeEmbedBody(model, texts));
  return readEmbedAnswer(body, texts.length).vectors;
}

const cosine = (left: number[], right: number[]) =>
  left.reduce((sum, number, index) => sum + number * right[index]!, 0);

describe('vectors', () => {
  test('come as Cortex documents them: nested, with usage of a kind of its own', async () => {
    const { status, body } = await embed({ model: 'e5-base-v2', text: ['foo', 'bar'] });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      object: 'list',
      data: [
        { object: 'embedding', index: 0, embedding: [expect.any(Array)] },
        { object: 'embedding', index: 1, embedding: [expect.any(Array)] },
      ],
      model: 'e5-base-v2',
      usage: { total_tokens: 6 },
    });
  });

  test.each([
    ['snowflake-arctic-embed-m-v1.5', 768],
    ['snowflake-arctic-embed-m', 768],
    ['snowflake-arctic-embed-l-v2.0', 1024],
    ['e5-base-v2', 768],
  ])('of %s have %d numbers and the length 1', async (model, dimensions) => {
    const [vector] = await vectorsOf(model, ['Hello']);
    expect(vector).toHaveLength(dimensions);
    expect(cosine(vector!, vector!)).toBeCloseTo(1, 4);
  });

  test('are the same for the same text, near for shared words, far for others', async () => {
    const model = 'snowflake-arctic-embed-l-v2.0';
    const [query, near, far, again] = await vectorsOf(model, [
      'how to rotate a key',
      'rotate the key of a user',
      'banana bread recipe',
      'how to rotate a key',
    ]);
    expect(again).toEqual(query);
    expect(cosine(query!, near!)).toBeGreaterThan(0.4);
    expect(Math.abs(cosine(query!, far!))).toBeLessThan(0.2);
    const [other] = await vectorsOf('e5-base-v2', ['how to rotate a key']);
    expect(other).not.toEqual(query!.slice(0, 768));
  });

  test('of many texts in batches are those of all at once', async () => {
    const texts = Array.from({ length: 150 }, (_, index) => `text number ${index}`);
    const batches = await Promise.all(batchTexts(texts).map((batch) => vectorsOf('e5-base-v2', batch)));
    expect(batches.flat()).toEqual(await vectorsOf('e5-base-v2', texts));
  });
});

describe('refused', () => {
  const text = ['a'];
  test.each<[string, JsonObject, string]>([
    [
      'OpenAI’s name of the field',
      { model: 'e5-base-v2', input: text },
      'Incoming request does not contain a valid payload.',
    ],
    ['a text alone', { model: 'e5-base-v2', text: 'a' }, 'Incoming request does not contain a valid payload.'],
    ['a number', { model: 'e5-base-v2', text: [5] }, 'Incoming request does not contain a valid payload.'],
    ['nothing', { model: 'e5-base-v2', text: [] }, 'text must not be empty'],
    ['an unknown model', { model: 'nobody', text }, 'unknown model: "nobody"'],
    ['a chat model', { model: 'claude-sonnet-4-6', text }, 'unknown model: "claude-sonnet-4-6"'],
    ['a model of SQL alone', { model: 'voyage-multilingual-2', text }, 'model "voyage-multilingual-2" is unavailable'],
    [
      'too many texts',
      { model: 'e5-base-v2', text: Array.from({ length: 1_281 }, () => 'a') },
      'text has 1281 elements, the maximum is 1280',
    ],
    [
      'too long a text',
      { model: 'e5-base-v2', text: ['ok', 'x'.repeat(4_097)] },
      'text[1] exceeds the maximum length of 4096 characters',
    ],
  ])('%s', async (_, body, message) => {
    expect(await embed(body)).toMatchObject({ status: 400, body: { message } });
  });

  test('without a token', async () => {
    expect((await embed({ model: 'e5-base-v2', text }, {})).status).toBe(401);
  });

  test('as a script in a text says, as often as it says', async () => {
    const body = { model: 'e5-base-v2', text: ['sandbox> fail 503 x2'] };
    expect(await embed(body)).toMatchObject({ status: 503, body: { message: 'embed timed out' } });
    expect((await embed(body)).status).toBe(503);
    expect((await embed(body)).status).toBe(200);
    const unfinished = { model: 'e5-base-v2', text: ['sandbox> fail unfinished'] };
    expect(await embed(unfinished)).toMatchObject({ status: 500, body: { message: 'internal error' } });
  });
});
