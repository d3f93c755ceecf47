import { transformJSONSchema } from '@anthropic-ai/sdk/lib/transform-json-schema';
import { expect, test } from 'vitest';
import type { JsonObject } from '../../ir/json.ts';
import { writeStrictSchema } from './json-schema.ts';
import { writeToolSchema } from '../../ir/tool-schema.ts';

const PERSON: JsonObject = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  title: 'Person',
  properties: {
    name: { type: 'string', minLength: 1, description: 'Full name' },
    born: { type: 'string', format: 'date' },
    code: { type: 'string', format: 'iban' },
    role: { enum: ['admin', 'user'] },
    tags: { type: 'array', items: { type: 'string' }, minItems: 1, maxItems: 5 },
    address: { $ref: '#/$defs/address' },
    either: { oneOf: [{ type: 'string' }, { type: 'null' }] },
  },
  required: ['name'],
  additionalProperties: true,
  $defs: { address: { type: 'object', properties: { city: { type: 'string' } } } },
};

test('objects are closed and what is not supported is told in words', () => {
  expect(writeStrictSchema(PERSON)).toEqual({
    schema: {
      type: 'object',
      title: 'Person',
      properties: {
        name: { type: 'string', description: 'Full name\n\n{minLength: 1}' },
        born: { type: 'string', format: 'date' },
        code: { type: 'string', description: '{format: "iban"}' },
        role: { enum: ['admin', 'user'] },
        tags: { type: 'array', items: { type: 'string' }, minItems: 1, description: '{maxItems: 5}' },
        address: { $ref: '#/$defs/address' },
        either: { anyOf: [{ type: 'string' }, { type: 'null' }] },
      },
      required: ['name'],
      additionalProperties: false,
      $defs: { address: { type: 'object', properties: { city: { type: 'string' } }, additionalProperties: false } },
    },
    lost: [],
  });
});

test("Anthropic's own SDK writes the same", () => {
  expect(writeStrictSchema(PERSON).schema).toEqual(transformJSONSchema(PERSON));
});

test.each<[JsonObject, string]>([
  [{ type: 'object', additionalProperties: { type: 'string' } }, '# is an object with free keys'],
  [{ type: 'object', properties: { m: { type: 'object' } } }, '#/properties/m is an object with free keys'],
  [{ type: 'object', properties: { any: {} } }, '#/properties/any allows a value of any type'],
  [{ type: 'object', properties: { list: { type: 'array' } } }, '#/properties/list is an array of anything'],
  [{ type: 'object', properties: { next: { $ref: '#' } } }, 'the schema refers to itself'],
  [
    {
      type: 'object',
      properties: { tree: { $ref: '#/$defs/node' } },
      $defs: { node: { type: 'object', properties: { left: { $ref: '#/$defs/node' } } } },
    },
    'the schema refers to itself',
  ],
  [
    { type: 'object', properties: { far: { $ref: 'https://example.com/s' } } },
    '#/properties/far refers to https://example.com/s, outside the schema',
  ],
])('%j loses something', (schema, loss) => {
  expect(writeStrictSchema(schema).lost).toEqual([loss]);
});

test.each<[string, JsonObject | undefined, JsonObject]>([
  ['a missing schema is an object without fields', undefined, { type: 'object', properties: {} }],
  ['the type is filled in', { properties: { a: {} } }, { type: 'object', properties: { a: {} } }],
  [
    'a union at the top is folded: required is what all branches require',
    {
      type: 'object',
      anyOf: [
        { properties: { kind: { const: 'a' }, x: {} }, required: ['kind', 'x'] },
        { properties: { kind: { const: 'b' } }, required: ['kind'] },
      ],
    },
    { type: 'object', properties: { kind: { const: 'b' }, x: {} }, required: ['kind'] },
  ],
  [
    'an intersection requires what any part requires',
    {
      allOf: [{ properties: { a: {} }, required: ['a'] }, { properties: { b: {} } }],
      properties: { c: {} },
      required: ['c'],
    },
    { type: 'object', properties: { a: {}, b: {}, c: {} }, required: ['c', 'a'] },
  ],
])('tool schema: %s', (_, schema, written) => {
  expect(writeToolSchema(schema)).toEqual(written);
});
