import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../ir/json.ts';
import { batchTexts, readEmbedAnswer, writeEmbedBody } from './index.ts';

test('the field is called text', () => {
  expect(writeEmbedBody('e5-base-v2', ['foo', 'bar'])).toEqual({ model: 'e5-base-v2', text: ['foo', 'bar'] });
});

describe('batches', () => {
  test('hold 64 texts', () => {
    const texts = Array.from({ length: 130 }, (_, index) => `${index}`);
    expect(batchTexts(texts).map(({ length }) => length)).toEqual([64, 64, 2]);
    expect(batchTexts([])).toEqual([]);
  });

  test('keep every text and their order', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), fc.integer({ min: 1, max: 9 }), (texts, maxTexts) => {
        const batches = batchTexts(texts, { maxTexts, maxCharacters: 10_000 });
        expect(batches.flat()).toEqual(texts);
        expect(batches.every(({ length }) => length > 0 && length <= maxTexts)).toBe(true);
      }),
    );
  });

  test('refuse a text that is too long, by its place, and count characters and not their halves', () => {
    expect(() => batchTexts(['ok', 'x'.repeat(4_097)])).toThrow(
      '"input[1]" has 4097 characters, and Cortex embeds at most 4096 of a text. Split it into smaller pieces.',
    );
    expect(batchTexts(['😀'.repeat(4_096)])).toHaveLength(1);
  });
});

describe('the answer', () => {
  const entry = (embedding: unknown, index?: number) => ({
    object: 'embedding',
    embedding,
    ...(index === undefined ? {} : { index }),
  });
  const answer = (data: unknown[], usage?: JsonObject) =>
    ({ object: 'list', data, ...(usage === undefined ? {} : { usage }) }) as JsonObject;

  test('comes in nested lists, as documented', () => {
    const body = answer([entry([[-0.02, 0.005]], 0), entry([[-0.03, 0.1]], 1)], { total_tokens: 6 });
    expect(readEmbedAnswer(body, 2)).toEqual({
      vectors: [
        [-0.02, 0.005],
        [-0.03, 0.1],
      ],
      usage: { input: 6, raw: [{ total_tokens: 6 }] },
    });
  });

  test('may be plain, without indices and without usage', () => {
    expect(readEmbedAnswer(answer([entry([1, 2]), entry([3, 4])]), 2)).toEqual({
      vectors: [
        [1, 2],
        [3, 4],
      ],
      usage: { raw: [] },
    });
  });

  test('is put in the order of the texts', () => {
    expect(readEmbedAnswer(answer([entry([[2]], 1), entry([[1]], 0)]), 2).vectors).toEqual([[1], [2]]);
  });

  test.each<[string, JsonObject]>([
    ['has no "data"', { message: 'internal error' }],
    ['has 1 vectors for 2 texts', answer([entry([[1]], 0)])],
    ['is no list of numbers', answer([entry([['x']], 0)])],
    ['is no list of numbers', answer([entry([], 0)])],
    ['belongs to no text', answer([entry([[1]], 2)])],
    ['belongs to no text', answer([entry([[1]], 0), entry([[1]], 0)])],
  ])('that %s is broken', (words, body) => {
    expect(() => readEmbedAnswer(body, 2)).toThrow(words);
  });

  test('that is an error keeps its words for whoever knows what they mean', () => {
    const body = { code: '390112', message: 'Your session has expired. Please login again.', request_id: 'r1' };
    try {
      readEmbedAnswer(body, 1);
      expect.unreachable();
    } catch (cause) {
      expect(cause).toMatchObject({
        kind: 'upstream-broken',
        detail: { upstream: { code: '390112', message: body.message, requestId: 'r1' } },
      });
    }
  });
});
