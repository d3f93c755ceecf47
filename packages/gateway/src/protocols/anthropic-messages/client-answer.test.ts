import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { arbitraryAnswer, arbitraryWholeAnswer } from '../../../test/arbitrary/answer.ts';
import { accumulateMessage, MESSAGES_WRITER, writeEvents } from '../../../test/support/messages-answers.ts';
import { checkMessagesStream } from '../../../test/support/messages-grammar.ts';
import { GatewayError } from '../../errors/error.ts';
import type { StreamEvent } from '../../ir/event.ts';
import type { JsonObject } from '../../ir/json.ts';
import { formatSse, type SseEvent } from '../../kit/sse.ts';
import { anthropicMessagesClient } from './client.ts';

const data = (events: SseEvent[]): JsonObject[] => events.map((event) => JSON.parse(event.data) as JsonObject);

/** An answer of a GPT, say: its thoughts are sealed by OpenAI and its usage comes last. */
const ANSWER: StreamEvent[] = [
  { type: 'start', id: 'chatcmpl-1', model: 'openai-gpt-5.2' },
  { type: 'open', at: 0, part: { kind: 'thinking', text: '' } },
  { type: 'delta', at: 0, delta: { thinking: 'Read ' } },
  { type: 'delta', at: 0, delta: { thinking: 'both.' } },
  { type: 'delta', at: 0, delta: { seal: { issuer: 'openai', form: 'encrypted', data: 'gAAAA' } } },
  { type: 'close', at: 0 },
  { type: 'open', at: 1, part: { kind: 'text', text: '' } },
  { type: 'ping' },
  { type: 'delta', at: 1, delta: { text: 'Reading.' } },
  { type: 'close', at: 1 },
  { type: 'open', at: 2, part: { kind: 'tool-call', id: 'call_1', name: 'read', args: '' } },
  { type: 'open', at: 3, part: { kind: 'tool-call', id: 'call_2', name: 'now', args: '' } },
  { type: 'delta', at: 2, delta: { args: '{"path":' } },
  { type: 'delta', at: 2, delta: { args: '"a.ts"}' } },
  { type: 'close', at: 2 },
  { type: 'close', at: 3 },
  { type: 'usage', usage: { input: 100, cacheRead: 900, output: 42, reasoning: 30, raw: [] } },
  { type: 'stop', reason: 'end', raw: 'stop' },
  { type: 'end' },
];

const start = (usage: JsonObject): JsonObject => ({
  type: 'message_start',
  message: {
    id: 'msg_own',
    type: 'message',
    role: 'assistant',
    model: 'my-alias',
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage,
  },
});
const NOTHING = { input_tokens: 0, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, output_tokens: 0 };
const delta = (index: number, inner: JsonObject): JsonObject => ({ type: 'content_block_delta', index, delta: inner });

test('a whole answer, event by event', () => {
  const events = writeEvents(ANSWER);
  expect(data(events)).toEqual([
    start(NOTHING),
    { type: 'content_block_start', index: 0, content_block: { type: 'thinking', thinking: '', signature: '' } },
    delta(0, { type: 'thinking_delta', thinking: 'Read ' }),
    delta(0, { type: 'thinking_delta', thinking: 'both.' }),
    delta(0, { type: 'signature_delta', signature: 'couloir:openai:encrypted:gAAAA' }),
    { type: 'content_block_stop', index: 0 },
    { type: 'ping' },
    { type: 'content_block_start', index: 1, content_block: { type: 'text', text: '' } },
    delta(1, { type: 'text_delta', text: 'Reading.' }),
    { type: 'content_block_stop', index: 1 },
    {
      type: 'content_block_start',
      index: 2,
      content_block: { type: 'tool_use', id: 'call_1', name: 'read', input: {} },
    },
    delta(2, { type: 'input_json_delta', partial_json: '' }),
    delta(2, { type: 'input_json_delta', partial_json: '{"path":' }),
    delta(2, { type: 'input_json_delta', partial_json: '"a.ts"}' }),
    { type: 'content_block_stop', index: 2 },
    {
      type: 'content_block_start',
      index: 3,
      content_block: { type: 'tool_use', id: 'call_2', name: 'now', input: {} },
    },
    delta(3, { type: 'input_json_delta', partial_json: '' }),
    delta(3, { type: 'input_json_delta', partial_json: '{}' }),
    { type: 'content_block_stop', index: 3 },
    {
      type: 'message_delta',
      delta: { stop_reason: 'tool_use', stop_sequence: null },
      usage: {
        input_tokens: 100,
        cache_creation_input_tokens: 0,
        cache_read_input_tokens: 900,
        output_tokens: 42,
        output_tokens_details: { thinking_tokens: 30 },
      },
    },
    { type: 'message_stop' },
  ]);
  expect(events.map(({ event }) => event)).toEqual(data(events).map(({ type }) => type));
});

