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
  const guard = jsonObjectOnly(() => new GatewayError('upstream-broken', 'No object.'));
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
  test.each<StopReason>(['end', 'stop-sequence', 'unknown'])('is an error when it stops with %s', (reason) => {
    const events = only(answer(['{"a":'], reason));
    expect(events.at(-1)).toMatchObject({ type: 'error', error: { kind: 'upstream-broken' } });
    expect(events.some((event) => event.type === 'stop')).toBe(false);
  });

  test.each<StopReason>(['length', 'refusal', 'tool-calls', 'filtered', 'paused'])('keeps the reason %s', (reason) => {
    expect(fold(only(answer(['{"a":'], reason))).stop).toEqual({ reason });
  });
});
