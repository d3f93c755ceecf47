import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { JsonObject } from '../../ir/json.ts';
import type { Observation } from '../lanes.ts';
import { messagesTap } from './messages.ts';

/** An event as Claude's backends write it, or with its fields in another order, which is looked at as any other. */
function written(type: string, fields: JsonObject, turned: boolean): string {
  const data = turned ? { ...fields, type } : { type, ...fields };
  return `event: ${type}\ndata: ${JSON.stringify(data)}\n\n`;
}

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '"error"',
    '{"error":{"type":"x"}}',
    'thinking',
    '"tool_use"',
    '"message_stop"',
    'event: error\n\n',
    '\\',
  ),
);
const delta = (inner: fc.Arbitrary<JsonObject>) =>
  inner.map((piece): [string, JsonObject] => ['content_block_delta', { index: 0, delta: piece }]);
const event = fc.oneof(
  { weight: 6, arbitrary: delta(text.map((said) => ({ type: 'text_delta', text: said }))) },
  delta(text.map((said) => ({ type: 'thinking_delta', thinking: said }))),
  delta(fc.constant({ type: 'signature_delta', signature: 'c2VhbA==' })),
  delta(text.map((said) => ({ type: 'input_json_delta', partial_json: said }))),
  fc.constant<[string, JsonObject]>(['ping', {}]),
  fc.constant<[string, JsonObject]>([
    'content_block_start',
    { index: 0, content_block: { type: 'thinking', thinking: '', signature: '' } },
  ]),
  fc.constant<[string, JsonObject]>([
    'message_delta',
    { delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 9 } },
  ]),
  fc.constant<[string, JsonObject]>(['message_stop', {}]),
  fc.constant<[string, JsonObject]>(['error', { error: { type: 'overloaded_error', message: 'Overloaded' } }]),
);

function heard(blocks: string[]) {
  const tap = messagesTap();
  const seen: Observation = { content: false };
  const errors = blocks.map((block) => tap.block(Buffer.from(block), seen) !== undefined);
  return { seen, errors, complete: tap.complete, thoughts: tap.thoughts() };
}

it('hears the same of events that it knows by their beginning as of the same ones in another order of fields', () => {
  fc.assert(
    fc.property(fc.array(fc.array(event, { minLength: 1, maxLength: 3 }), { maxLength: 6 }), (blocks) => {
      const stream = (turned: boolean) =>
        blocks.map((events) => events.map(([type, fields]) => written(type, fields, turned)).join(''));
      expect(heard(stream(false))).toEqual(heard(stream(true)));
    }),
    { numRuns: 500 },
  );
});
