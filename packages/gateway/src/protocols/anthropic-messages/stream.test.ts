import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { StreamEvent } from '../../ir/event.ts';
import { fold } from '../../ir/fold.ts';
import { checkGrammar } from '../../ir/grammar.ts';
import type { JsonObject } from '../../ir/json.ts';
import { compose } from '../../ir/transducer.ts';
import { sseReader, type SseEvent } from '../../kit/sse.ts';
import type { ReaderOptions } from '../codec.ts';
import { anthropicMessages } from './index.ts';

/** The event sequence of Anthropic's documentation, with Bedrock's ids and the metrics Bedrock adds at the end. */
const ANSWER: JsonObject[] = [
  {
    type: 'message_start',
    message: {
      id: 'msg_bdrk_01',
      type: 'message',
      role: 'assistant',
      model: 'claude-sonnet-4-5',
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: {
        input_tokens: 12,
        cache_creation_input_tokens: 300,
        cache_read_input_tokens: 2000,
        cache_creation: { ephemeral_5m_input_tokens: 300, ephemeral_1h_input_tokens: 0 },
        output_tokens: 1,
      },
    },
  },
  { type: 'ping' },
  { type: 'content_block_start', index: 0, content_block: { type: 'thinking', thinking: '', signature: '' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'Look ' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'first 😀.' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'signature_delta', signature: 'EvABCm' } },
  { type: 'content_block_stop', index: 0 },
  { type: 'content_block_start', index: 1, content_block: { type: 'redacted_thinking', data: 'EmwKAhgB' } },
  { type: 'content_block_stop', index: 1 },
  { type: 'content_block_start', index: 2, content_block: { type: 'text', text: '' } },
  { type: 'content_block_delta', index: 2, delta: { type: 'text_delta', text: 'Reading.' } },
  { type: 'content_block_delta', index: 2, delta: { type: 'citations_delta', citation: { cited_text: 'x' } } },
  { type: 'content_block_stop', index: 2 },
  {
    type: 'content_block_start',
    index: 3,
    content_block: { type: 'tool_use', id: 'toolu_bdrk_1', name: 'read', input: {} },
  },
  { type: 'content_block_delta', index: 3, delta: { type: 'input_json_delta', partial_json: '' } },
  { type: 'content_block_delta', index: 3, delta: { type: 'input_json_delta', partial_json: '{"path": "a' } },
  { type: 'content_block_delta', index: 3, delta: { type: 'input_json_delta', partial_json: '.ts"}' } },
  { type: 'content_block_stop', index: 3 },
  {
    type: 'content_block_start',
    index: 4,
    content_block: { type: 'tool_use', id: 'toolu_bdrk_2', name: 'now', input: {} },
  },
  { type: 'content_block_delta', index: 4, delta: { type: 'input_json_delta', partial_json: '' } },
  { type: 'content_block_stop', index: 4 },
  {
    type: 'content_block_start',
    index: 5,
    content_block: { type: 'server_tool_use', id: 'srv_1', name: 'web', input: {} },
  },
  { type: 'content_block_delta', index: 5, delta: { type: 'input_json_delta', partial_json: '{"q":' } },
  { type: 'content_block_delta', index: 5, delta: { type: 'input_json_delta', partial_json: '"x"}' } },
  { type: 'content_block_stop', index: 5 },
  { type: 'message_delta', delta: { stop_reason: 'tool_use', stop_sequence: null }, usage: { output_tokens: 89 } },
  { type: 'message_stop', 'amazon-bedrock-invocationMetrics': { inputTokenCount: 12, outputTokenCount: 89 } },
];

const nameOf = ({ type }: JsonObject): string => (typeof type === 'string' ? type : 'message');
const toSse = (event: JsonObject): SseEvent => ({ event: nameOf(event), data: JSON.stringify(event) });

function read(events: SseEvent[], options: ReaderOptions = {}): StreamEvent[] {
  const reader = anthropicMessages.reader(options);
  return [...events.flatMap((event) => reader.push(event)), ...reader.end()];
}