test('the same as one message', () => {
  expect(anthropicMessagesClient.writeMessage(ANSWER, MESSAGES_WRITER)).toEqual({
    id: 'msg_own',
    type: 'message',
    role: 'assistant',
    model: 'my-alias',
    content: [
      { type: 'thinking', thinking: 'Read both.', signature: 'couloir:openai:encrypted:gAAAA' },
      { type: 'text', text: 'Reading.' },
      { type: 'tool_use', id: 'call_1', name: 'read', input: { path: 'a.ts' } },
      { type: 'tool_use', id: 'call_2', name: 'now', input: {} },
    ],
    stop_reason: 'tool_use',
    stop_sequence: null,
    usage: {
      input_tokens: 100,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 900,
      output_tokens: 42,
      output_tokens_details: { thinking_tokens: 30 },
    },
  });
});

describe('usage', () => {
  const said: StreamEvent[] = [
    { type: 'open', at: 0, part: { kind: 'text', text: 'Hi' } },
    { type: 'close', at: 0 },
    { type: 'stop', reason: 'end' },
    { type: 'end' },
  ];

  test('that comes with the start is in message_start, both kinds of cache writes in one sum', () => {
    const usage = { input: 12, cacheWrite5m: 300, cacheWrite1h: 7, cacheRead: 2000, output: 1, raw: [] };
    const [first] = data(writeEvents([{ type: 'start', id: 'msg_bdrk_01' }, { type: 'usage', usage }, ...said]));
    expect(first).toMatchObject({
      message: {
        id: 'msg_bdrk_01',
        usage: {
          input_tokens: 12,
          cache_creation_input_tokens: 307,
          cache_read_input_tokens: 2000,
          cache_creation: { ephemeral_5m_input_tokens: 300, ephemeral_1h_input_tokens: 7 },
          output_tokens: 1,
        },
      },
    });
  });

  test('that is not known yet is estimated from the request, and put right at the end', () => {
    const body = { messages: [{ role: 'user', content: 'x'.repeat(3_000) }] };
    const events = data(
      writeEvents(
        [{ type: 'start' }, ...said.toSpliced(2, 0, { type: 'usage', usage: { input: 800, output: 5, raw: [] } })],
        {
          body,
        },
      ),
    );
    expect(events[0]).toMatchObject({ message: { usage: { input_tokens: 1006 } } });
    expect(events.at(-2)).toMatchObject({ usage: { input_tokens: 800, output_tokens: 5 } });
  });
});

describe('thoughts', () => {
  const thought = (seal: StreamEvent[], text = 'Hm.'): JsonObject[] => {
    const events: StreamEvent[] = [
      { type: 'start' },
      { type: 'open', at: 0, part: { kind: 'thinking', text } },
      ...seal,
      { type: 'close', at: 0 },
      { type: 'stop', reason: 'end' },
      { type: 'end' },
    ];
    expect(checkMessagesStream(writeEvents(events))).toBeUndefined();
    return anthropicMessagesClient.writeMessage(events, MESSAGES_WRITER).content as JsonObject[];
  };
  const sealed = (issuer: 'anthropic', form: 'signature' | 'redacted', sealData: string): StreamEvent[] => [
    { type: 'delta', at: 0, delta: { seal: { issuer, form, data: sealData } } },
  ];

  test('of Claude keep its signature', () => {
    expect(thought(sealed('anthropic', 'signature', 'EvAB'))).toEqual([
      { type: 'thinking', thinking: 'Hm.', signature: 'EvAB' },
    ]);
    expect(thought(sealed('anthropic', 'signature', 'EvAB'), '')).toEqual([
      { type: 'thinking', thinking: '', signature: 'EvAB' },
    ]);
  });

  test('that nobody signed say so, and are read back as such', () => {
    expect(thought([])).toEqual([{ type: 'thinking', thinking: 'Hm.', signature: 'couloir:unsealed' }]);
    expect(thought([], '')).toEqual([]);
  });

  test('that are redacted are a block of their own', () => {
    expect(thought(sealed('anthropic', 'redacted', 'EmwK'), '')).toEqual([{ type: 'redacted_thinking', data: 'EmwK' }]);
    expect(thought(sealed('anthropic', 'redacted', 'EmwK'))).toEqual([
      { type: 'thinking', thinking: 'Hm.', signature: 'couloir:unsealed' },
      { type: 'redacted_thinking', data: 'EmwK' },
    ]);
  });

  test.each(['signature', 'encrypted'] as const)(
    'that another vendor sealed (%s) come back with their seal',
    (form) => {
      const seal = { issuer: 'openai' as const, form, data: 'a:b==' };
      const content = thought([{ type: 'delta', at: 0, delta: { seal } }]);
      const { request } = anthropicMessagesClient.readRequest({
        model: 'm',
        messages: [
          { role: 'user', content: 'go' },
          { role: 'assistant', content },
        ],
      });
      expect(request.turns[1]?.parts).toEqual([{ kind: 'thinking', text: 'Hm.', seal }]);
    },
  );
});

