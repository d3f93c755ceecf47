import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cortexTarget, WRITER_OPTIONS } from '../../test/support/chat-answers.ts';
import { MESSAGES_WRITER } from '../../test/support/messages-answers.ts';
import { offlineDeployment } from '../../test/support/offline-deployment.ts';
import type { JsonObject } from '../ir/json.ts';
import type { GenerateRequest } from '../ir/request.ts';
import { compose, type Transducer } from '../ir/transducer.ts';
import { formatSse, sseReader } from '../kit/sse.ts';
import { anthropicMessagesClient } from '../protocols/anthropic-messages/client.ts';
import { openaiChat } from '../protocols/openai-chat/index.ts';
import { mendStream } from '../upstream/mends/index.ts';
import type { MendOptions } from '../upstream/mends/mend.ts';
import { type HeardText, runningText } from './running-text.ts';
import type { StreamPiece } from './stream-out.ts';
import { askUpstream } from './upstream-dialect.ts';

type MakeLane = (heard: HeardText) => Transducer<Uint8Array, StreamPiece>;

const REQUEST: GenerateRequest = {
  model: 'my-alias',
  system: [],
  turns: [{ role: 'user', parts: [{ kind: 'text', text: 'Hi' }] }],
  tools: [],
  toolChoice: { mode: 'auto' },
  limits: {},
  sampling: {},
  choices: 1,
  stream: true,
  ext: {},
};
const READING: MendOptions['reading'] = { stop: [], legacyFunctions: false, choices: 1 };

function mended(model: string, reading: MendOptions['reading'], provider: 'cortex' | 'openai' = 'cortex'): MakeLane {
  return (heard) => {
    const watch = { text: (words: string) => (heard.words = words) };
    const target = { ...cortexTarget(model), provider };
    return compose(sseReader(), mendStream(target, { ...WRITER_OPTIONS, reading, watch }));
  };
}

function translated(model: string, request: GenerateRequest = REQUEST): MakeLane {
  const upstream = askUpstream(request, offlineDeployment(model), []);
  const [codec, options] = model.startsWith('claude')
    ? [openaiChat, WRITER_OPTIONS]
    : [anthropicMessagesClient, MESSAGES_WRITER];
  return (heard) => compose(upstream.reader(options, heard), codec.writer(options));
}

/** As Cortex writes it, for Claude with a role in every chunk and for OpenAI's models without. */
function chunk(delta: JsonObject, fields: JsonObject = {}, choice: JsonObject = {}): string {
  const logprobs = { content: null, refusal: null };
  const said = { content: '', refusal: '', role: '', tool_calls: null, ...delta };
  const choices = [{ delta: said, index: 0, logprobs, ...choice }];
  return data({ choices, created: 1_763_996_710, id: 'chatcmpl-1', model: 'some-model', service_tier: '', ...fields });
}

function data(value: JsonObject): string {
  return `data: ${JSON.stringify(value)}\n\n`;
}

/** As Claude's backends write it. */
function event(type: string, fields: JsonObject): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
}

const PINGS = [': keep-alive\n\n', 'event: ping\ndata: {"type":"ping"}\n\n', '\n\n', 'data: \n\n'];
const words = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 4 }),
  fc.constantFrom('', ' ', '\n', '"', '\\', '\\"', '","content":"', '/', '\u2028', '\u0007', '\u0085', '</s>', 'STOP'),
  fc.constantFrom('content', 'text', 'text_delta', 'index', '{"a":1}', '0', ',', ':', '"}}', 'é', '👩‍👩‍👧'),
);
/** A server that escapes what it need not, as Go's does. */
const escaped = (text: string) => text.replaceAll('<', '\\u003c').replaceAll('é', '\\u00e9').replaceAll('/', '\\/');

const manyWords = fc.array(words, { minLength: 1, maxLength: 8 });
const chunks = (fields?: JsonObject, choice?: JsonObject) =>
  manyWords.map((said) => said.map((content) => chunk({ content }, fields, choice)));
