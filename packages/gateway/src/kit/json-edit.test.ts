import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { isObject, type Json } from '../ir/json.ts';
import { editJson, type JsonEdit } from './json-edit.ts';
import { type JsonPath, JsonView } from './json-view.ts';

const viewOf = (text: string) => JsonView.of(Buffer.from(text));

const edit = (text: string, ...edits: JsonEdit[]) => editJson(viewOf(text), edits).toString('utf8');
const remove = (...path: JsonPath): JsonEdit => ({ path, remove: true });
const set = (value: Json, ...path: JsonPath): JsonEdit => ({ path, set: value });

describe('commas', () => {
  it.each([
    ['{"a":1, "b":2 ,"c":3}', ['a'], '{"b":2 ,"c":3}'],
    ['{"a":1, "b":2 ,"c":3}', ['b'], '{"a":1 ,"c":3}'],
    ['{"a":1, "b":2 ,"c":3}', ['c'], '{"a":1, "b":2}'],
    ['{"a":1, "b":2 ,"c":3}', ['a', 'b'], '{"c":3}'],
    ['{"a":1, "b":2 ,"c":3}', ['b', 'c'], '{"a":1}'],
    ['{"a":1, "b":2 ,"c":3}', ['a', 'c'], '{"b":2}'],
    ['{ "a":1, "b":2 ,"c":3 }', ['a', 'b', 'c'], '{  }'],
    ['{"a":1}', ['x'], '{"a":1}'],
    ['{}', ['x'], '{}'],
  ])('%s without %j', (text, keys, expected) => {
    expect(edit(text, ...keys.map((key) => remove(key)))).toBe(expected);
  });

  it.each([
    ['[1, 2 ,3]', [0], '[2 ,3]'],
    ['[1, 2 ,3]', [1], '[1 ,3]'],
    ['[1, 2 ,3]', [0, 2], '[2]'],
    ['[1, 2 ,3]', [0, 1, 2], '[]'],
    ['[1]', [7], '[1]'],
  ])('%s without %j', (text, indices, expected) => {
    expect(edit(text, ...indices.map((index) => remove(index)))).toBe(expected);
  });
});

describe('fields that are not there', () => {
  test('are added at the end of their object', () => {
    expect(edit('{"a":1 }', set(2, 'b'), set('x', 'c'))).toBe('{"a":1,"b":2,"c":"x" }');
    expect(edit('{ }', set(2, 'b'))).toBe('{"b":2 }');
    expect(edit('{"a":1,"z":0}', remove('z'), set(2, 'b'))).toBe('{"a":1,"b":2}');
    expect(edit('{"a":1}', remove('a'), set(2, 'b'))).toBe('{"b":2}');
  });

  test('are added with the objects around them', () => {
    expect(edit('{"a":1}', set('low', 'config', 'effort'))).toBe('{"a":1,"config":{"effort":"low"}}');
    expect(edit('{"config":null}', set('low', 'config', 'effort'))).toBe('{"config":{"effort":"low"}}');
  });
});

test('the last edit of a path counts, and none inside a value that goes', () => {
  expect(edit('{"a":{"b":1},"c":[{"d":1}]}', set(1, 'a'), set(2, 'a'), remove('a', 'b'))).toBe('{"a":2,"c":[{"d":1}]}');
  expect(edit('{"c":[{"d":1},2]}', set(5, 'c', 0, 'd'), remove('c', 0))).toBe('{"c":[2]}');
});

test('a field that comes twice is refused where somebody looks', () => {
  expect(edit('{"a":{"x":1,"x":2},"b":1}', set(2, 'b'))).toBe('{"a":{"x":1,"x":2},"b":2}');
  expect(() => edit('{"a":{"x":1,"\\u0078":2}}', remove('a', 'y'))).toThrow('has the field "a.x" twice');
});

/** JSON text of a value, laid out and spelled in odd ways that parsing and writing again would lose. */
function spelled(value: Json, odd: boolean): string {
  if (Array.isArray(value)) return `[ ${value.map((item) => spelled(item, odd)).join(' ,\n')}]`;
  if (isObject(value)) {
    const members = Object.entries(value).map(([key, inner]) => `${JSON.stringify(key)} :\t${spelled(inner!, odd)}`);
    return `{${members.join(', ')} }`;
  }
  if (odd && typeof value === 'number' && Number.isInteger(value) && Math.abs(value) < 1e6) return `${value}.0e+00`;
  if (odd && typeof value === 'string') return JSON.stringify(value).replaceAll('/', '\\/').replaceAll('a', '\\u0061');
  return JSON.stringify(value);
}

interface Scenario {
  value: Json;
  text: string;
  edits: JsonEdit[];
}

const jsonValue = fc
  .jsonValue({ maxDepth: 4, stringUnit: 'grapheme' })
  .map((value) => JSON.parse(JSON.stringify(value)) as Json);

