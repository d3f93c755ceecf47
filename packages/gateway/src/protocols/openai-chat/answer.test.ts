// Both forms of the answer: what one event list becomes as a stream and as a whole.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkChatStream } from '../../../test/support/chat-grammar.ts';
import { accumulate, WRITER_OPTIONS } from '../../../test/support/chat-answers.ts';
import { GatewayError } from '../../errors/error.ts';
import type { StopReason, StreamEvent } from '../../ir/event.ts';
import type { JsonObject } from '../../ir/json.ts';
import type { SseEvent } from '../../kit/sse.ts';
import { openaiChat } from './index.ts';

const SEAL = { issuer: 'anthropic', form: 'signature', data: 'sig' } as const;

const ANSWER: StreamEvent[] = [
  { type: 'start', id: 'msg_bdrk_1', model: 'claude-sonnet-4-6' },
  { type: 'usage', usage: { input: 10, cacheRead: 100, cacheWrite5m: 20, output: 1, raw: [] } },
  { type: 'open', at: 0, part: { kind: 'thinking', text: '' } },
  { type: 'delta', at: 0, delta: { thinking: 'Let me ' } },
  { type: 'delta', at: 0, delta: { thinking: 'look.' } },
  { type: 'delta', at: 0, delta: { seal: SEAL } },
  { type: 'close', at: 0 },
  { type: 'open', at: 1, part: { kind: 'text', text: '' } },
  { type: 'delta', at: 1, delta: { text: 'Looking.' } },
  { type: 'close', at: 1 },
  { type: 'ping' },
  { type: 'open', at: 2, part: { kind: 'tool-call', id: 'toolu_1', name: 'read', args: '' } },
  { type: 'delta', at: 2, delta: { args: '{"a":' } },
  { type: 'open', at: 3, part: { kind: 'tool-call', id: 'toolu_2', name: 'list', args: '' } },
  { type: 'delta', at: 2, delta: { args: '1}' } },
  { type: 'close', at: 2 },
  { type: 'close', at: 3 },
  { type: 'usage', usage: { output: 50, reasoning: 7, raw: [] } },
  { type: 'stop', reason: 'tool-calls' },
  { type: 'end' },
];

const USAGE = {
  prompt_tokens: 130,
  completion_tokens: 50,
  total_tokens: 180,
  prompt_tokens_details: { cached_tokens: 100, cache_creation_tokens: 20 },
  completion_tokens_details: { reasoning_tokens: 7 },
};

describe('a whole answer as a stream', () => {
  test('says everything once, in order', () => {
    const stream = write(ANSWER);
    expect(checkChatStream(stream)).toBeUndefined();
    expect(stream.at(-1)).toEqual({ data: '[DONE]' });
    const chunks = stream
      .slice(0, -1)
      .map(({ data }) => JSON.parse(data) as { choices: { delta: JsonObject; finish_reason: unknown }[] });
    expect(chunks[0]).toEqual({
      id: 'chatcmpl-own',
      object: 'chat.completion.chunk',
      created: 1_783_468_000,
      model: 'my-alias',
      choices: [{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }],
    });
    expect(chunks.slice(1, -2).map(({ choices }) => choices[0]!.delta)).toEqual([
      { reasoning_content: 'Let me ' },
      { reasoning_content: 'look.' },
      {
        reasoning_details: [
          {
            type: 'reasoning.text',
            format: 'anthropic-claude-v1',
            index: 0,
            id: 'reasoning-text-1',
            text: 'Let me look.',
            signature: 'sig',
          },
        ],
      },
      { content: 'Looking.' },
      { tool_calls: [{ index: 0, id: 'toolu_1', type: 'function', function: { name: 'read', arguments: '' } }] },
      { tool_calls: [{ index: 0, function: { arguments: '{"a":' } }] },
      { tool_calls: [{ index: 1, id: 'toolu_2', type: 'function', function: { name: 'list', arguments: '' } }] },
      { tool_calls: [{ index: 0, function: { arguments: '1}' } }] },
      { tool_calls: [{ index: 1, function: { arguments: '{}' } }] },
    ]);
    expect(chunks.at(-2)!.choices).toEqual([{ index: 0, delta: {}, finish_reason: 'tool_calls' }]);
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: USAGE });
  });

  test('says no usage that nobody asked for, or nobody reported', () => {
    expect(JSON.stringify(write(ANSWER, { includeUsage: false }))).not.toContain('usage');
    const unknown = ANSWER.filter(({ type }) => type !== 'usage');
    expect(JSON.stringify(write(unknown))).not.toContain('usage');
    expect(openaiChat.writeMessage(unknown, WRITER_OPTIONS)).not.toHaveProperty('usage');
  });

  test('has the number of its choice', () => {
    const chunk = JSON.parse(write(ANSWER, { choiceIndex: 2 })[0]!.data) as { choices: { index: number }[] };
    expect(chunk.choices[0]!.index).toBe(2);
  });
});

test('a whole answer as a message', () => {
  expect(openaiChat.writeMessage(ANSWER, WRITER_OPTIONS)).toEqual({
    id: 'chatcmpl-own',
    object: 'chat.completion',
    created: 1_783_468_000,
    model: 'my-alias',
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: 'Looking.',
          refusal: null,
          reasoning_content: 'Let me look.',
          reasoning_details: [
            {
              type: 'reasoning.text',
              format: 'anthropic-claude-v1',
              index: 0,
              id: 'reasoning-text-1',
              text: 'Let me look.',
              signature: 'sig',
            },
          ],
          tool_calls: [
            { id: 'toolu_1', type: 'function', function: { name: 'read', arguments: '{"a":1}' } },
            { id: 'toolu_2', type: 'function', function: { name: 'list', arguments: '{}' } },
          ],
        },
        logprobs: null,
        finish_reason: 'tool_calls',
      },
    ],
    usage: USAGE,
  });
});