const readJson = (events: JsonObject[], options: ReaderOptions = {}) => read(events.map(toSse), options);
const errorOf = (events: StreamEvent[]) => fold(events).error;
/** The answer with its content blocks replaced. */
const answerOf = (blocks: JsonObject[], stopReason: string | null = 'end_turn'): JsonObject[] => [
  { type: 'message_start', message: { id: 'msg_1', model: 'claude-opus-4-6', usage: { input_tokens: 3 } } },
  ...blocks,
  { type: 'message_delta', delta: { stop_reason: stopReason }, usage: { output_tokens: 5 } },
  { type: 'message_stop' },
];
const call = (name: string, ...pieces: string[]): JsonObject[] => [
  { type: 'content_block_start', index: 0, content_block: { type: 'tool_use', id: 'toolu_1', name, input: {} } },
  ...pieces.map((partial_json) => ({
    type: 'content_block_delta',
    index: 0,
    delta: { type: 'input_json_delta', partial_json },
  })),
  { type: 'content_block_stop', index: 0 },
];

test('a whole answer', () => {
  const events = readJson(ANSWER);
  expect(checkGrammar(events)).toBeUndefined();
  const { usage, ...answer } = fold(events);
  expect(answer).toEqual({
    id: 'msg_bdrk_01',
    model: 'claude-sonnet-4-5',
    parts: [
      { kind: 'thinking', text: 'Look first 😀.', seal: { issuer: 'anthropic', form: 'signature', data: 'EvABCm' } },
      { kind: 'thinking', text: '', seal: { issuer: 'anthropic', form: 'redacted', data: 'EmwKAhgB' } },
      { kind: 'text', text: 'Reading.', citations: [{ cited_text: 'x' }] },
      { kind: 'tool-call', id: 'toolu_bdrk_1', name: 'read', args: '{"path": "a.ts"}' },
      { kind: 'tool-call', id: 'toolu_bdrk_2', name: 'now', args: '{}' },
      {
        kind: 'opaque',
        dialect: 'anthropic-messages',
        value: { type: 'server_tool_use', id: 'srv_1', name: 'web', input: { q: 'x' } },
      },
    ],
    stop: { reason: 'tool-calls', raw: 'tool_use' },
    notes: [],
  });
  expect(usage).toMatchObject({ input: 12, cacheRead: 2000, cacheWrite5m: 300, cacheWrite1h: 0, output: 89 });
  expect(usage?.raw).toHaveLength(2);
});

test.each([
  ['end_turn', 'end'],
  ['max_tokens', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['refusal', 'refusal'],
  ['pause_turn', 'paused'],
  ['tool_use', 'tool-calls'],
  ['something_new', 'unknown'],
])('stop_reason %s', (raw, reason) => {
  expect(fold(readJson(answerOf([], raw))).stop).toEqual({ reason, raw });
});

test('a stop sequence is named', () => {
  const events = answerOf([]);
  events[1] = { type: 'message_delta', delta: { stop_reason: 'stop_sequence', stop_sequence: 'END' } };
  expect(fold(readJson(events)).stop).toEqual({ reason: 'stop-sequence', raw: 'stop_sequence', sequence: 'END' });
});

test('a missing stop_reason is not made up', () => {
  expect(fold(readJson(answerOf([], null))).stop).toEqual({ reason: 'unknown' });
  expect(fold(readJson(answerOf(call('read', '{}'), null))).stop).toEqual({ reason: 'tool-calls' });
});

test('tool names come back as the client wrote them', () => {
  const toolNames = new Map([['mcp_read_x', 'mcp:read']]);
  expect(fold(readJson(answerOf(call('mcp_read_x', '{}')), { toolNames })).parts).toMatchObject([{ name: 'mcp:read' }]);
});

test('a call whose input came whole', () => {
  const blocks = [
    { type: 'content_block_start', index: 0, content_block: { type: 'tool_use', id: 't', name: 'r', input: { a: 1 } } },
    { type: 'content_block_stop', index: 0 },
  ];
  expect(fold(readJson(answerOf(blocks))).parts).toMatchObject([{ args: '{"a":1}' }]);
});

describe('structured output', () => {
  test("the stand-in tool's arguments are the answer's text", () => {
    const events = readJson(answerOf(call('answer', '', '{"age":', '7}'), 'tool_use'), { jsonTool: 'answer' });
    expect(fold(events)).toMatchObject({
      parts: [{ kind: 'text', text: '{"age":7}' }],
      stop: { reason: 'end', raw: 'tool_use' },
    });
  });

  test("another tool's call stays a call", () => {
    const events = readJson(answerOf(call('read', '{}'), 'tool_use'), { jsonTool: 'answer' });
    expect(fold(events)).toMatchObject({ parts: [{ kind: 'tool-call' }], stop: { reason: 'tool-calls' } });
  });

  test('an instructed object is freed of prose, and its absence is an error', () => {
    const say = (text: string) => [
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } },
      { type: 'content_block_stop', index: 0 },
    ];
    const good = readJson(answerOf(say('```json\n{"a":1}\n```')), { jsonObject: true });
    expect(fold(good).parts).toEqual([{ kind: 'text', text: '{"a":1}' }]);
    const bad = readJson(answerOf(say('I cannot.')), { jsonObject: true });
    expect(checkGrammar(bad)).toBeUndefined();
    expect(errorOf(bad)).toMatchObject({ kind: 'upstream-broken' });
  });
});