const chatRuns = fc.oneof(
  { weight: 4, arbitrary: chunks() },
  chunks({ id: '', created: 0 }),
  chunks({}, { index: 1 }),
  chunks({ usage: { prompt_tokens: 1, completion_tokens: 2 } }),
  chunks({}, { finish_reason: 'stop' }),
  chunks({ usage: null }).map((texts) => texts.map(escaped)),
  manyWords.map((said) => said.map((content) => chunk({ content, reasoning_content: 'hm' }))),
  manyWords.map((said) => said.map((refusal) => chunk({ content: 'no', refusal }))),
  manyWords.map((said) =>
    said.map((content) => chunk({ content, tool_calls: [{ index: 0, id: 'c', function: { arguments: '1' } }] })),
  ),
  words.map((thought) => [chunk({ reasoning_details: [{ type: 'reasoning.text', text: thought }] })]),
  fc.tuple(fc.constantFrom('', 'call_1', 'call_2'), manyWords).map(([id, args]) =>
    args.map((piece) => {
      const called = { name: id === '' ? '' : 'read', arguments: piece };
      return chunk({ tool_calls: [{ id, type: 'function', index: 0, function: called }] });
    }),
  ),
  fc
    .constantFrom(...PINGS, data({ error: { message: 'x' } }), 'data: {"choices":\n\n', 'data: [DONE]\n\n')
    .map((one) => [one]),
);
const chatStreams = fc
  .array(chatRuns, { minLength: 1, maxLength: 6 })
  .map((runs) => [...runs.flat(), 'data: [DONE]\n\n']);

const USAGE = { input_tokens: 3, output_tokens: 1 };
const BLOCKS: [JsonObject, (said: string) => JsonObject][] = [
  [{ type: 'text', text: '' }, (text) => ({ type: 'text_delta', text })],
  [{ type: 'text', text: '' }, (text) => ({ type: 'text_delta', text, hint: 'same' })],
  [{ type: 'thinking', thinking: '', signature: '' }, (thinking) => ({ type: 'thinking_delta', thinking })],
  [
    { type: 'tool_use', id: 'toolu_1', name: 'read', input: {} },
    (partial_json) => ({ type: 'input_json_delta', partial_json }),
  ],
  [{ type: 'strange' }, (text) => ({ type: 'text_delta', text })],
];
const blocks = fc.tuple(fc.constantFrom(...BLOCKS), manyWords, fc.boolean()).map(([[start, delta], said, escapes]) => {
  const deltas = said.map((one) => event('content_block_delta', { index: 0, delta: delta(one) }));
  return [
    event('content_block_start', { index: 0, content_block: start }),
    ...(escapes ? deltas.map(escaped) : deltas),
    event('content_block_stop', { index: 0 }),
  ];
});
const messageRuns = fc.oneof(
  { weight: 8, arbitrary: blocks },
  fc.constantFrom(...PINGS, event('content_block_stop', { index: 0 }), 'data: {"type":\n\n').map((one) => [one]),
);
const messageStreams = fc
  .array(messageRuns, { minLength: 1, maxLength: 5 })
  .map((runs) => [
    event('message_start', { message: { id: 'msg_1', model: 'claude', usage: USAGE } }),
    ...runs.flat(),
    event('message_delta', { delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: USAGE }),
    event('message_stop', {}),
  ]);

/** The bytes of the events, cut between some of them and inside others, perhaps with other line ends. */
function cutUp(streams: fc.Arbitrary<string[]>): fc.Arbitrary<Uint8Array[]> {
  const lineEnds = fc.constantFrom('\n', '\n', '\n', '\r\n');
  const cuts = fc.array(fc.oneof(fc.constant(undefined), fc.nat(300)), { minLength: 1 });
  return fc.tuple(streams, lineEnds, cuts, fc.boolean()).map(([events, lineEnd, sizes, isBulk]) => {
    const texts = events.map((each) => Buffer.from(each.replaceAll('\n', lineEnd)));
    if (isBulk) return [Buffer.concat(texts)];
    return texts.flatMap((bytes, index) => {
      const at = sizes[index % sizes.length];
      return at === undefined || at === 0 || at >= bytes.length ? [bytes] : [bytes.subarray(0, at), bytes.subarray(at)];
    });
  });
}

