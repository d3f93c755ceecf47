import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { GatewayError } from '../errors/error.ts';
import type { StreamEvent } from './event.ts';
import { checkGrammar, guardGrammar } from './grammar.ts';
import type { Part } from './request.ts';

const start: StreamEvent = { type: 'start' };
const open = (at: number, part: Part = { kind: 'text', text: '' }): StreamEvent => ({ type: 'open', at, part });
const say = (at: number, text = 'x'): StreamEvent => ({ type: 'delta', at, delta: { text } });
const close = (at: number): StreamEvent => ({ type: 'close', at });
const stop: StreamEvent = { type: 'stop', reason: 'end' };
const end: StreamEvent = { type: 'end' };
const ping: StreamEvent = { type: 'ping' };
const failure: StreamEvent = { type: 'error', error: new GatewayError('upstream-timeout', 'Too slow.') };

const LEGAL: Record<string, StreamEvent[]> = {
  'an empty answer': [start, stop, end],
  'interleaved parts': [start, open(0), say(0), open(1), say(0), ping, say(1), close(1), say(0), close(0), stop, end],
  'an error at once': [failure],
  'an error in the middle': [start, open(0), say(0), failure],
  'an error after the stop': [start, stop, failure],
};

const ILLEGAL: Record<string, [events: StreamEvent[], violation: string]> = {
  'nothing at all': [[], 'the answer ended before it began'],
  'no start': [[open(0)], 'open before the start'],
  'a second start': [[start, start], 'a second start'],
  'a delta to a part that was never opened': [[start, say(3)], 'a delta to part 3, which is not open'],
  'a delta to a closed part': [[start, open(0), close(0), say(0)], 'a delta to part 0, which is not open'],
  'a part opened twice': [[start, open(0), close(0), open(0)], 'part 0 is opened twice'],
  'a close too many': [[start, open(0), close(0), close(0)], 'a close of part 0, which is not open'],
  'a position out of bounds': [[start, open(1e9)], 'a part at the impossible position 1000000000'],
  'text in a thought': [
    [start, open(0, { kind: 'thinking', text: '' }), say(0)],
    'a delta of the wrong kind to part 0',
  ],
  'a stop inside a part': [[start, open(0), stop], 'a stop while a part is open'],
  'an end without a stop': [[start, end], 'an end without a stop'],
  'text after the stop': [[start, stop, ping], 'ping after the stop'],
  'anything after the end': [[start, stop, end, start], 'start after the end'],
  'anything after an error': [[start, failure, ping], 'ping after an error'],
  'a cut': [[start, open(0), say(0)], 'the answer was cut off'],
  'a cut after the stop': [[start, stop], 'the answer stopped but did not end'],
};

describe('checkGrammar', () => {
  test.each(Object.entries(LEGAL))('takes %s', (_, events) => {
    expect(checkGrammar(events)).toBeUndefined();
  });

  test.each(Object.entries(ILLEGAL))('refuses %s', (_, [events, violation]) => {
    expect(checkGrammar(events)).toBe(violation);
  });
});

describe('guardGrammar', () => {
  const guarded = (events: StreamEvent[]) => {
    const guard = guardGrammar((violation) => new GatewayError('upstream-broken', `Broken: ${violation}.`));
    return [...events.flatMap((event) => guard.push(event)), ...guard.end()];
  };

  test.each(Object.entries(LEGAL))('lets %s through', (_, events) => {
    expect(guarded(events)).toEqual(events);
  });

  test('ends an illegal answer in one error and swallows the rest', () => {
    const events = guarded([start, open(0), start, say(0), close(0), stop, end]);
    expect(events.map((event) => event.type)).toEqual(['start', 'open', 'error']);
    expect(events.at(-1)).toMatchObject({
      error: { kind: 'upstream-broken', publicMessage: 'Broken: a second start.' },
    });
  });

  test('any sequence comes out legal, and its legal beginning is kept', () => {
    const event = fc.oneof(
      fc.constantFrom(start, stop, end, ping, failure),
      fc.integer({ min: -1, max: 2 }).chain((at) => fc.constantFrom(open(at), say(at), close(at))),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 12 }), (events) => {
        const output = guarded(events);
        // An error after the end is legal too: any prefix may be followed by one.
        expect(checkGrammar(output)).toBeUndefined();
        const kept = output.at(-1)?.type === 'error' ? output.slice(0, -1) : output;
        expect(events.slice(0, kept.length)).toEqual(kept);
      }),
    );
  });
});
