import fc from 'fast-check';
import { expect, test } from 'vitest';
import { requestOf } from '../../test/arbitrary/request.ts';
import { lowerPropertyNames, renameKeys } from './property-names.ts';

const WIRE = 'file_path_';

function lowered(schema: object, args = '{}') {
  const { request, renamed } = lowerPropertyNames(
    requestOf({
      tools: [{ name: 'edit', schema: schema as never }],
      turns: [{ role: 'assistant', parts: [{ kind: 'tool-call', id: 'a', name: 'edit', args }] }],
    }),
  );
  const [part] = request.turns[0]!.parts;
  return {
    schema: request.tools[0]!.schema,
    args: part?.kind === 'tool-call' ? part.args : undefined,
    names: renamed.get('edit'),
  };
}

test('a request whose names are legal is not touched', () => {
  const request = requestOf({
    tools: [{ name: 'edit', schema: { properties: { 'a.b-c_1': {} }, required: ['a.b-c_1'] } }],
  });
  expect(lowerPropertyNames(request).request).toBe(request);
});

test('names are changed at every depth of the schema and in the calls of the history', () => {
  const { schema, args, names } = lowered(
    {
      type: 'object',
      properties: {
        'file path': { type: 'string', default: { 'file path': 1 }, enum: ['file path'] },
        list: { type: 'array', items: { $ref: '#/$defs/odd name' } },
        again: { $ref: '#/properties/file%20path' },
      },
      required: ['file path', 'list'],
      $defs: { 'odd name': { anyOf: [{ properties: { 'file path': {} } }] } },
    },
    '{"list": [{"file path": "file path\\": "}],\n "file path": 12345678901234567890}',
  );
  const wire = Array.from(names!.keys())[0]!;
  expect(wire).toMatch(new RegExp(`^${WIRE}[0-9a-z]{11}$`));
  expect(names).toEqual(new Map([[wire, 'file path']]));
  expect(schema).toEqual({
    type: 'object',
    properties: {
      [wire]: { type: 'string', default: { 'file path': 1 }, enum: ['file path'] },
      list: { type: 'array', items: { $ref: '#/$defs/odd name' } },
      again: { $ref: `#/properties/${wire}` },
    },
    required: [wire, 'list'],
    $defs: { 'odd name': { anyOf: [{ properties: { [wire]: {} } }] } },
  });
  expect(args).toBe(`{"list": [{"${wire}": "file path\\": "}],\n "${wire}": 12345678901234567890}`);
});

test('what the model says under the new names comes back under the old ones', () => {
  const object = fc.dictionary(
    fc.string({ unit: fc.constantFrom('a', 'ä', ' ', '"', '\\', ':', '/') }),
    fc.jsonValue(),
  );
  fc.assert(
    fc.property(object, (value) => {
      const properties = Object.fromEntries(Object.keys(value).map((key) => [key, {}]));
      const said = JSON.stringify(value);
      const { schema, args, names } = lowered({ type: 'object', properties }, said);
      const legal = Object.keys((schema as { properties: object }).properties);
      expect(legal.every((name) => /^[a-zA-Z0-9_.-]{1,64}$/.test(name))).toBe(true);
      expect(renameKeys(args!, names ?? new Map())).toBe(said);
    }),
  );
});
