import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { GatewayError } from '../errors/error.ts';
import type { StopReason, StreamEvent } from './event.ts';
import { checkGrammar } from './grammar.ts';
import { fold } from './fold.ts';
import { jsonObjectOnly } from './json-object.ts';

function answer(pieces: string[], reason: StopReason = 'end'): StreamEvent[] {
  return [
    { type: 'start' },
    { type: 'open', at: 0, part: { kind: 'text', text: '' } },
    ...pieces.map((text): StreamEvent => ({ type: 'delta', at: 0, delta: { text } })),
    { type: 'close', at: 0 },
    { type: 'stop', reason },
    { type: 'end' },
  ];
}

function only(events: StreamEvent[]): StreamEvent[] {
  const guard = jsonObjectOnly((what) => new GatewayError('upstream-broken', what));
  return [...events.flatMap((event) => guard.push(event)), ...guard.end()];
}

function textOf(events: StreamEvent[]): string {
  return fold(events)
    .parts.map((part) => (part.kind === 'text' ? part.text : ''))
    .join('|');
}

test.each([
  ['{"a":1}', '{"a":1}'],
  ['Here it is:\n```json\n{"a":{"b":[]}}\n```\nAnything else?', '{"a":{"b":[]}}'],
  ['{"brace":"}","quote":"\\"}"} and {"another":1}', '{"brace":"}","quote":"\\"}"}'],
  ['Use {braces} like {"a":1}', '{"a":1}'],
  ['In a template, {{ "a" }} is filled: {{"a":1}}', '{"a":1}'],
  ['The set { "one", "two" } and {"a \\" b" } and { "a" : {} }', '{ "a" : {} }'],
  ['Nothing is {}, so {\n"a": null\n}', '{\n"a": null\n}'],
  ['```\n{ }\n```', '{}'],
])('%s', (said, object) => {
  expect(textOf(only(answer([said])))).toBe(object);
});

test('any split of the text gives the same object', () => {
  const said = 'Sure: ```json\n{"text":"a \\"quoted\\" } 😀","n":[{"x":1}]}\n``` done';
  fc.assert(
    fc.property(fc.array(fc.nat({ max: said.length })), (cuts) => {
      const places = [0, ...cuts.toSorted((left, right) => left - right), said.length];
      const pieces = places.slice(1).map((to, index) => said.slice(places[index], to));
      expect(textOf(only(answer(pieces)))).toBe('{"text":"a \\"quoted\\" } 😀","n":[{"x":1}]}');
    }),
  );
});

test('any object comes out of any prose around it, however it is split', () => {
  const prose = fc
    .oneof(fc.string(), fc.string({ unit: fc.constantFrom('{', '}', ' ', '\n', 'a', ':', '```json\n', '\\', '[') }))
    .filter((text) => !/\{\s*["}]/.test(text));
  const object = fc.tuple(fc.dictionary(fc.string(), fc.jsonValue(), { noNullPrototype: true }), fc.constantFrom(0, 2));
  fc.assert(
    fc.property(
      prose,
      object,
      prose,
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
      (before, [value, indent], after, lengths) => {
        const json = JSON.stringify(value, null, indent);
        const said = before + json + after;
        const pieces: string[] = [];
        for (let at = 0; at < said.length; at += pieces.at(-1)!.length)
          pieces.push(said.slice(at, at + lengths[pieces.length % lengths.length]!));
        const events = only(answer(pieces));
        expect(textOf(events)).toBe(json);
        expect(checkGrammar(events)).toBeUndefined();
      },
    ),
    { numRuns: 1000 },
  );
});

test.each(['{"a":1,}', '{"a":\'b\'}', 'Sure: {"a": [1, 2}'])('%s is an error, not an answer', (said) => {
  const events = only(answer(Array.from(said)));
  expect(events.at(-1)).toMatchObject({
    type: 'error',
    error: { publicMessage: expect.stringContaining('not valid JSON') },
  });
  expect(events.some((event) => event.type === 'stop')).toBe(false);
});

test.each(["{'a': 1}", '["a"]', 'No.'])('%s holds no object', (said) => {
  expect(only(answer([said])).at(-1)).toMatchObject({
    type: 'error',
    error: { publicMessage: expect.stringContaining('holds none') },
  });
});

test('a part of prose alone is not even opened', () => {
  const events = only([
    { type: 'start' },
    { type: 'open', at: 0, part: { kind: 'text', text: 'Let me see.' } },
    { type: 'close', at: 0 },
    { type: 'open', at: 1, part: { kind: 'text', text: '{}' } },
    { type: 'close', at: 1 },
    { type: 'stop', reason: 'end' },
    { type: 'end' },
  ]);
  expect(checkGrammar(events)).toBeUndefined();
  expect(fold(events).parts).toEqual([{ kind: 'text', text: '{}' }]);
});

describe('an answer without a whole object', () => {
  test.each<StopReason>(['end', 'unknown'])('is an error when it stops with %s', (reason) => {
    const events = only(answer(['{"a":'], reason));
    expect(events.at(-1)).toMatchObject({ type: 'error', error: { kind: 'upstream-broken' } });
    expect(events.some((event) => event.type === 'stop')).toBe(false);
  });

  test.each<StopReason>(['length', 'stop-sequence', 'refusal', 'tool-calls', 'filtered', 'paused'])(
    'keeps the reason %s',
    (reason) => {
      expect(fold(only(answer(['{"a":'], reason))).stop).toEqual({ reason });
    },
  );
});
