// What the stream writer says, the stream reader hears: for every answer that chat has words for.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { WRITER_OPTIONS } from '../../../test/support/chat-answers.ts';
import type { StopReason, StreamEvent } from '../../ir/event.ts';
import { fold, type FoldedAnswer } from '../../ir/fold.ts';
import { checkGrammar } from '../../ir/grammar.ts';
import type { Part, ThinkingPart } from '../../ir/request.ts';
import { formatSse, type SseEvent, sseReader } from '../../kit/sse.ts';
import { openaiChat } from './index.ts';
import { openaiChatUpstream } from './upstream.ts';

const words = fc.string({ minLength: 1, unit: 'grapheme' });
const seal: fc.Arbitrary<NonNullable<ThinkingPart['seal']>> = fc.record({
  issuer: fc.constant('anthropic' as const),
  form: fc.constant('signature' as const),
  data: fc.string({ minLength: 1 }),
});
const text: fc.Arbitrary<Part> = fc.record({ kind: fc.constant('text' as const), text: words });
const refusal: fc.Arbitrary<Part> = text.map((part) => ({ ...part, ext: { 'openai-chat': { refusal: true } } }));
const thought: fc.Arbitrary<Part> = fc.oneof(
  fc.record({ kind: fc.constant('thinking' as const), text: words, seal }),
  fc.record({ kind: fc.constant('thinking' as const), text: words }),
  seal.map((each) => ({ kind: 'thinking' as const, text: '', seal: { ...each, form: 'redacted' as const } })),
);
const args = fc.oneof(
  fc.constant(''),
  fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 })).map((value) => JSON.stringify(value)),
);
const call: fc.Arbitrary<Part> = fc.record({
  kind: fc.constant('tool-call' as const),
  id: fc.uuid(),
  name: fc.stringMatching(/^[a-z_]{1,12}$/),
  args,
});

/** Thoughts come first in chat; two that are neither sealed nor parted by anything are one. */
const parts: fc.Arbitrary<Part[]> = fc
  .array(
    fc.oneof({ weight: 2, arbitrary: text }, { weight: 1, arbitrary: refusal }, thought, {
      weight: 3,
      arbitrary: call,
    }),
    {
      maxLength: 6,
    },
  )
  .map((all) => all.filter((part, at) => at === 0 || !flowsTogether(all[at - 1]!, part)))
  .filter((all) => all.every((part, at) => at === 0 || !flowsTogether(all[at - 1]!, part)));

function flowsTogether(before: Part, after: Part): boolean {
  if (before.kind === 'text' && after.kind === 'text') return isRefusal(before) === isRefusal(after);
  return before.kind === 'thinking' && after.kind === 'thinking' && before.seal === undefined;
}

const isRefusal = (part: Part) => part.kind === 'text' && part.ext !== undefined;

interface Spoken {
  parts: Part[];
  events: StreamEvent[];
}

/** Any split of the parts into deltas; calls that follow each other may be spoken at the same time. */
const answer: fc.Arbitrary<Spoken> = fc
  .record({
    parts,
    sizes: fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 4 }),
    together: fc.boolean(),
    reason: fc.constantFrom<StopReason>('end', 'length', 'filtered'),
  })
  .map(({ parts: said, sizes, together, reason }) => {
    const spoken = said.map((part, at) => speak(part, at, sizes));
    const calls = said.some(({ kind }) => kind === 'tool-call');
    return {
      parts: said,
      events: [
        { type: 'start', id: 'chatcmpl-up', model: 'm' },
        ...(together ? interleave(spoken, said) : spoken.flat()),
        { type: 'usage', usage: { input: 3, cacheRead: 2, output: 7, reasoning: 1, raw: [] } },
        { type: 'stop', reason: calls && reason === 'end' ? 'tool-calls' : reason },
        { type: 'end' },
      ],
    };
  });

function speak(part: Part, at: number, sizes: number[]): StreamEvent[] {
  if (part.kind === 'text') {
    const open = { ...part, text: '' };
    return wrap(
      at,
      open,
      cut(part.text, sizes).map((piece) => ({ type: 'delta', at, delta: { text: piece } })),
    );
  }
  if (part.kind === 'thinking') {
    const said = cut(part.text, sizes).map((thinking): StreamEvent => ({ type: 'delta', at, delta: { thinking } }));
    const sealed: StreamEvent[] = part.seal === undefined ? [] : [{ type: 'delta', at, delta: { seal: part.seal } }];
    return wrap(at, { kind: 'thinking', text: '' }, [...said, ...sealed]);
  }
  if (part.kind !== 'tool-call') return [];
  return wrap(
    at,
    { ...part, args: '' },
    cut(part.args, sizes).map((piece) => ({ type: 'delta', at, delta: { args: piece } })),
  );
}

function wrap(at: number, part: Part, deltas: StreamEvent[]): StreamEvent[] {
  return [{ type: 'open', at, part }, ...deltas, { type: 'close', at }];
}

function cut(whole: string, sizes: number[]): string[] {
  const characters = Array.from(whole);
  const pieces: string[] = [];
  for (let at = 0, turn = 0; at < characters.length; turn += 1) {
    const size = sizes[turn % sizes.length]!;
    pieces.push(characters.slice(at, at + size).join(''));
    at += size;
  }
  return pieces;
}

