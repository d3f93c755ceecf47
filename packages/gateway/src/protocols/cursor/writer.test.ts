import fc from 'fast-check';
import { expect, test } from 'vitest';
import { WRITER_OPTIONS, readFixture } from '../../../test/support/chat-answers.ts';
import { checkChatStream } from '../../../test/support/chat-grammar.ts';
import { GatewayError } from '../../errors/error.ts';
import type { StreamEvent } from '../../ir/event.ts';
import { raiseFreeform } from '../../ir/freeform.ts';
import type { JsonObject } from '../../ir/json.ts';
import { compose } from '../../ir/transducer.ts';
import type { SseEvent } from '../../kit/sse.ts';
import { cursorDialectCodec } from './index.ts';

const PATCH = '*** Begin Patch\n*** Update File: temp-agent-edit-test.txt\n*** End Patch';
const OPTIONS = {
  ...WRITER_OPTIONS,
  includeUsage: false,
  // Even where the body declares the tool in chat's own nested form.
  body: { tools: [{ type: 'custom', custom: { name: 'ApplyPatch' } }] },
};

/** The answer of a model that knows the tool as a function: the patch in JSON, in these pieces. */
function answer(pieces: string[]): StreamEvent[] {
  return [
    { type: 'start' },
    { type: 'open', at: 0, part: { kind: 'tool-call', id: 'call_patch', name: 'ApplyPatch', args: '' } },
    ...pieces.map((args): StreamEvent => ({ type: 'delta', at: 0, delta: { args } })),
    { type: 'close', at: 0 },
    { type: 'usage', usage: { input: 5, output: 2, raw: [] } },
    { type: 'stop', reason: 'tool-calls' },
    { type: 'end' },
  ];
}

function write(events: StreamEvent[]): SseEvent[] {
  const writer = compose(raiseFreeform(new Set(['ApplyPatch'])), cursorDialectCodec.writer(OPTIONS));
  return [...events.flatMap((event) => writer.push(event)), ...writer.end()];
}

function chunksOf(stream: SseEvent[]): { choices: JsonObject[]; usage?: JsonObject; error?: JsonObject }[] {
  return stream
    .filter(({ data }) => data !== '[DONE]')
    .map(({ data }) => JSON.parse(data) as { choices: JsonObject[] });
}

test('a patch is what Cursor is known to take', () => {
  const stream = write(answer([JSON.stringify({ input: PATCH })]));
  expect(checkChatStream(stream)).toBeUndefined();
  const known = JSON.parse(readFixture('cursor/apply-patch-answer.json')) as { choices: JsonObject[] }[];
  known[0]!.choices = [{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }];
  expect(
    chunksOf(stream)
      .slice(0, -1)
      .map(({ choices }) => choices),
  ).toEqual(known.map(({ choices }) => choices));
  expect(chunksOf(stream).at(-1)).toMatchObject({
    choices: [],
    usage: { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 },
  });
  expect(stream.at(-1)).toEqual({ data: '[DONE]' });
});

test('the patch is the same wherever the model split its JSON', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.array(fc.nat()), (patch, cuts) => {
      const whole = JSON.stringify({ input: patch });
      const at = cuts.map((cut) => cut % whole.length).toSorted((left, right) => left - right);
      const pieces = [0, ...at].map((start, index) => whole.slice(start, at[index] ?? whole.length));
      const stream = write(answer(pieces));
      expect(checkChatStream(stream)).toBeUndefined();
      const said = chunksOf(stream).flatMap(
        ({ choices }) => (choices[0]?.delta as JsonObject | undefined)?.tool_calls ?? [],
      );
      const args = (said as { function: { arguments: string } }[]).map((piece) => piece.function.arguments).join('');
      expect(args).toBe(patch === '' ? '{}' : patch);
    }),
  );
});

test('a whole answer has the same call', () => {
  const call: StreamEvent = {
    type: 'open',
    at: 0,
    part: { kind: 'tool-call', id: 'call_patch', name: 'ApplyPatch', args: PATCH, freeform: true },
  };
  const events: StreamEvent[] = [
    { type: 'start' },
    call,
    { type: 'close', at: 0 },
    { type: 'stop', reason: 'tool-calls' },
    { type: 'end' },
  ];
  expect(cursorDialectCodec.writeMessage(events, OPTIONS)).toMatchObject({
    model: 'my-alias',
    choices: [
      {
        finish_reason: 'tool_calls',
        message: {
          tool_calls: [{ id: 'call_patch', type: 'function', function: { name: 'ApplyPatch', arguments: PATCH } }],
        },
      },
    ],
  });
});

test.each<[string, StreamEvent[], string]>([
  ['a failure', [{ type: 'error', error: new GatewayError('upstream-broken', 'It broke.') }], 'It broke.'],
  ['a cut', [], 'The model stopped sending before its answer was complete.'],
])('%s amid an answer can be read, and is no end', (_, events, words) => {
  const begun = answer(['{"input":"*** Be']).slice(0, 3);
  const stream = write([...begun, ...events]);
  expect(checkChatStream(stream)).toBeUndefined();
  const chunks = chunksOf(stream);
  expect(JSON.stringify(chunks.at(-2)!.choices)).toContain(words);
  expect(chunks.at(-1)!.error).toMatchObject({ message: expect.stringContaining(words) as string });
  expect(JSON.stringify(chunks)).not.toContain('"finish_reason":"');
});

test('a failure before the answer began says the role all the same', () => {
  const stream = write([{ type: 'error', error: new GatewayError('upstream-broken', 'It broke.') }]);
  expect(checkChatStream(stream)).toBeUndefined();
  expect(stream).toHaveLength(3);
});