/** Edits of places that exist, and of fields that do not. */
const scenario: fc.Arbitrary<Scenario> = jsonValue.chain((value) => {
  const paths = pathsOf(value).filter((path) => path.length > 0);
  const added = pathsOf(value)
    .filter((path) => isObject(at(value, path)))
    .map((path) => [...path, 'brand new']);
  const place = fc.constantFrom(...paths, ...added, ['nowhere']);
  const change = fc.oneof(
    place.map((path): JsonEdit => ({ path, remove: true })),
    fc.tuple(place, jsonValue).map(([path, replacement]): JsonEdit => ({ path, set: replacement })),
  );
  return fc
    .record({ edits: fc.array(change, { maxLength: 6 }), odd: fc.boolean() })
    .map(({ edits, odd }) => ({ value, text: spelled(value, odd), edits }));
});

describe('always', () => {
  it('comes to the same as parsing, editing and writing', () => {
    fc.assert(
      fc.property(scenario, ({ value, text, edits }) => {
        const applicable = isObject(value) ? edits : edits.filter(({ path }) => path[0] !== 'nowhere');
        expect(JSON.parse(edit(text, ...applicable))).toEqual(reference(value, applicable));
      }),
      { numRuns: 2000 },
    );
  });

  it('leaves every byte of what is not edited', () => {
    fc.assert(
      fc.property(scenario, ({ value, text, edits }) => {
        const applicable = isObject(value) ? edits : edits.filter(({ path }) => path[0] !== 'nowhere');
        const before = viewOf(text);
        const after = viewOf(edit(text, ...applicable));
        const touched = (path: JsonPath) =>
          applicable.some((one) => one.path.every((step, index) => index >= path.length || step === path[index]));
        for (const path of pathsOf(value)) {
          if (touched(path)) continue;
          expect(bytesAt(after, moved(path, value, applicable))).toBe(bytesAt(before, path));
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('gives the same buffer back when there is nothing to do', () => {
    fc.assert(
      fc.property(jsonValue, (value) => {
        const view = viewOf(spelled(value, true));
        expect(editJson(view, [{ path: ['no', 'such', 'place'], remove: true }])).toBe(view.bytes);
      }),
    );
  });
});

function pathsOf(value: Json, path: JsonPath = []): JsonPath[] {
  const children: [string | number, Json][] = Array.isArray(value)
    ? value.map((item, index) => [index, item])
    : isObject(value)
      ? Object.entries(value).map(([key, inner]) => [key, inner!])
      : [];
  return [path, ...children.flatMap(([step, inner]) => pathsOf(inner, [...path, step]))];
}

function at(value: Json, path: JsonPath): Json | undefined {
  return path.reduce<Json | undefined>((inner, step) => {
    if (Array.isArray(inner)) return inner[Number(step)];
    return isObject(inner) && Object.hasOwn(inner, step) ? inner[step] : undefined;
  }, value);
}

/** The same edits on the parsed value: outermost first, so that inner ones find nothing to do. */
function reference(value: Json, edits: JsonEdit[]): Json {
  const last = new Map(edits.map((one) => [JSON.stringify(one.path), one]));
  const change = (inner: Json, path: JsonPath): Json | undefined => {
    const own = last.get(JSON.stringify(path));
    if (own !== undefined) return 'set' in own ? own.set : undefined;
    if (Array.isArray(inner)) {
      return inner.map((item, index) => change(item, [...path, index])).filter((item) => item !== undefined);
    }
    if (!isObject(inner)) return inner;
    const kept = Object.entries(inner).map(([key, item]) => [key, change(item!, [...path, key])] as const);
    const added = ['brand new', 'nowhere'].flatMap((key) => {
      const one = Object.hasOwn(inner, key) ? undefined : last.get(JSON.stringify([...path, key]));
      return one !== undefined && 'set' in one ? [[key, one.set] as const] : [];
    });
    return Object.fromEntries([...kept, ...added].filter(([, item]) => item !== undefined));
  };
  return change(value, []) ?? value;
}

/** Where a path leads after elements before it were removed. */
function moved(path: JsonPath, value: Json, edits: JsonEdit[]): JsonPath {
  const last = new Map(edits.map((one) => [JSON.stringify(one.path), one]));
  return path.map((step, depth) => {
    if (typeof step !== 'number' || !Array.isArray(at(value, path.slice(0, depth)))) return step;
    const gone = Array.from({ length: step }, (_, index) =>
      last.get(JSON.stringify([...path.slice(0, depth), index])),
    ).filter((one) => one !== undefined && 'remove' in one);
    return step - gone.length;
  });
}

function bytesAt(view: JsonView, path: JsonPath): string | undefined {
  const found = path.reduce<JsonView | undefined>(
    (inner, step) => (typeof step === 'number' ? inner?.items()[step] : inner?.get(step)),
    view,
  );
  return found?.bytes.toString('utf8', found.start, found.end);
}
