import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import OpenAI from 'openai';
import { describe, expect, test } from 'vitest';
import { readFixture } from '../../../test/support/chat-answers.ts';
import { GatewayError } from '../../errors/error.ts';
import type { JsonObject } from '../../ir/json.ts';
import { readEmbeddingRequest, requireNativeSize, writeEmbeddingAnswer } from './index.ts';

const read = (fields: JsonObject) => readEmbeddingRequest({ model: 'm', input: 'a', ...fields });

function refusal(act: () => unknown): { kind: string; param: string | undefined; message: string } {
  try {
    act();
  } catch (cause) {
    if (cause instanceof GatewayError) return { kind: cause.kind, param: cause.detail.param, message: cause.message };
  }
  throw new Error('it was accepted');
}

describe('what real clients send is read', () => {
  const names = readdirSync(new URL('../../../../../fixtures/openai-embeddings', import.meta.url)).filter((name) =>
    name.endsWith('.json'),
  );

  test.each(names)('%s', (name) => {
    const request = readEmbeddingRequest(JSON.parse(readFixture(`openai-embeddings/${name}`)) as JsonObject);
    expect(request).toMatchObject({ model: 'lab-embed', notes: [] });
    expect(['a', 'b']).toEqual(expect.arrayContaining(request.texts));
  });
});

test('a text and a list of texts, floats unless asked otherwise', () => {
  expect(read({})).toEqual({ model: 'm', texts: ['a'], format: 'float', notes: [] });
  expect(read({ input: ['a', 'b'], encoding_format: 'base64', dimensions: 3 })).toEqual({
    model: 'm',
    texts: ['a', 'b'],
    format: 'base64',
    dimensions: 3,
    notes: [],
  });
});

test('what Cortex has no field for is noted', () => {
  expect(read({ user: 'u', input_type: 'query' }).notes).toMatchObject([
    { code: 'dropped', path: 'user', harmless: true },
    { code: 'dropped', path: 'input_type' },
  ]);
});

describe('refused, with the field named', () => {
  test.each<[JsonObject, string, string, string]>([
    [{ input: undefined }, 'invalid-request', 'input', 'must be a string or an array'],
    [{ input: '' }, 'invalid-request', 'input', 'non-empty'],
    [{ input: [] }, 'invalid-request', 'input', 'at least one text'],
    [{ input: ['a', ''] }, 'invalid-request', 'input[1]', 'non-empty'],
    [{ input: ['a', 5] }, 'invalid-request', 'input[1]', 'non-empty string'],
    [{ input: [1, 2] }, 'unsupported', 'input', 'token ids'],
    [{ input: [[1, 2]] }, 'unsupported', 'input', 'token ids'],
    [{ input: Array.from({ length: 2_049 }, () => 'a') }, 'invalid-request', 'input', 'at most 2048'],
    [{ encoding_format: 'int8' }, 'invalid-request', 'encoding_format', 'must be one of'],
    [{ dimensions: 0 }, 'invalid-request', 'dimensions', 'at least 1'],
    [{ model: '' }, 'invalid-request', 'model', 'non-empty'],
  ])('%j', (fields, kind, param, words) => {
    const refused = refusal(() => read(fields));
    expect(refused).toMatchObject({ kind, param });
    expect(refused.message).toContain(words);
  });

  test('a size that is not the model’s own', () => {
    expect(() => requireNativeSize(read({ dimensions: 768 }), 768)).not.toThrow();
    expect(() => requireNativeSize(read({}), 768)).not.toThrow();
    expect(refusal(() => requireNativeSize(read({ dimensions: 256 }), 768))).toEqual({
      kind: 'unsupported',
      param: 'dimensions',
      message: '"dimensions" must be 768 or left out: m gives vectors of that size only.',
    });
  });
});

describe('the answer', () => {
  const usage = { input: 6, raw: [] };

  test('has the vectors as they are', () => {
    expect(
      writeEmbeddingAnswer(
        [
          [0.5, -1],
          [2, 3],
        ],
        { model: 'alias', format: 'float', usage },
      ),
    ).toEqual({
      object: 'list',
      data: [
        { object: 'embedding', index: 0, embedding: [0.5, -1] },
        { object: 'embedding', index: 1, embedding: [2, 3] },
      ],
      model: 'alias',
      usage: { prompt_tokens: 6, total_tokens: 6 },
    });
  });

  test('or as little-endian 32-bit floats', () => {
    const { data } = writeEmbeddingAnswer([[1, -2]], { model: 'alias', format: 'base64', usage: { raw: [] } });
    expect(data[0]?.embedding).toBe('AACAPwAAAMA=');
  });

  test('is what the SDK decodes, whatever it asked for', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 20 }), {
          minLength: 1,
          maxLength: 4,
        }),
        fc.constantFrom(undefined, 'float' as const),
        async (vectors, format) => {
          const asked: JsonObject[] = [];
          const fetch = (_url: unknown, init?: { body?: unknown }) => {
            const request = readEmbeddingRequest(JSON.parse(String(init?.body)) as JsonObject);
            asked.push({ format: request.format, texts: request.texts });
            const answer = writeEmbeddingAnswer(vectors, { model: 'm', format: request.format, usage });
            return Promise.resolve(Response.json(answer));
          };
          const client = new OpenAI({ apiKey: 'key', baseURL: 'http://sdk.test/v1', fetch });
          const input = vectors.map((_, index) => `text ${index}`);
          const heard = await client.embeddings.create({
            model: 'm',
            input,
            ...(format === undefined ? {} : { encoding_format: format }),
          });
          expect(asked).toEqual([{ format: format ?? 'base64', texts: input }]);
          expect(heard.data.map(({ embedding }) => embedding.map((number) => number + 0))).toEqual(
            vectors.map((vector) => vector.map((number) => Math.fround(number) + 0)),
          );
        },
      ),
    );
  });
});
