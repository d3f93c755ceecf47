import Anthropic from '@anthropic-ai/sdk';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { isObject, type JsonObject } from '../../src/ir/json.ts';
import { sseReader, type SseEvent } from '../../src/kit/sse.ts';
import { createCortexSandbox, type CortexSandbox, type SandboxOptions } from '../../src/sandbox/index.ts';
import { signThought } from '../../src/sandbox/script/signature.ts';
import { fakeClock } from '../support/fake-clock.ts';
import {
  askMessages,
  EPHEMERAL,
  messagesBody,
  OPUS,
  postMessages,
  SONNET,
  text,
  TOOL,
  user,
} from './messages-client.ts';

let sandbox: CortexSandbox;
let client: Anthropic;
beforeAll(async () => {
  sandbox = await createCortexSandbox();
  const baseURL = `${sandbox.url}/api/v2/cortex`;
  client = new Anthropic({ authToken: 'sandbox-token', apiKey: null, baseURL, maxRetries: 0 });
});
afterAll(() => sandbox.close());

const others: CortexSandbox[] = [];
async function another(options: SandboxOptions): Promise<CortexSandbox> {
  const started = await createCortexSandbox(options);
  others.push(started);
  return started;
}
afterEach(async () => {
  await Promise.all(others.splice(0).map((other) => other.close()));
});

async function eventsOf(response: Response): Promise<SseEvent[]> {
  const reader = sseReader();
  const events = reader.push(new Uint8Array(await response.arrayBuffer()));
  return [...events, ...reader.end()];
}

/** A body as the SDK's type for it. */
const paramsOf = (body: JsonObject) => JSON.parse(JSON.stringify(body)) as Anthropic.MessageStreamParams;
const dataOf = ({ data }: SseEvent) => JSON.parse(data) as JsonObject;
const script = (...lines: string[]) => lines.map((line) => `sandbox> ${line}`).join('\n');

describe('a stream', () => {
  const lines = script(
    'think Let me see.',
    'say Here it is.',
    'call f {"a":"some longer text"}',
    'call f',
    'usage input=100 cached=60 written=30 output=9',
  );
  const asked = { thinking: { type: 'enabled', budget_tokens: 1_024 }, tools: [TOOL], messages: [user(lines)] };

  test('has the events of Anthropic, each named, no pings', async () => {
    const response = await postMessages(sandbox, messagesBody({ ...asked, stream: true }));
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    expect(response.headers.get('x-couloir-sandbox')).toBe('1');
    const events = await eventsOf(response);
    expect(events.map(({ event }) => event)).toEqual(events.map((event) => dataOf(event).type));
    const usage = {
      input_tokens: 10,
      cache_creation_input_tokens: 30,
      cache_read_input_tokens: 60,
      cache_creation: { ephemeral_5m_input_tokens: 30, ephemeral_1h_input_tokens: 0 },
      output_tokens: 1,
    };
    const [start] = events.map(dataOf);
    expect(start).toEqual({
      type: 'message_start',
      message: {
        id: expect.stringMatching(/^msg_bdrk_01[1-9A-Za-z]{22}$/) as string,
        type: 'message',
        role: 'assistant',
        model: SONNET,
        content: [],
        stop_reason: null,
        stop_sequence: null,
        usage,
      },
    });
    const deltas = events.map(dataOf).flatMap(({ index, delta }) => (isObject(delta) ? [{ index, ...delta }] : []));
    const id = (index: number) =>
      events
        .map(dataOf)
        .flatMap((event) => (event.index === index && isObject(event.content_block) ? [event.content_block] : []));
    expect(id(2)).toEqual([
      { type: 'tool_use', id: expect.stringMatching(/^toolu_bdrk_01/) as string, name: 'f', input: {} },
    ]);
    expect(deltas).toEqual([
      { index: 0, type: 'thinking_delta', thinking: 'Let ' },
      { index: 0, type: 'thinking_delta', thinking: 'me ' },
      { index: 0, type: 'thinking_delta', thinking: 'see.' },
      { index: 0, type: 'signature_delta', signature: expect.stringMatching(/^EvAB/) as string },
      { index: 1, type: 'text_delta', text: 'Here ' },
      { index: 1, type: 'text_delta', text: 'it ' },
      { index: 1, type: 'text_delta', text: 'is.' },
      { index: 2, type: 'input_json_delta', partial_json: '' },
      { index: 2, type: 'input_json_delta', partial_json: '{"a":"some l' },
      { index: 2, type: 'input_json_delta', partial_json: 'onger text"}' },
      { index: 3, type: 'input_json_delta', partial_json: '' },
      { index: undefined, stop_reason: 'tool_use', stop_sequence: null },
    ]);
    expect(events.slice(-2).map(dataOf)).toEqual([
      { type: 'message_delta', delta: { stop_reason: 'tool_use', stop_sequence: null }, usage: { output_tokens: 9 } },
      { type: 'message_stop' },
    ]);
  });

  test.each<[string, JsonObject]>([
    ['thinking, text and parallel calls', asked],
    ['text alone', { messages: [user(script('say Hello, world.'))] }],
    ['no words at all', { messages: [user(script('finish stop'))] }],
    ['a cut answer', { max_tokens: 2, messages: [user(script('say Far too many words.'))] }],
    ['a stop sequence', { stop_sequences: ['END'], messages: [user(script('say Well END of it'))] }],
    ['a refusal', { messages: [user(script('say I will not.', 'finish refusal'))] }],
    ['omitted thoughts', { ...asked, thinking: { type: 'enabled', budget_tokens: 1_024, display: 'omitted' } }],
    [
      'JSON by schema',
      {
        output_config: {
          format: {
            type: 'json_schema',
            schema: {
              type: 'object',
              properties: { city: { type: 'string' } },
              required: ['city'],
              additionalProperties: false,
            },
          },
        },
      },
    ],
    ['a forced tool', { tools: [TOOL], tool_choice: { type: 'tool', name: 'f' } }],
  ])('accumulates in the official SDK to what a unary answer says: %s', async (_name, changes) => {
    const { id: _id, ...unary } = (await askMessages(sandbox, messagesBody(changes))).body;
    const stream = client.messages.stream(paramsOf(messagesBody(changes)));
    const { id: _other, parsed_output: _parsed, ...streamed } = await stream.finalMessage();
    expect(streamed).toEqual(unary);
  });
});