/** Runs of calls are dealt out in turn, each event of one followed by an event of the next. */
function interleave(spoken: StreamEvent[][], said: Part[]): StreamEvent[] {
  const out: StreamEvent[] = [];
  for (let at = 0; at < said.length;) {
    const after = said.findIndex((part, index) => index > at && part.kind !== 'tool-call');
    const end = said[at]!.kind === 'tool-call' ? (after === -1 ? said.length : after) : at + 1;
    const run = spoken.slice(at, end);
    const longest = Math.max(...run.map(({ length }) => length));
    for (let step = 0; step < longest; step += 1) out.push(...run.flatMap((events) => events[step] ?? []));
    at = end;
  }
  return out;
}

function write(events: StreamEvent[]): SseEvent[] {
  const writer = openaiChat.writer(WRITER_OPTIONS);
  return [...events.flatMap((event) => writer.push(event)), ...writer.end()];
}

function read(events: SseEvent[]): StreamEvent[] {
  const reader = openaiChatUpstream.reader({});
  return [...events.flatMap((event) => reader.push(event)), ...reader.end()];
}

/** What a fold of the events must give after a journey through chat. */
function expected({ parts: said, events }: Spoken): Partial<FoldedAnswer> {
  const { stop } = fold(events);
  return {
    parts: said.map((part) => (part.kind === 'tool-call' && part.args === '' ? { ...part, args: '{}' } : part)),
    stop: { reason: stop!.reason, raw: RAW[stop!.reason] ?? 'stop' },
  };
}

const RAW: Partial<Record<StopReason, string>> = {
  length: 'length',
  'tool-calls': 'tool_calls',
  filtered: 'content_filter',
};

test('streamed, every answer is heard as it was said', () => {
  fc.assert(
    fc.property(answer, (spoken) => {
      const heard = read(write(spoken.events));
      expect(checkGrammar(heard)).toBeUndefined();
      const { parts: heardParts, stop, usage } = fold(heard);
      expect({ parts: heardParts, stop }).toEqual(expected(spoken));
      expect(usage).toMatchObject({ input: 3, cacheRead: 2, output: 7, reasoning: 1 });
    }),
  );
});

test('whole, every answer is heard as far as one message can say it', () => {
  fc.assert(
    fc.property(answer, (spoken) => {
      const heard = fold(openaiChatUpstream.readMessage(openaiChat.writeMessage(spoken.events, WRITER_OPTIONS), {}));
      const { parts: said, stop } = expected(spoken);
      const joined = (all: Part[], refused: boolean) =>
        all.map((part) => (part.kind === 'text' && isRefusal(part) === refused ? part.text : '')).join('');
      expect(joined(heard.parts, false)).toBe(joined(said!, false));
      expect(joined(heard.parts, true)).toBe(joined(said!, true));
      expect(heard.parts.filter(({ kind }) => kind === 'tool-call')).toEqual(
        said!.filter(({ kind }) => kind === 'tool-call'),
      );
      const seals = (all: Part[]) =>
        all.flatMap((part) => (part.kind === 'thinking' && part.seal ? [part.seal.data] : []));
      expect(seals(heard.parts)).toEqual(seals(said!));
      expect(heard.stop).toEqual(stop);
    }),
  );
});

test('cut anywhere before its finish reason, it is an error and no stop', () => {
  fc.assert(
    fc.property(answer, fc.nat(), (spoken, at) => {
      const whole = write(spoken.events);
      const finish = whole.findIndex(({ data }) => /"finish_reason":"/.test(data));
      const heard = read(whole.slice(0, at % (finish + 1)));
      expect(checkGrammar(heard)).toBeUndefined();
      expect(heard.at(-1)?.type).toBe('error');
      expect(heard.some(({ type }) => type === 'stop' || type === 'end')).toBe(false);
    }),
  );
});

test('split into any bytes, it is the same answer', () => {
  fc.assert(
    fc.property(answer, fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (spoken, sizes) => {
      const events = write(spoken.events);
      const bytes = new TextEncoder().encode(events.map(formatSse).join(''));
      const reader = sseReader();
      const split: SseEvent[] = [];
      for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
        const size = sizes[turn % sizes.length]!;
        split.push(...reader.push(bytes.subarray(at, at + size)));
        at += size;
      }
      expect(read([...split, ...reader.end()])).toEqual(read(events));
    }),
  );
});

test('arbitrary chunks never make an illegal answer', () => {
  const value = fc.oneof(
    fc.string(),
    fc.constant(null),
    fc.integer({ min: 0, max: 2 }),
    fc.constant({}),
    fc.constant([]),
  );
  const fragment = fc.record(
    {
      index: value,
      id: value,
      type: value,
      function: fc.record({ name: value, arguments: value }, { requiredKeys: [] }),
    },
    { requiredKeys: [] },
  );
  const delta = fc.record(
    {
      content: value,
      refusal: value,
      reasoning: value,
      reasoning_content: value,
      reasoning_details: fc.oneof(
        value,
        fc.array(
          fc.record({
            type: fc.constantFrom('reasoning.text', 'reasoning.encrypted', 'x'),
            text: value,
            signature: value,
            data: value,
          }),
        ),
      ),
      tool_calls: fc.oneof(value, fc.array(fragment, { maxLength: 3 })),
      function_call: fc.oneof(value, fc.record({ name: value, arguments: value })),
    },
    { requiredKeys: [] },
  );
  const chunk = fc.record(
    {
      id: value,
      model: value,
      usage: value,
      choices: fc.oneof(value, fc.array(fc.record({ delta, finish_reason: value }), { maxLength: 2 })),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.array(chunk, { maxLength: 8 }), fc.boolean(), (chunks, done) => {
      const events = chunks.map((each) => ({ data: JSON.stringify(each) }));
      expect(checkGrammar(read([...events, ...(done ? [{ data: '[DONE]' }] : [])]))).toBeUndefined();
    }),
    { numRuns: 500 },
  );
});
