import fc from 'fast-check';
import { expect, it, test } from 'vitest';
import { GatewayError } from '../errors/error.ts';
import { isObject, type Json } from '../ir/json.ts';
import { JsonView } from './json-view.ts';

/** The value as views show it, from the outside in. */
function shown(view: JsonView): Json {
  if (view.isArray) return view.items().map(shown);
  if (!view.isObject) return view.parse();
  return Object.fromEntries(Array.from(view.members(), ([key, { value }]) => [key, shown(value)]));
}

function verdictOn(text: string): string {
  try {
    JsonView.of(Buffer.from(text));
    return 'taken';
  } catch (error) {
    return error instanceof GatewayError ? error.kind : 'a defect';
  }
}

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

it('shows of any value what JSON.parse makes of it, however it is laid out', () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: 'binary' }), fc.constantFrom(0, 2, '\t'), (value, indent) => {
      const text = ` ${JSON.stringify(value, null, indent)}\n`;
      expect(shown(JsonView.of(Buffer.from(text)))).toEqual(JSON.parse(text));
    }),
    { numRuns: 300 },
  );
});

it('takes all JSON, and anything else without a defect', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json(), fc.stringMatching(/^[{}[\]",:\\a 0-9]*$/)), (text) => {
      const verdict = verdictOn(text);
      expect(['taken', 'invalid-request']).toContain(verdict);
      if (isJson(text)) expect(verdict).toBe('taken');
    }),
    { numRuns: 3_000 },
  );
});

test('strings of every length end at their own quote', () => {
  for (const length of [0, 1, 510, 511, 512, 513, 2_000]) {
    for (const end of ['', '\\', '"', '\\\\', '\\"', '"\\']) {
      const value = ['x'.repeat(length) + end, `${end}y`.repeat(length)];
      expect(shown(JsonView.of(Buffer.from(JSON.stringify(value))))).toEqual(value);
    }
  }
});

it('finds the end of strings full of quotes and backslashes', () => {
  const unit = fc.constantFrom('"', '\\', 'x', '"x'.repeat(3), 'x'.repeat(9), 'x'.repeat(40));
  fc.assert(
    fc.property(fc.array(fc.array(unit, { maxLength: 40 }), { maxLength: 4 }), (pieces) => {
      const value = pieces.map((piece) => piece.join(''));
      expect(shown(JsonView.of(Buffer.from(JSON.stringify({ value, next: value }))))).toEqual({ value, next: value });
    }),
    { numRuns: 1_000 },
  );
});

test('depth is no danger', () => {
  const deep = '['.repeat(200_000) + ']'.repeat(200_000);
  expect(JsonView.of(Buffer.from(deep)).items()).toHaveLength(1);
});

test.each([
  ['', 'expected a JSON value'],
  ['{"a":1', 'ends inside an object or array'],
  ['[1', 'ends inside an object or array'],
  ['[1}', 'brackets do not match'],
  ['[1 2]', 'expected "," or "]"'],
  ['{"a" 1}', 'expected ":"'],
  ['{a:1}', 'expected a field name'],
  ['{"a":1,}', 'expected a field name'],
  ['[1,]', 'expected a JSON value'],
  ['"a', 'ends inside a string'],
  ['{} {}', 'unexpected text after'],
])('%j: %s', (text, message) => {
  expect(() => JsonView.of(Buffer.from(text))).toThrow(message);
});

test('null, and nothing else, is null', () => {
  const view = JsonView.of(Buffer.from('[null,true,"n",{"n":1}]'));
  expect(view.items().map(({ isNull }) => isNull)).toEqual([true, false, false, false]);
  expect(isObject(view.items()[3]?.parse())).toBe(true);
});