describe('how it ends', () => {
  const ended = (stop: Partial<Extract<StreamEvent, { type: 'stop' }>>, calls = false) => {
    const part = calls
      ? { kind: 'tool-call' as const, id: 'c', name: 'f', args: '{}' }
      : { kind: 'text' as const, text: 'x' };
    const events: StreamEvent[] = [
      { type: 'start' },
      { type: 'open', at: 0, part },
      { type: 'close', at: 0 },
      { type: 'stop', reason: 'end', ...stop },
      { type: 'end' },
    ];
    const { stop_reason: reason, stop_sequence: sequence } = anthropicMessagesClient.writeMessage(
      events,
      MESSAGES_WRITER,
    );
    return [reason, sequence];
  };

  test.each([
    [{ reason: 'end' }, false, 'end_turn'],
    [{ reason: 'end' }, true, 'tool_use'],
    [{ reason: 'tool-calls' }, true, 'tool_use'],
    [{ reason: 'tool-calls' }, false, 'end_turn'],
    [{ reason: 'length' }, true, 'max_tokens'],
    [{ reason: 'length', raw: 'model_context_window_exceeded' }, false, 'model_context_window_exceeded'],
    [{ reason: 'refusal' }, false, 'refusal'],
    [{ reason: 'filtered' }, false, 'refusal'],
    [{ reason: 'paused' }, false, 'pause_turn'],
    [{ reason: 'unknown', raw: 'compaction' }, false, 'end_turn'],
  ] as const)('%j with calls: %s is %s', (stop, calls, expected) => {
    expect(ended(stop, calls)).toEqual([expected, null]);
  });

  test('a stop sequence is named', () => {
    expect(ended({ reason: 'stop-sequence', sequence: 'END' })).toEqual(['stop_sequence', 'END']);
  });
});

describe('what only Anthropic knows', () => {
  test('a block passes whole', () => {
    const value = { type: 'web_search_tool_result', tool_use_id: 'srvtoolu_1', content: [{ url: 'https://x.test' }] };
    const events: StreamEvent[] = [
      { type: 'start' },
      { type: 'open', at: 0, part: { kind: 'opaque', dialect: 'anthropic-messages', value } },
      { type: 'close', at: 0 },
      { type: 'stop', reason: 'end' },
      { type: 'end' },
    ];
    expect(data(writeEvents(events))[1]).toEqual({ type: 'content_block_start', index: 0, content_block: value });
    expect(anthropicMessagesClient.writeMessage(events, MESSAGES_WRITER).content).toEqual([value]);
  });

  test('an unknown delta goes to the block it belongs to, an unknown event as it is, a forged end not at all', () => {
    const opaque = (value: JsonObject): StreamEvent => ({ type: 'opaque', dialect: 'anthropic-messages', value });
    const events = data(
      writeEvents([
        { type: 'start' },
        { type: 'open', at: 4, part: { kind: 'text', text: 'x' } },
        opaque({ type: 'content_block_delta', index: 4, delta: { type: 'new_delta', a: 1 } }),
        opaque({ type: 'content_block_delta', index: 9, delta: { type: 'new_delta', a: 2 } }),
        opaque({ type: 'message_stop' }),
        opaque({ type: 'new_event', b: 1 }),
        { type: 'close', at: 4 },
        { type: 'stop', reason: 'end' },
        { type: 'end' },
      ]),
    );
    expect(events.slice(3, 6)).toEqual([
      delta(0, { type: 'new_delta', a: 1 }),
      { type: 'new_event', b: 1 },
      { type: 'content_block_stop', index: 0 },
    ]);
  });
});

describe('always', () => {
  test('any answer gives a legal stream', () => {
    fc.assert(
      fc.property(arbitraryAnswer, (events) => {
        expect(checkMessagesStream(writeEvents(events).map(formatSse).join(''))).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  });

  test('cut anywhere it ends in an error, and never in message_stop', () => {
    fc.assert(
      fc.property(arbitraryWholeAnswer, fc.nat(), (events, cut) => {
        const written = writeEvents(events.slice(0, cut % events.length));
        expect(checkMessagesStream(written)).toBeUndefined();
        expect(written.at(-1)?.event).toBe('error');
      }),
      { numRuns: 300 },
    );
  });

  test('the official SDK makes of the stream what the unary answer says', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryWholeAnswer, async (events) => {
        const unary = JSON.parse(
          JSON.stringify(anthropicMessagesClient.writeMessage(events, MESSAGES_WRITER)),
        ) as JsonObject;
        const { parsed_output: _, ...message } = await accumulateMessage(writeEvents(events));
        expect(message).toEqual(unary);
      }),
      { numRuns: 200 },
    );
  });

  test('the official SDK throws what a failed stream says', async () => {
    const error = new GatewayError('upstream-overloaded', 'The model is overloaded: try again.');
    await expect(accumulateMessage(writeEvents([...ANSWER.slice(0, 5), { type: 'error', error }]))).rejects.toThrow(
      'The model is overloaded',
    );
    await expect(accumulateMessage(writeEvents(ANSWER.slice(0, 5)))).rejects.toThrow('it stops before its end');
  });
});
