/** Arbitrary answers by the grammar of `src/ir/event.ts`: parts of every kind, interleaved, whole or ended by an error. */
import fc from 'fast-check';
import { GatewayError } from '../../src/errors/error.ts';
import type { Delta, StopReason, StreamEvent } from '../../src/ir/event.ts';
import type { Part } from '../../src/ir/request.ts';

const words = fc.oneof(
  { weight: 4, arbitrary: fc.string({ unit: 'grapheme', maxLength: 12 }) },
  { weight: 1, arbitrary: fc.constantFrom('', ' ', '\n', 'data: x\n\n', '"}') },
);
const json = fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.stringify({ value }));

const seal: fc.Arbitrary<Delta> = fc.constantFrom<Delta>(
  { seal: { issuer: 'anthropic', form: 'signature', data: 'c2ln' } },
  { seal: { issuer: 'anthropic', form: 'redacted', data: 'cmVk' } },
  { seal: { issuer: 'openai', form: 'encrypted', data: 'ZW5j' } },
);

/** One part, from its opening to its closing. */
const spoken: fc.Arbitrary<{ part: Part; deltas: Delta[] }> = fc.oneof(
  fc.record({
    part: words.map((text): Part => ({ kind: 'text', text })),
    deltas: fc.array(
      fc.oneof(
        words.map((text): Delta => ({ text })),
        fc.constant<Delta>({ citation: { type: 'char_location', cited_text: 'sky' } }),
      ),
      { maxLength: 4 },
    ),
  }),
  fc.record({
    part: words.map((text): Part => ({ kind: 'thinking', text })),
    deltas: fc
      .tuple(
        fc.array(
          words.map((thinking): Delta => ({ thinking })),
          { maxLength: 3 },
        ),
        fc.option(seal, { nil: undefined }),
      )
      .map(([thoughts, end]): Delta[] => (end === undefined ? thoughts : [...thoughts, end])),
  }),
  fc
    .tuple(
      fc.constantFrom('call_1', 'toolu_bdrk_01', 'functions.edit:3'),
      fc.constantFrom('read_file', 'edit'),
      fc.option(json, { nil: '' }),
      fc.integer({ min: 0, max: 20 }),
    )
    .map(([id, name, args, split]) => ({
      part: { kind: 'tool-call' as const, id, name, args: '' },
      deltas: [{ args: args.slice(0, split) }, { args: args.slice(split) }],
    })),
  fc.constantFrom<{ part: Part; deltas: Delta[] }>(
    { part: { kind: 'media', mime: 'image/png', source: { base64: 'iVBORw0KGgo=' } }, deltas: [] },
    {
      part: {
        kind: 'opaque',
        dialect: 'anthropic-messages',
        value: { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: { query: 'x' } },
      },
      deltas: [],
    },
    { part: { kind: 'opaque', dialect: 'openai-responses', value: { type: 'compaction' } }, deltas: [] },
  ),
);

const aside: fc.Arbitrary<StreamEvent> = fc.oneof(
  fc.constant<StreamEvent>({ type: 'ping' }),
  fc.constant<StreamEvent>({ type: 'note', note: { code: 'simulated', path: 'stop', because: 'it was found here' } }),
  fc.nat({ max: 5_000 }).map((input): StreamEvent => ({ type: 'usage', usage: { input, raw: [] } })),
  fc.nat({ max: 5_000 }).map((output): StreamEvent => ({ type: 'usage', usage: { output, raw: [] } })),
);

const stop = fc.record({
  type: fc.constant('stop' as const),
  reason: fc.constantFrom<StopReason>(
    'end',
    'tool-calls',
    'length',
    'stop-sequence',
    'refusal',
    'filtered',
    'paused',
    'unknown',
  ),
});

/** An answer that comes to its end. */
export const arbitraryWholeAnswer: fc.Arbitrary<StreamEvent[]> = fc
  .record({
    start: fc.constantFrom<StreamEvent>(
      { type: 'start' },
      { type: 'start', id: 'msg_bdrk_01', model: 'claude-opus-4-6' },
    ),
    parts: fc.array(spoken, { maxLength: 6 }),
    asides: fc.array(aside, { maxLength: 4 }),
    order: fc.infiniteStream(fc.nat()),
    stop,
  })
  .map(({ start, parts, asides, order, stop: stopped }) => [
    start,
    ...interleave([...parts.map(eventsOf), ...asides.map((event) => [event])], order),
    stopped,
    { type: 'end' },
  ]);

/** Any answer: half of them fail somewhere. */
export const arbitraryAnswer: fc.Arbitrary<StreamEvent[]> = fc
  .tuple(arbitraryWholeAnswer, fc.option(fc.nat(), { nil: undefined }))
  .map(([events, cut]) => {
    if (cut === undefined) return events;
    const error = new GatewayError('upstream-broken', 'The connection broke. Try again.');
    return [...events.slice(0, cut % (events.length - 1)), { type: 'error', error }];
  });

function eventsOf({ part, deltas }: { part: Part; deltas: Delta[] }, at: number): StreamEvent[] {
  return [
    { type: 'open', at, part },
    ...deltas.map((delta): StreamEvent => ({ type: 'delta', at, delta })),
    { type: 'close', at },
  ];
}

/** Merges the sequences, each in its own order; parts open in the order of their positions, as readers open them. */
function interleave(sequences: StreamEvent[][], order: Iterator<number>): StreamEvent[] {
  const merged: StreamEvent[] = [];
  let left = sequences.filter((events) => events.length > 0);
  while (left.length > 0) {
    const unopened = left.findIndex(([event]) => event?.type === 'open');
    const ready = left.filter(([event], index) => event?.type !== 'open' || index === unopened);
    const chosen = ready[Number(order.next().value) % ready.length]!;
    merged.push(chosen.shift()!);
    left = left.filter((events) => events.length > 0);
  }
  return merged;
}
