import fc from 'fast-check';
import { expect, it } from 'vitest';
import { outlineObject } from '../kit/json-span.ts';
import { readWishes } from './routing-wishes.ts';

function read(body: object, headers: Record<string, string> = {}) {
  const bytes = Buffer.from(JSON.stringify(body));
  const heard = readWishes(bytes, outlineObject(bytes).spans, headers);
  return { ...heard, same: heard.body === bytes, body: JSON.parse(heard.body.toString()) as object };
}

it('takes what is said to the gateway out of the body, and nothing else', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom('model', 'messages', 'x', 'seed'), fc.jsonValue()), (body) => {
      const said = { fallbacks: ['b', { model: 'c' }], num_retries: 1, timeout: 2.5, tags: ['t'] };
      const heard = read({ ...said, ...body });
      expect(heard.body).toEqual(JSON.parse(JSON.stringify(body)));
      expect(heard.wishes).toEqual({ tags: ['t'], fallbacks: ['b', 'c'], retries: 1, timeoutMs: 2_500 });
    }),
  );
});

it('a body that says nothing keeps its bytes', () => {
  expect(read({ model: 'a', metadata: { tags: 'not ours' } })).toMatchObject({
    same: true,
    wishes: { tags: [], fallbacks: [] },
  });
});

it('headers say the same', () => {
  const headers = { 'x-litellm-tags': 'a, b', 'x-litellm-num-retries': '3', 'x-litellm-timeout': '9' };
  expect(read({ metadata: { tags: ['c'] } }, headers).wishes).toEqual({
    tags: ['a', 'b'],
    fallbacks: [],
    retries: 3,
    timeoutMs: 9_000,
  });
});

it.each([
  [{ fallbacks: [3] }, 'fallbacks'],
  [{ num_retries: -1 }, 'num_retries'],
  [{ num_retries: 'many' }, 'num_retries'],
  [{ timeout: true }, 'timeout'],
  [{ tags: {} }, 'tags'],
])('%j is refused by name', (body, param) => {
  expect(() => read(body)).toThrow(expect.objectContaining({ kind: 'invalid-request', detail: { param } }));
});