describe('errors inside the answer', () => {
  test.each<[string, SseEvent, string, string]>([
    [
      'Anthropic',
      { event: 'error', data: '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}' },
      'upstream-overloaded',
      'The upstream ended its answer with an error: Overloaded. Try again in a moment.',
    ],
    [
      'Snowflake, nested',
      { event: 'error', data: '{"error":{"message":"Something went wrong during generation","code":"500"}}' },
      'upstream-broken',
      'The upstream ended its answer with an error: Something went wrong during generation (code 500). Try again.',
    ],
    [
      'Snowflake, nested, without a name',
      { data: '{"error":{"message":"Something went wrong during generation","code":"500"}}' },
      'upstream-broken',
      'The upstream ended its answer with an error: Something went wrong during generation (code 500). Try again.',
    ],
    [
      'Snowflake, flat',
      { data: '{"message":"all requests were throttled by remote service","code":"300001","request_id":"80b6"}' },
      'upstream-broken',
      'The upstream ended its answer with an error: all requests were throttled by remote service (code 300001, request id 80b6). Try again.',
    ],
    [
      'a reset behind the load balancer',
      { data: '{"code":"392606","message":"java.io.IOException: Connection reset by peer"}' },
      'upstream-broken',
      'The upstream ended its answer with an error: java.io.IOException: Connection reset by peer (code 392606). Try again.',
    ],
    [
      'no JSON',
      { event: 'error', data: 'upstream gone' },
      'upstream-broken',
      'The upstream ended its answer with an error: upstream gone. Try again.',
    ],
  ])('%s', (_, event, kind, message) => {
    const events = read([toSse(ANSWER[0]!), event, ...ANSWER.slice(1).map(toSse)]);
    expect(events.map(({ type }) => type)).toEqual(['start', 'usage', 'error']);
    expect(errorOf(events)).toMatchObject({ kind, publicMessage: message });
  });
});

describe('broken answers', () => {
  test.each<[string, JsonObject[], string]>([
    ['a second start', [...ANSWER.slice(0, 3), ANSWER[0]!], 'a second start'],
    ['a second answer after the end', [...ANSWER, ANSWER[0]!], 'start after the end'],
    ['no start', ANSWER.slice(2), 'open before the start'],
    ['a delta to nothing', [ANSWER[0]!, ANSWER[3]!], 'block 0 goes on but is not open'],
    ['an end inside a block', [ANSWER[0]!, ANSWER[2]!, ANSWER.at(-1)!], 'it ends inside a block'],
    [
      'a call without a name',
      [ANSWER[0]!, { type: 'content_block_start', index: 0, content_block: { type: 'tool_use' } }],
      'tool call 0 has no id or no name',
    ],
    [
      'text in a call',
      [
        ANSWER[0]!,
        ...call('a').slice(0, 1),
        { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'x' } },
      ],
      'a text_delta in block 0, where it does not belong',
    ],
  ])('%s', (_, events, what) => {
    expect(errorOf(readJson(events))?.publicMessage).toBe(`The upstream's answer is broken: ${what}. Try again.`);
  });

  test('news pass: unknown events and deltas are kept, not refused', () => {
    const events = readJson(answerOf([{ type: 'mood', value: 'good' }]));
    expect(events).toContainEqual({
      type: 'opaque',
      dialect: 'anthropic-messages',
      value: { type: 'mood', value: 'good' },
    });
    expect(checkGrammar(events)).toBeUndefined();
  });
});

