// Every captured request, as its client sent it, on models of every family: taken, answered legally, and nothing lost in silence.
import { ChatCompletionStream } from 'openai/lib/ChatCompletionStream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/ir/json.ts';
import { type SseEvent, sseReader } from '../../src/kit/sse.ts';
import { checkChatStream } from '../support/chat-grammar.ts';
import { accumulateMessage } from '../support/messages-answers.ts';
import { checkMessagesStream } from '../support/messages-grammar.ts';
import { accumulateResponse } from '../support/responses-answers.ts';
import { checkResponseStream } from '../support/responses-grammar.ts';
import { type Capture, CAPTURES, leavesOf, whatIsSaid } from './captures.ts';
import { FAMILIES } from './features.ts';
import { startWorld, watchRequests, type World } from './world.ts';

/** Of every kind that Cortex treats differently. */
const MODELS = [
  'claude-sonnet-4-5',
  'claude-sonnet-4-6',
  'claude-opus-5-5',
  'openai-gpt-5.2',
  'openai-gpt-5.6-sol',
  'llama3.1-70b',
];

/** What cannot be served, and the words that tell the client so. */
const REFUSED: Record<string, string> = {
  'clients/messages/claude-code-websearch-forced.json': "runs on Anthropic's servers, and Cortex has none",
  'clients/messages/sdk-thread-create.json': 'thread_unsupported_request',
  'clients/messages/sdk-thread-continue.json': 'thread_unsupported_request',
  'clients/responses/openai-sdk-previous.json': 'is not kept here',
};

/** How the answers of a protocol are judged. */
interface Judge {
  check(events: SseEvent[]): string | undefined;
  /** What the official package makes of a stream. @throws what it throws at its users */
  accumulate(events: SseEvent[]): Promise<unknown>;
  /** Of an answer that came whole. */
  whole: JsonObject;
}

const JUDGES: Record<string, Judge> = {
  '/v1/chat/completions': {
    check: checkChatStream,
    accumulate(events) {
      const lines = events.filter(({ data }) => data !== '[DONE]').map(({ data }) => `${data}\n`);
      return ChatCompletionStream.fromReadableStream(new Blob(lines).stream()).finalChatCompletion();
    },
    whole: { object: 'chat.completion' },
  },
  '/v1/messages': { check: checkMessagesStream, accumulate: accumulateMessage, whole: { type: 'message' } },
  '/v1/responses': { check: checkResponseStream, accumulate: accumulateResponse, whole: { object: 'response' } },
};

let world: World;

beforeAll(async () => {
  // The strictest Cortex that the evidence allows.
  world = await startWorld({
    sandbox: {
      switches: {
        claudeJsonSchema: 'refuse',
        prefill: 'refuse',
        anthropicVersionRequired: true,
        unknownFields: 'refuse',
      },
    },
  });
});

afterAll(() => world.close());

const GENERATING = CAPTURES.filter(({ name, path }) => path in JUDGES && !(name in REFUSED));

describe.each(GENERATING)('$name', (capture) => {
  const judge = JUDGES[capture.path]!;

  test.each(MODELS)('streams from %s, with nothing of it lost unnoted', async (model) => {
    const { status, text, headers } = await post(capture, { ...capture.body, model, stream: true });
    expect(status, text).toBe(200);
    const reader = sseReader();
    const events = [...reader.push(new TextEncoder().encode(text)), ...reader.end()];
    expect(judge.check(events), text).toBeUndefined();
    await judge.accumulate(events);

    const { notes } = await world.couloir.exchangeOf(headers);
    const request = world.sandbox.requests.findLast(({ requestId }) => requestId === headers['x-snowflake-request-id']);
    expect(findLost(capture.body, request!.body, Array.isArray(notes) ? notes.map(String) : [])).toEqual([]);
  });

  test.each(FAMILIES)('is answered whole by $model', async ({ model }) => {
    const { status, text } = await post(capture, { ...capture.body, model, stream: false });
    expect(status, text).toBe(200);
    expect(JSON.parse(text)).toMatchObject({ ...judge.whole, model });
  });
});

test.each(Object.entries(REFUSED))('%s is refused before anything is sent', async (name, words) => {
  const capture = CAPTURES.find((each) => each.name === name)!;
  const sinceNow = watchRequests(world);
  for (const model of MODELS) {
    const { status, text } = await post(capture, { ...capture.body, model });
    expect(status).toBe(400);
    expect(text).toContain(words);
  }
  expect(sinceNow()).toEqual([]);
});

test.each(CAPTURES.filter(({ path }) => path.endsWith('/count_tokens')))('$name is counted', async (capture) => {
  const { status, text } = await post(capture, capture.body);
  expect(status, text).toBe(200);
  expect((JSON.parse(text) as { input_tokens: number }).input_tokens).toBeGreaterThan(0);
});

test.each(CAPTURES.filter(({ path }) => path === '/v1/completions'))('$name is completed', async (capture) => {
  for (const model of MODELS) {
    const { status, text } = await post(capture, { ...capture.body, model, stream: false });
    expect(status, text).toBe(200);
    expect(JSON.parse(text)).toMatchObject({ object: 'text_completion', model });
  }
});

/** What the request said and Cortex was not told, unless a note speaks of its kind. */
function findLost(asked: JsonObject, sent: JsonObject, notes: string[]): string[] {
  const { texts, tools, thoughts, images } = whatIsSaid(asked);
  const told = leavesOf(sent).join('\n');
  const lost = (said: string[]) => said.filter((each) => !told.includes(each));
  const noted = (pattern: RegExp) => notes.some((note) => pattern.test(note));
  return [
    ...lost(texts),
    ...(noted(/^(?:dropped|coerced) tools/) ? [] : lost(tools)),
    ...(noted(/^seal-dropped|thought|reasoning_content/) ? [] : lost(thoughts)),
    ...(noted(/image/) ? [] : lost(images)),
  ];
}

async function post({ path, headers }: Capture, body: JsonObject) {
  const { url, key } = world.couloir;
  const response = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return { status: response.status, headers: Object.fromEntries(response.headers), text: await response.text() };
}
