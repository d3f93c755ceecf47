import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../ir/json.ts';
import { exampleOf } from './example.ts';

const ajv = new Ajv2020({ strict: false, formats: { date: /^\d{4}-\d\d-\d\d$/, uuid: /^[0-9a-f-]{36}$/, email: /@/ } });

describe('an example satisfies its schema', () => {
  test.each<[string, JsonObject]>([
    [
      'required properties',
      { type: 'object', properties: { a: { type: 'string' }, b: { type: 'integer' } }, required: ['a', 'b'] },
    ],
    [
      'closed objects',
      { type: 'object', properties: { a: { type: 'null' } }, required: ['a'], additionalProperties: false },
    ],
    [
      'const and enum',
      { type: 'object', properties: { a: { const: 7 }, b: { enum: ['x', 'y'] } }, required: ['a', 'b'] },
    ],
    ['nested arrays', { type: 'array', minItems: 2, items: { type: 'array', items: { type: 'boolean' } } }],
    ['array bounds', { type: 'array', minItems: 3, maxItems: 3, items: { type: 'number' } }],
    ['tuples', { type: 'array', prefixItems: [{ type: 'string' }, { type: 'integer' }], items: false }],
    [
      'references',
      {
        $ref: '#/$defs/point',
        $defs: {
          point: { type: 'object', properties: { x: { $ref: '#/$defs/n' } }, required: ['x'] },
          n: { type: 'number' },
        },
      },
    ],
    [
      'a tree that contains itself',
      { type: 'object', properties: { children: { type: 'array', items: { $ref: '#' } } }, required: ['children'] },
    ],
    [
      'anyOf, past null',
      { anyOf: [{ type: 'null' }, { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] }] },
    ],
    [
      'oneOf beside properties',
      {
        type: 'object',
        properties: { kind: { type: 'string' } },
        required: ['kind'],
        oneOf: [{ properties: { kind: { const: 'cat' } } }, { properties: { kind: { const: 'dog' } } }],
      },
    ],
    [
      'allOf',
      {
        allOf: [{ type: 'object', properties: { a: { type: 'string' } }, required: ['a'] }, { $ref: '#/$defs/b' }],
        $defs: { b: { type: 'object', properties: { b: { type: 'boolean' } }, required: ['b'] } },
      },
    ],
    ['nullable types', { type: ['null', 'string'] }],
    ['required without properties', { type: 'object', required: ['a', 'b'] }],
    ['typed additional properties', { type: 'object', required: ['a'], additionalProperties: { type: 'integer' } }],
    ['a minimum', { type: 'integer', minimum: 40 }],
    ['a negative maximum', { type: 'integer', maximum: -3 }],
    ['an open interval', { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 0.5 }],
    ['a multiple', { type: 'integer', multipleOf: 7, minimum: 10 }],
    ['string lengths', { type: 'array', items: { type: 'string', minLength: 30, maxLength: 31 } }],
    ['a short string', { type: 'string', maxLength: 3 }],
    [
      'formats',
      {
        type: 'object',
        properties: {
          d: { format: 'date', type: 'string' },
          u: { type: 'string', format: 'uuid' },
          e: { type: 'string', format: 'email' },
        },
        required: ['d', 'u', 'e'],
      },
    ],
    ['a pattern', { type: 'string', pattern: '^[0-9]+$' }],
    ['anything', {}],
  ])('%s', (_name, schema) => {
    const validate = ajv.compile(schema);
    const example = exampleOf(schema);
    expect(validate(example), `${JSON.stringify(example)}: ${ajv.errorsText(validate.errors)}`).toBe(true);
  });

  test('leaves optional properties out', () => {
    expect(
      exampleOf({ type: 'object', properties: { a: { type: 'string' }, b: { type: 'string' } }, required: ['b'] }),
    ).toEqual({ b: 'simulated' });
  });

  test('ends on a schema that cannot end', () => {
    expect(
      JSON.stringify(exampleOf({ type: 'object', properties: { me: { $ref: '#' } }, required: ['me'] })).length,
    ).toBeGreaterThan(10);
  });
});
