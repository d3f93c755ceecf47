import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { outlineObject } from '../kit/json-span.ts';
import { spliceFields } from './splice.ts';

const splice = (
  text: string,
  fields: Record<string, string | number>,
  defaults: Record<string, string | number> = {},
) => {
  const body = Buffer.from(text);
  return spliceFields(body, outlineObject(body).spans, fields, defaults).toString();
};

describe('spliceFields', () => {
  it('changes the named values and not one byte else', () => {
    expect(splice('{ "a" : 1.50e1,\n "model":"x" , "b":[ ] }', { model: 'gpt-4o' })).toBe(
      '{ "a" : 1.50e1,\n "model":"gpt-4o" , "b":[ ] }',
    );
  });

  it('adds what is not there, and lets the client keep what it said', () => {
    expect(splice('{"model":"x","temperature":1}', { model: 'y' }, { temperature: 0, top_p: 0.5 })).toBe(
      '{"top_p":0.5,"model":"y","temperature":1}',
    );
    expect(splice('{}', { model: 'y' })).toBe('{"model":"y"}');
  });

  it('means what setting the field on the parsed object means', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.dictionary(fc.string(), fc.integer()),
        (object, defaults) => {
          const body = JSON.stringify(object);
          expect(JSON.parse(splice(body, { model: 'served' }, defaults))).toEqual({
            ...defaults,
            ...JSON.parse(body),
            model: 'served',
          });
        },
      ),
      { numRuns: 300 },
    );
  });
});