function expectTheSame(makeLane: MakeLane, blocksOfBytes: Uint8Array[]): void {
  const heard: HeardText = { words: '' };
  expect(run(runningText(makeLane(heard), heard), blocksOfBytes)).toEqual(run(makeLane({ words: '' }), blocksOfBytes));
}

function run(lane: Transducer<Uint8Array, StreamPiece>, blocksOfBytes: Uint8Array[]): string[] {
  return [...blocksOfBytes.flatMap((bytes) => lane.push(bytes)), ...lane.end()].map(textOf);
}

function textOf(piece: StreamPiece): string {
  return piece instanceof Uint8Array ? Buffer.from(piece).toString() : formatSse(piece);
}

const readings = fc.record({
  stop: fc.constantFrom<string[]>([], [], ['STOP']),
  legacyFunctions: fc.boolean(),
  choices: fc.constantFrom(1, 2),
  jsonObject: fc.constantFrom<true | undefined>(true, undefined, undefined),
});

test('a mended stream is what it were if every chunk of it were read', () => {
  fc.assert(
    fc.property(cutUp(chatStreams), readings, (sent, { jsonObject, ...reading }) => {
      const asked = { ...reading, ...(jsonObject === undefined ? {} : { jsonObject }) };
      expectTheSame(mended('claude-sonnet-4-6', asked), sent);
      expectTheSame(mended('openai-gpt-5.2', asked), sent);
      expectTheSame(mended('claude-sonnet-4-6', asked, 'openai'), sent);
    }),
    { numRuns: 400 },
  );
});

test('so is chat that is translated for a client of Messages', () => {
  const lanes = [translated('openai-gpt-5.2'), translated('openai-gpt-5', { ...REQUEST, limits: { stop: ['STOP'] } })];
  fc.assert(
    fc.property(cutUp(chatStreams), (sent) => {
      for (const lane of lanes) expectTheSame(lane, sent);
    }),
    { numRuns: 400 },
  );
});

test('and Messages translated for a client of chat', () => {
  const lane = translated('claude-sonnet-4-6');
  fc.assert(
    fc.property(cutUp(messageStreams), (sent) => expectTheSame(lane, sent)),
    { numRuns: 600 },
  );
});

test.each([
  ['mended', mended('claude-sonnet-4-6', READING), (content: string) => chunk({ content })],
  ['read from chat', translated('openai-gpt-5.2'), (content: string) => chunk({ content })],
  [
    'read from Messages',
    translated('claude-sonnet-4-6'),
    (text: string) => event('content_block_delta', { index: 0, delta: { type: 'text_delta', text } }),
  ],
])('of many events that differ in their words alone, few are %s', (_, makeLane, write) => {
  const heard: HeardText = { words: '' };
  const lane = makeLane(heard);
  const begun = [
    event('message_start', { message: { id: 'msg_1', model: 'claude', usage: USAGE } }),
    event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
  ];
  if (_ === 'read from Messages') for (const each of begun) lane.push(Buffer.from(each));
  let taken = 0;
  const counting = {
    push(bytes: Uint8Array) {
      taken += 1;
      return lane.push(bytes);
    },
    end: () => lane.end(),
  };
  const running = runningText(counting, heard);
  const said = ['One', ' two', ' "three"', '\n', ' vier–fünf', ' 六', '.', '\\'];
  const told = said.flatMap((text) => running.push(Buffer.from(write(text)))).map(textOf);
  expect(taken).toBeLessThanOrEqual(3);
  for (const text of said) expect(told.some((each) => each.includes(`:${JSON.stringify(text)}`))).toBe(true);
});
