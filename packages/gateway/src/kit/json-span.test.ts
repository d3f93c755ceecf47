import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GatewayError } from '../errors/error.ts';
import { outlineObject } from './json-span.ts';

const values = (text: string) => {
  const bytes = Buffer.from(text);
  return Object.fromEntries(
    [...outlineObject(bytes).spans].map(([key, [start, end]]) => [key, JSON.parse(bytes.toString('utf8', start, end))]),
  );
};

function verdictOn(text: string): string {
  try {
    outlineObject(Buffer.from(text));
    return 'accepted';
  } catch (error) {
    return error instanceof GatewayError ? error.kind : 'a defect';
  }
}

describe('outlineObject', () => {
  it.each([
    ['arrays', '[', ']'],
    ['objects', '{"a":', '}'],
  ])('takes %s 499 levels deep, the body counted, and refuses 500', (_what, open, close) => {
    const nested = (levels: number) => `{"a":${open.repeat(levels)}${open === '[' ? '' : '1'}${close.repeat(levels)}}`;
    expect(verdictOn(nested(498))).toBe('accepted');
    expect(verdictOn(nested(500))).toBe('invalid-request');
    expect(() => outlineObject(Buffer.from(nested(200_000)))).toThrow('500 levels deep');
  });

  it.each([
    ['a stray byte', [0xff]],
    ['half a character', [0xe2, 0x82]],
    ['an overlong form', [0xc0, 0xaf]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
  ])('refuses %s, which JSON.parse would replace', (_what, bytes) => {
    const body = Buffer.concat([Buffer.from('{"a":"'), Buffer.from(bytes), Buffer.from('"}')]);
    expect(() => outlineObject(body)).toThrow('The body is not valid UTF-8');
  });

  it('agrees with JSON.parse on any object, however it is laid out', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.constantFrom(0, 2, '\t'), (object, indent) => {
        const text = JSON.stringify(object, null, indent);
        expect(values(text)).toEqual(JSON.parse(text));
      }),
      { numRuns: 500 },
    );
  });

  it('answers any bytes with spans or an invalid-request, and only accepts what JSON.parse calls an object at the top level', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), fc.stringMatching(/^[{}[\]",:\\a 0-9]*$/)), (text) => {
        const verdict = verdictOn(text);
        expect(['accepted', 'invalid-request']).toContain(verdict);
        expect(verdict === 'invalid-request' || (text.trim().startsWith('{') && text.trim().endsWith('}'))).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it('leaps over quotes, backslashes and brackets inside strings', () => {
    expect(values(String.raw`{"a":"\\\"}{[","b":{"c":["]\"",{"d":"}"}]},"e":-1.5e3}`)).toEqual({
      a: '\\"}{[',
      b: { c: [']"', { d: '}' }] },
      e: -1500,
    });
  });

  it.each([
    ['', 'no body'],
    ['   ', 'no body'],
    ['null', 'must be a JSON object'],
    ['[1]', 'must be a JSON object'],
    ['{"model":"a"', 'ends inside an object'],
    ['{"model":"a" "b"}', 'expected "," or "}" after the value of "model"'],
    ['{"model":[{"a":[{"b":1},2],"c":3 4}]}', 'expected "," or "}" after the value of "c"'],
    ['{"model":"a', 'ends inside a string'],
    ['{"model":[1}', 'brackets do not match'],
    ['{"model":{"a":1', 'ends inside an object'],
    ['{"model" "a"}', 'expected ":"'],
    ['{model:"a"}', 'expected a field name'],
    ['{"model":tru}', 'expected a JSON value'],
    ['{"model":}', 'expected a JSON value'],
    ['{"a":1,}', 'expected a field name'],
    ['{"a":1} {"b":2}', 'unexpected text after'],
    ['{"model":"cheap","model":"dear"}', 'has the field "model" twice'],
    [String.raw`{"model":"cheap","\u006dodel":"dear"}`, 'has the field "model" twice'],
  ])('refuses %j: %s', (text, message) => {
    expect(() => outlineObject(Buffer.from(text))).toThrow(message);
  });
});
