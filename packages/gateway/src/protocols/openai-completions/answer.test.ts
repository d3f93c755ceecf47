// Both forms of the answer, and what OpenAI's SDK makes of them.
import OpenAI from 'openai';
import { describe, expect, test } from 'vitest';
import { toText, WRITER_OPTIONS } from '../../../test/support/chat-answers.ts';
import { GatewayError } from '../../errors/error.ts';
import type { StopReason, StreamEvent } from '../../ir/event.ts';
import type { SseEvent } from '../../kit/sse.ts';
import type { WriterOptions } from '../codec.ts';
import { openaiCompletions } from './index.ts';

const OPTIONS: WriterOptions = { ...WRITER_OPTIONS, id: 'cmpl-own' };
const USAGE = { prompt_tokens: 15, completion_tokens: 4, total_tokens: 19 };

function answer(pieces: string[], reason: StopReason = 'end'): StreamEvent[] {
  return [
    { type: 'start', id: 'msg_1' },
    { type: 'open', at: 0, part: { kind: 'thinking', text: '' } },
    { type: 'delta', at: 0, delta: { thinking: 'Hm.' } },
    { type: 'close', at: 0 },
    { type: 'open', at: 1, part: { kind: 'text', text: '' } },
    ...pieces.map((text): StreamEvent => ({ type: 'delta', at: 1, delta: { text } })),
    { type: 'close', at: 1 },
    { type: 'usage', usage: { input: 10, cacheRead: 5, output: 4, raw: [] } },
    { type: 'stop', reason },
    { type: 'end' },
  ];
}

function stream(events: StreamEvent[], options: Partial<WriterOptions> = {}): SseEvent[] {
  const writer = openaiCompletions.writer({ ...OPTIONS, ...options });
  return [...events.flatMap((event) => writer.push(event)), ...writer.end()];
}

/** OpenAI's SDK, with these bytes as the answer to whatever it asks. */
function sdk(body: string, contentType: string, status = 200): OpenAI {
  const fetch = () => Promise.resolve(new Response(body, { status, headers: { 'content-type': contentType } }));
  return new OpenAI({ apiKey: 'key', baseURL: 'http://sdk.test/v1', maxRetries: 0, fetch });
}

const ask = { model: 'my-alias', prompt: 'once' };

test('a stream is told to the SDK piece by piece', async () => {
  const events = stream(answer([' upon', ' a time'], 'length'));
  expect(events.at(-1)).toEqual({ data: '[DONE]' });
  const chunks = [];
  const client = sdk(toText(events), 'text/event-stream');
  for await (const chunk of await client.completions.create({ ...ask, stream: true })) chunks.push(chunk);
  const head = { id: 'cmpl-own', object: 'text_completion', created: 1_783_468_000, model: 'my-alias' };
  const piece = (text: string, finish_reason: string | null) => [{ text, index: 0, logprobs: null, finish_reason }];
  expect(chunks).toEqual([
    { ...head, choices: piece(' upon', null) },
    { ...head, choices: piece(' a time', null) },
    { ...head, choices: piece('', 'length') },
    { ...head, choices: [], usage: USAGE },
  ]);
});

test('a whole answer is told to the SDK at once', async () => {
  const body = openaiCompletions.writeMessage(answer([' upon', ' a time']), { ...OPTIONS, choiceIndex: 2 });
  expect(await sdk(JSON.stringify(body), 'application/json').completions.create(ask)).toEqual({
    id: 'cmpl-own',
    object: 'text_completion',
    created: 1_783_468_000,
    model: 'my-alias',
    choices: [{ text: ' upon a time', index: 2, logprobs: null, finish_reason: 'stop' }],
    usage: USAGE,
  });
});

test('usage that nobody asked for or reported is not told', () => {
  expect(JSON.stringify(stream(answer(['x']), { includeUsage: false }))).not.toContain('usage');
  const unknown = answer(['x']).filter(({ type }) => type !== 'usage');
  expect(JSON.stringify(stream(unknown))).not.toContain('usage');
  expect(openaiCompletions.writeMessage(unknown, OPTIONS)).not.toHaveProperty('usage');
});

describe('a stop sequence of white space', () => {
  const body = { model: 'm', prompt: 'p', stop: ['\n\n', '  '] };

  test('ends the text where it stands, however it is split', () => {
    const events = answer(['one\n', '\ntwo', ' three'], 'length');
    const texts = stream(events, { body })
      .slice(0, -2)
      .map(
        ({ data }) => (JSON.parse(data) as { choices: { text: string; finish_reason: string | null }[] }).choices[0]!,
      );
    expect(texts.map(({ text }) => text).join('')).toBe('one');
    expect(texts.at(-1)?.finish_reason).toBe('stop');
    expect(openaiCompletions.writeMessage(events, { ...OPTIONS, body })).toMatchObject({
      choices: [{ text: 'one', finish_reason: 'stop' }],
      usage: USAGE,
    });
  });

  test('that does not come loses nothing', () => {
    const text = stream(answer(['one\n', 'two ']), { body })
      .slice(0, -2)
      .map(({ data }) => (JSON.parse(data) as { choices: { text: string }[] }).choices[0]!.text)
      .join('');
    expect(text).toBe('one\ntwo ');
    expect(openaiCompletions.writeMessage(answer(['one\n', 'two ']), { ...OPTIONS, body })).toMatchObject({
      choices: [{ text: 'one\ntwo ' }],
    });
  });
});

test.each<[StopReason, string]>([
  ['end', 'stop'],
  ['stop-sequence', 'stop'],
  ['unknown', 'stop'],
  ['length', 'length'],
  ['refusal', 'content_filter'],
  ['filtered', 'content_filter'],
])('the end %s is told as %s', (reason, finishReason) => {
  const { choices } = openaiCompletions.writeMessage(answer(['x'], reason), OPTIONS) as { choices: object[] };
  expect(choices).toMatchObject([{ finish_reason: finishReason }]);
});

describe('an answer that fails', () => {
  const error = new GatewayError('upstream-overloaded', 'Busy. Try again.');

  test('ends its stream in an error that the SDK throws', async () => {
    const events = stream([...answer(['x']).slice(0, 6), { type: 'error', error }]);
    const client = sdk(toText(events), 'text/event-stream');
    const read = async () => {
      for await (const _ of await client.completions.create({ ...ask, stream: true }));
    };
    await expect(read()).rejects.toThrow('Busy. Try again.');
    expect(events.map(({ data }) => data)).not.toContain('[DONE]');
  });

  test('is an envelope before the headers', async () => {
    const body = openaiCompletions.writeError(error, 'req_1');
    expect(body).toEqual({
      error: {
        message: 'Busy. Try again.',
        type: 'server_error',
        param: null,
        code: 'overloaded',
        request_id: 'req_1',
      },
    });
    const client = sdk(JSON.stringify(body), 'application/json', 503);
    await expect(client.completions.create(ask)).rejects.toMatchObject({ status: 503, code: 'overloaded' });
  });

  test('cut anywhere, it never says that it is complete', () => {
    const whole = answer(['a', 'b']);
    for (let length = 0; length < whole.length; length += 1) {
      const events = stream(whole.slice(0, length));
      expect(events.at(-1)?.data).toContain('"error"');
      expect(events.some(({ data }) => data === '[DONE]' || data.includes('"finish_reason":"'))).toBe(false);
      expect(() => openaiCompletions.writeMessage(whole.slice(0, length), OPTIONS)).toThrow('stopped sending');
    }
  });
});