test('who asked with functions reads function_call', () => {
  const message = openaiChat.writeMessage(ANSWER, { ...WRITER_OPTIONS, legacyFunctions: true });
  expect(message.choices).toMatchObject([
    {
      message: { content: 'Looking.', function_call: { name: 'read', arguments: '{"a":1}' } },
      finish_reason: 'function_call',
    },
  ]);
  expect(JSON.stringify(message)).not.toContain('tool_calls');
});

test.each<[StopReason, boolean, string]>([
  ['end', false, 'stop'],
  ['end', true, 'tool_calls'],
  ['tool-calls', false, 'stop'],
  ['length', true, 'length'],
  ['stop-sequence', false, 'stop'],
  ['refusal', false, 'content_filter'],
  ['filtered', true, 'content_filter'],
  ['unknown', true, 'tool_calls'],
])('the reason "%s" (calls: %s) is told as "%s"', (reason, calls, finishReason) => {
  const events: StreamEvent[] = [
    { type: 'start' },
    ...(calls
      ? [{ type: 'open' as const, at: 0, part: { kind: 'tool-call' as const, id: 'a', name: 'f', args: '{}' } }]
      : []),
    { type: 'stop', reason },
    { type: 'end' },
  ];
  expect(openaiChat.writeMessage(events, WRITER_OPTIONS).choices).toMatchObject([{ finish_reason: finishReason }]);
  expect(write(events).at(-2)!.data).toContain(`"finish_reason":"${finishReason}"`);
});

describe('failures', () => {
  const error = new GatewayError('upstream-limited', 'Wait a little.', {
    param: 'model',
    upstream: { requestId: 'sf-1' },
  });
  const body = {
    error: {
      message: 'Wait a little.',
      type: 'rate_limit_error',
      param: 'model',
      code: 'upstream_rate_limit',
      request_id: 'req_1',
      snowflake_request_id: 'sf-1',
    },
  };

  test('before the answer', () => {
    expect(openaiChat.writeError(error, 'req_1')).toEqual(body);
  });

  test('inside it: the stream ends in the error, the message is thrown', () => {
    const events: StreamEvent[] = [...ANSWER.slice(0, 9), { type: 'error', error }];
    const stream = write([...events, ...ANSWER.slice(9)]);
    expect(checkChatStream(stream)).toBeUndefined();
    expect(JSON.parse(stream.at(-1)!.data)).toEqual(body);
    expect(() => openaiChat.writeMessage(events, WRITER_OPTIONS)).toThrow(error);
  });

  test('an answer that is cut anywhere is an error', () => {
    for (let length = 0; length < ANSWER.length; length += 1) {
      const stream = write(ANSWER.slice(0, length));
      expect(checkChatStream(stream)).toBeUndefined();
      expect(JSON.parse(stream.at(-1)!.data)).toMatchObject({ error: { code: 'bad_gateway' } });
      expect(() => openaiChat.writeMessage(ANSWER.slice(0, length), WRITER_OPTIONS)).toThrow('stopped sending');
    }
  });
});

test('the official SDK makes of the stream what we make of the whole', async () => {
  const part = fc.oneof(
    fc.record({ kind: fc.constant('text' as const), pieces: fc.array(fc.string(), { maxLength: 3 }) }),
    fc.record({ kind: fc.constant('tool-call' as const), pieces: fc.constantFrom([], ['{"a"', ':1}'], ['{}']) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(part, { maxLength: 5 }), async (parts) => {
      const events: StreamEvent[] = [
        { type: 'start' },
        ...parts.flatMap(({ kind, pieces }, at): StreamEvent[] => [
          {
            type: 'open',
            at,
            part: kind === 'text' ? { kind, text: '' } : { kind, id: `call_${at}`, name: 'f', args: '' },
          },
          ...pieces.map((piece): StreamEvent => ({
            type: 'delta',
            at,
            delta: kind === 'text' ? { text: piece } : { args: piece },
          })),
          { type: 'close', at },
        ]),
        { type: 'usage', usage: { input: 1, output: 2, raw: [] } },
        { type: 'stop', reason: 'end' },
        { type: 'end' },
      ];
      const stream = write(events);
      expect(checkChatStream(stream)).toBeUndefined();
      const whole = openaiChat.writeMessage(events, WRITER_OPTIONS);
      expect(normalise(await accumulate(stream))).toEqual(normalise(whole));
    }),
    { numRuns: 60 },
  );
});

function write(events: StreamEvent[], options: Partial<typeof WRITER_OPTIONS> = {}): SseEvent[] {
  const writer = openaiChat.writer({ ...WRITER_OPTIONS, ...options });
  return [...events.flatMap((event) => writer.push(event)), ...writer.end()];
}

/** The SDK leaves out what is null, adds `parsed`, and says "" where a stream begins with an empty text. */
function normalise(completion: JsonObject): JsonObject {
  const { choices, usage } = JSON.parse(JSON.stringify(completion)) as {
    choices: {
      finish_reason: string;
      message: { content: string | null; tool_calls?: { id: string; function: JsonObject }[] };
    }[];
    usage: JsonObject;
  };
  const { message, finish_reason: finishReason } = choices[0]!;
  const calls = (message.tool_calls ?? []).map(({ id, function: called }) => ({
    id,
    name: called.name!,
    args: called.arguments!,
  }));
  return { content: message.content ?? '', calls, finishReason, usage };
}
