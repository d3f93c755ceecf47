import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { GatewayError } from '../errors/error.ts';
import { isObject, type Json } from '../ir/json.ts';
import { refuseDoubledFields } from './json-fields.ts';
import { outlineObject } from './json-span.ts';

/** What a body's reader does: outline, parse, compare. The parsed value, or what the refusal says. */
function read(text: string): Json {
  const bytes = Buffer.from(text);
  const parsed = JSON.parse(text) as Json;
  try {
    refuseDoubledFields(bytes, outlineObject(bytes).fieldCount, parsed);
    return parsed;
  } catch (error) {
    if (error instanceof GatewayError)
      return { kind: error.kind, says: error.publicMessage, param: error.detail.param ?? null };
    throw error;
  }
}

describe('the path says which field', () => {
  it.each([
    ['{"a":{"b":1,"b":2}}', 'a.b'],
    ['{"messages":[{"role":"user","content":"x"},{"role":"user","role":"system"}]}', 'messages[1].role'],
    [String.raw`{"tools":[{"function":{"name":"safe","\u006eame":"other"}}]}`, 'tools[0].function.name'],
    ['{"a":[[{"":1,"":2}]]}', 'a[0][0][""]'],
    ['{"metadata":{"odd name":{"x":1,"x":1}}}', 'metadata["odd name"].x'],
    ['{"a":{"__proto__":1,"__proto__":2}}', 'a.__proto__'],
    ['{"a":{"1":1,"1":2},"b":{"c":1,"c":2}}', 'a.1'],
  ])('%s', (text, path) => {
    const says = `The body has the field "${path}" twice. Send it once.`;
    expect(read(text)).toEqual({ kind: 'invalid-request', says, param: path });
  });
});

test('colons, quotes and brackets inside strings are no fields', () => {
  const value = { a: ['x:y', '":"', String.raw`\":{"b":1}`, { 'k:"{': ':' }], b: {} };
  expect(read(JSON.stringify(value))).toEqual(value);
});

test('depth is no danger', () => {
  const deep = `{"a":${'['.repeat(400)}{"b":1,"b":2}${']'.repeat(400)}}`;
  expect(read(deep)).toMatchObject({ kind: 'invalid-request', param: expect.stringMatching(/^….*(\[0\]){60,}\.b$/) });
  expect(read(deep.replace(',"b":2', ''))).toMatchObject({ a: [expect.anything()] });
});

const json = fc
  .jsonValue({ maxDepth: 5, stringUnit: 'binary' })
  .map((value) => JSON.parse(JSON.stringify(value)) as Json);
const body = fc.dictionary(fc.string(), json, { minKeys: 1 });
const indent = fc.constantFrom(0, 2, '\t');

it('takes any JSON whose fields stand once, and makes of it what JSON.parse does', () => {
  fc.assert(
    fc.property(body, indent, (value, layout) => {
      const text = JSON.stringify(value, null, layout);
      expect(read(text)).toEqual(JSON.parse(text));
    }),
    { numRuns: 1_000 },
  );
});

/** The text of a value in which the object at one place says one of its fields again. */
function doubling(value: Json, place: { left: number }, pick: number, escaped: boolean): string {
  if (Array.isArray(value)) return `[${value.map((each) => doubling(each, place, pick, escaped)).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const entries = Object.entries(value);
  const chosen = entries.length > 0 && place.left === 0 ? entries[pick % entries.length] : undefined;
  if (entries.length > 0) place.left -= 1;
  const members = entries.map(([key, each]) => `${JSON.stringify(key)}:${doubling(each!, place, pick, escaped)}`);
  if (chosen !== undefined) members.push(`${spelled(chosen[0], escaped)}:0`);
  return `{${members.join(',')}}`;
}

function spelled(key: string, escaped: boolean): string {
  if (!escaped) return JSON.stringify(key);
  const units = Array.from({ length: key.length }, (_, at) => key.charCodeAt(at).toString(16).padStart(4, '0'));
  return `"${units.map((unit) => `\\u${unit}`).join('')}"`;
}

function objectsWithFields(value: Json): number {
  if (Array.isArray(value)) return value.reduce<number>((count, each) => count + objectsWithFields(each), 0);
  if (!isObject(value)) return 0;
  const values = Object.values(value);
  return values.reduce<number>((count, each) => count + objectsWithFields(each!), values.length > 0 ? 1 : 0);
}

it('refuses any JSON with one field doubled, at any depth, however it is spelled', () => {
  fc.assert(
    fc.property(body, fc.nat(), fc.nat(), fc.boolean(), (value, where, pick, escaped) => {
      // The outermost object is for the outline itself to refuse.
      const within = { around: value };
      const place = { left: 1 + (where % objectsWithFields(value)) };
      const refusal = read(doubling(within, place, pick, escaped));
      expect(refusal).toMatchObject({
        kind: 'invalid-request',
        says: expect.stringContaining('" twice. Send it once.'),
      });
    }),
    { numRuns: 1_000 },
  );
});
