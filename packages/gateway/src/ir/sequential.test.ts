import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { arbitraryAnswer } from '../../test/arbitrary/answer.ts';
import { GatewayError } from '../errors/error.ts';
import type { StreamEvent } from './event.ts';
import { fold } from './fold.ts';
import { checkGrammar } from './grammar.ts';
import { sequential } from './sequential.ts';

function run(events: StreamEvent[]): StreamEvent[] {
  const transducer = sequential();
  return [...events.flatMap((event) => transducer.push(event)), ...transducer.end()];
}

const open = (at: number): StreamEvent => ({ type: 'open', at, part: { kind: 'text', text: '' } });
const say = (at: number, text: string): StreamEvent => ({ type: 'delta', at, delta: { text } });
const close = (at: number): StreamEvent => ({ type: 'close', at });

describe('parts that interleave', () => {
  test('wait for each other, in the order of their positions', () => {
    const events = [open(0), say(0, 'a'), open(2), say(2, 'c'), open(1), say(0, 'A'), close(2), close(0), say(1, 'b')];
    expect(run(events)).toEqual([open(0), say(0, 'a'), say(0, 'A'), close(0), open(1), say(1, 'b')]);
    expect(run([...events, close(1)]).slice(-4)).toEqual([close(1), open(2), say(2, 'c'), close(2)]);
  });

  test('let everything else pass, and an error go first', () => {
    const error: StreamEvent = { type: 'error', error: new GatewayError('upstream-broken', 'Cut.') };
    expect(run([open(0), open(1), { type: 'ping' }, say(1, 'b'), error])).toEqual([open(0), { type: 'ping' }, error]);
  });
});

test('always: the same answer, legal, with at most one part open', () => {
  fc.assert(
    fc.property(arbitraryAnswer, (events) => {
      const ordered = run(events);
      expect(checkGrammar(ordered)).toBe(checkGrammar(events));
      let speaking: number | undefined;
      for (const event of ordered) {
        if (event.type === 'open') {
          expect(speaking).toBeUndefined();
          speaking = event.at;
        }
        if (event.type === 'delta') expect(event.at).toBe(speaking);
        if (event.type === 'close') speaking = undefined;
      }
      if (!events.some(({ type }) => type === 'error')) expect(fold(ordered)).toEqual(fold(events));
    }),
  );
});