describe('always', () => {
  const bytes = new TextEncoder().encode(
    ANSWER.map((event) => `event: ${nameOf(event)}\r\ndata: ${JSON.stringify(event)}\r\n\r\n`).join(''),
  );

  test('any split of the bytes gives the same events', () => {
    const whole = readJson(ANSWER);
    fc.assert(
      fc.property(fc.array(fc.nat({ max: bytes.length }), { maxLength: 30 }), (cuts) => {
        const reader = compose(sseReader(), anthropicMessages.reader({}));
        const places = [0, ...cuts.toSorted((left, right) => left - right), bytes.length];
        const pieces = places.slice(1).map((to, index) => bytes.subarray(places[index], to));
        expect([...pieces.flatMap((piece) => reader.push(piece)), ...reader.end()]).toEqual(whole);
      }),
    );
  });

  test('a cut after any event ends in an error and never in a stop', () => {
    for (let length = 0; length < ANSWER.length; length += 1) {
      const events = readJson(ANSWER.slice(0, length));
      expect(checkGrammar(events)).toBeUndefined();
      expect(events.at(-1)?.type).toBe('error');
      expect(events.some(({ type }) => type === 'stop')).toBe(false);
    }
  });

  test('shuffled, repeated and mangled events come out legal', () => {
    const mangled = fc
      .constantFrom(...ANSWER)
      .chain((event) =>
        fc
          .constantFrom(...Object.keys(event))
          .chain((key) =>
            fc.oneof(
              { weight: 4, arbitrary: fc.constant(event) },
              { weight: 1, arbitrary: fc.jsonValue().map((value) => ({ ...event, [key]: value })) },
            ),
          ),
      );
    fc.assert(
      fc.property(
        fc.array(mangled),
        fc.constantFrom<ReaderOptions>({}, { jsonTool: 'read' }, { jsonObject: true }),
        (events, options) => {
          expect(checkGrammar(readJson(events, options))).toBeUndefined();
        },
      ),
      { numRuns: 500 },
    );
  });

  test('any JSON, and any text, comes out legal', () => {
    const data = fc.oneof(
      fc.jsonValue().map((value) => JSON.stringify(value)),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(fc.record({ data })), (events) => {
        expect(checkGrammar(read(events))).toBeUndefined();
      }),
    );
  });

  test('usage is never invented', () => {
    const counts = fc.record(
      {
        input_tokens: fc.oneof(fc.nat(), fc.constant(null), fc.constant('7')),
        output_tokens: fc.oneof(fc.nat(), fc.constant(-1)),
        cache_read_input_tokens: fc.nat(),
        cache_creation_input_tokens: fc.nat(),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.option(counts), (raw) => {
        const events = readJson([{ type: 'message_start', message: raw === null ? {} : { usage: raw } }]);
        const { usage } = fold(events);
        const isCount = (value: unknown) => (typeof value === 'number' && value >= 0 ? value : undefined);
        expect([usage?.input, usage?.output, usage?.cacheRead, usage?.cacheWrite5m]).toEqual(
          [raw?.input_tokens, raw?.output_tokens, raw?.cache_read_input_tokens, raw?.cache_creation_input_tokens].map(
            isCount,
          ),
        );
        expect([usage?.cacheWrite1h, usage?.reasoning, usage?.estimated]).toEqual([undefined, undefined, undefined]);
      }),
    );
  });
});