describe('the answer', () => {
  const ask = async (changes: JsonObject) => (await askMessages(sandbox, messagesBody(changes))).body;

  test.each<[JsonObject, string, string | null]>([
    [{ messages: [user('Hello')] }, 'end_turn', null],
    [{ max_tokens: 3 }, 'max_tokens', null],
    [{ stop_sequences: ['END'], messages: [user(script('say Well END'))] }, 'stop_sequence', 'END'],
    [{ tools: [TOOL], messages: [user(script('call f'))] }, 'tool_use', null],
    [{ messages: [user(script('finish refusal'))] }, 'refusal', null],
  ])('%j stops for %s', async (changes, reason, sequence) => {
    expect(await ask(changes)).toMatchObject({ stop_reason: reason, stop_sequence: sequence });
  });

  test('on Opus 4.7 and newer, thoughts are a signature without words unless they are asked for', async () => {
    const messages = [user(script('think Secret.', 'say Yes.'))];
    const thoughtOf = async (thinking: JsonObject) => {
      const { content } = await ask({ model: OPUS, thinking, messages });
      return Array.isArray(content) && isObject(content[0]) ? content[0] : {};
    };
    const omitted = await thoughtOf({ type: 'adaptive' });
    expect(omitted).toEqual({ type: 'thinking', thinking: '', signature: signThought(OPUS, 'Secret.') });
    expect((await thoughtOf({ type: 'adaptive', display: 'summarized' })).thinking).toBe('Secret.');
  });

  test('a thought can be replayed as it came, through the SDK', async () => {
    const thinking = { type: 'enabled', budget_tokens: 1_024 } as const;
    const tools = [{ name: 'f', input_schema: { type: 'object' as const } }];
    const messages: Anthropic.MessageParam[] = [{ role: 'user', content: script('call f', 'then', 'say Done.') }];
    const first = await client.messages.create({ model: SONNET, max_tokens: 2_048, thinking, tools, messages });
    expect(first.content.map(({ type }) => type)).toEqual(['thinking', 'tool_use']);
    const called = first.content.find((block) => block.type === 'tool_use');
    messages.push({ role: 'assistant', content: first.content });
    messages.push({ role: 'user', content: [{ type: 'tool_result', tool_use_id: called?.id ?? '', content: 'ok' }] });
    const second = await client.messages.create({ model: SONNET, max_tokens: 2_048, thinking, tools, messages });
    expect(second.content).toEqual([{ type: 'text', text: 'Done.' }]);
  });
});

describe('prompt caching', () => {
  const MINUTE_MS = 60_000;
  const system = [text('word'.repeat(2_000), { cache_control: EPHEMERAL })];

  test('is written, read, refreshed and forgotten by the clock', async () => {
    const clock = fakeClock();
    const cached = await another({ clock });
    const usageOf = async (changes: JsonObject) => (await askMessages(cached, messagesBody(changes))).body.usage;
    // 7 for the prompt, 2,000 and 4 for the system message; "Hello" is 2 and 4.
    const written = { cache_creation_input_tokens: 2_011, cache_read_input_tokens: 0, input_tokens: 6 };
    const read = { cache_creation_input_tokens: 0, cache_read_input_tokens: 2_011, input_tokens: 6 };
    expect(await usageOf({ system })).toMatchObject(written);
    await clock.advance(4 * MINUTE_MS);
    expect(await usageOf({ system })).toMatchObject(read);
    await clock.advance(4 * MINUTE_MS);
    expect(await usageOf({ system })).toMatchObject(read);
    await clock.advance(5 * MINUTE_MS);
    expect(await usageOf({ system })).toMatchObject(written);
    expect(await usageOf({ system, model: 'claude-sonnet-4-5' })).toMatchObject(written);
    expect(await usageOf({ system, model: 'claude-opus-4-6' })).toMatchObject({
      cache_creation_input_tokens: 0,
      input_tokens: 2_017,
    });
  });

  test('a mark in the middle of a message caches up to there', async () => {
    const cached = await another({});
    const asked = (question: string) => messagesBody({ messages: [user([system[0]!, text(question)])] });
    const usageOf = async (question: string) => (await askMessages(cached, asked(question))).body.usage;
    expect(await usageOf('One?')).toMatchObject({ cache_creation_input_tokens: 2_011, input_tokens: 1 });
    expect(await usageOf('Two?')).toMatchObject({ cache_read_input_tokens: 2_011, input_tokens: 1 });
  });
});

test('the same seed gives the same bytes, another seed other ids', async () => {
  const body = messagesBody({ stream: true, tools: [TOOL], messages: [user(script('say Hi', 'call f {"a":"b"}'))] });
  const bytesOf = async (seed: string) => (await askMessages(await another({ seed }), body)).text;
  const first = await bytesOf('one');
  expect(await bytesOf('one')).toBe(first);
  expect(await bytesOf('two')).not.toBe(first);
});
