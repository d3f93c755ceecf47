// Ten recorded exchanges with the live service are sent again. Structure, framing, key order and kinds of values must
// be what was recorded; only the words may differ.
import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { isObject, type JsonObject } from '../../src/ir/json.ts';
import { createCortexSandbox } from '../../src/sandbox/index.ts';
import { at, chat, dataOf, parse } from './calls.ts';

interface Recording {
  request: { body: JsonObject & { model: string } };
  response: { status: number; headers: Record<string, string>; body?: JsonObject; rawBody?: string };
}

const WEATHER = 'sandbox> call get_weather {"city":"Rome"}\nsandbox> then\nsandbox> say It is warm in Rome.';

/** The recorded answer's structure as a script: which parts, not which words. */
const SCRIPTS: Record<string, string> = {
  'model-simple': 'sandbox> say 5',
  'model-streaming': 'sandbox> say 5',
  'openai-model': 'sandbox> say 5',
  llama: 'sandbox> say {"city": "Rome", "country": "Italy"}',
  'native-output': 'sandbox> say {"city": "Rome", "country": "Italy"}',
  'tool-calling': WEATHER,
  thinking: `sandbox> think I need the weather.\nsandbox> say One moment.\n${WEATHER}`,
  'thinking-streaming': 'sandbox> think twelve times\nsandbox> say It is one hundred and eight.',
};

describe.each(Object.entries(SCRIPTS))('%s', (name, script) => {
  test('answers have the recorded structure', async () => {
    const recordings = await readRecordings(name);
    const scenario = Object.fromEntries(recordings.map(({ request }) => [request.body.model, script]));
    await using sandbox = await startSandbox(scenario);
    let previous: JsonObject | undefined;
    for (const { request, response } of recordings) {
      const body = replayable(request.body, previous);
      const answer = await chat(sandbox.url, body);
      expect(answer.status).toBe(response.status);
      expect(headersLike(response.headers, answer.headers)).toEqual(onTheWire(response.headers));
      expect(structureOf(answer.text)).toEqual(structureOf(response.rawBody ?? JSON.stringify(sorted(response.body))));
      previous = answer.text.startsWith('{') ? parse(answer.text) : undefined;
    }
  });
});

test('there are ten recorded exchanges', async () => {
  const all = await Promise.all(Object.keys(SCRIPTS).map(readRecordings));
  expect(all.flat()).toHaveLength(10);
});

test('the comparison notices a changed kind, a missing key and a different order', () => {
  const recorded = 'data: {"choices":[{"delta":{"content":"4","role":"assistant"}}]}\n\ndata: [DONE]\n\n';
  for (const [from, to] of [
    ['"4"', '""'],
    ['"4"', 'null'],
    [',"role":"assistant"', ''],
    ['"content":"4","role":"assistant"', '"role":"assistant","content":"4"'],
    ['data: [DONE]\n\n', ''],
    ['data: [DONE]\n\n', 'data: [DONE]\n\ndata: [DONE]\n\n'],
  ] as const) {
    expect(structureOf(recorded.replace(from, to))).not.toEqual(structureOf(recorded));
  }
});

test('the comparison counts empty chunks, but not the pieces of a text', () => {
  const chunk = (content: string) => `data: {"choices":[{"delta":{"content":"${content}","role":"assistant"}}]}\n\n`;
  const recorded = `${chunk('4')}${chunk('')}data: [DONE]\n\n`;
  expect(structureOf(recorded.replace(chunk('4'), chunk('4') + chunk('2')))).toEqual(structureOf(recorded));
  expect(structureOf(recorded.replace(chunk(''), chunk('') + chunk('')))).not.toEqual(structureOf(recorded));
  expect(structureOf(recorded.replace(chunk(''), ''))).not.toEqual(structureOf(recorded));
  expect(structureOf(chunk('') + recorded)).not.toEqual(structureOf(recorded));
});

async function startSandbox(scenario: Record<string, string>) {
  const sandbox = await createCortexSandbox({ scenario });
  return { url: sandbox.url, [Symbol.asyncDispose]: () => sandbox.close() };
}

async function readRecordings(name: string): Promise<Recording[]> {
  const file = new URL(`../../../../fixtures/cortex-recordings/${name}.json`, import.meta.url);
  const { interactions } = JSON.parse(await readFile(file, 'utf8')) as { interactions: Recording[] };
  return interactions;
}

/** The sandbox seals its own thoughts: a recorded signature is swapped for the one of its own previous answer. */
function replayable(body: JsonObject, previous: JsonObject | undefined): JsonObject {
  const details = at(previous, 'choices[0].message.reasoning_details');
  if (!Array.isArray(body.messages) || !Array.isArray(details)) return body;
  const messages = body.messages.map((message) =>
    isObject(message) && Array.isArray(message.reasoning_details)
      ? { ...message, reasoning_details: details }
      : message,
  );
  return { ...body, messages };
}

/** `content-length` was added by the recorder to an answer that came chunked. */
function onTheWire(recorded: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(recorded).filter(([name]) => name !== 'content-length'));
}

function headersLike(recorded: Record<string, string>, headers: Headers): Record<string, string | null> {
  return Object.fromEntries(Object.keys(onTheWire(recorded)).map((name) => [name, headers.get(name)]));
}

/**
 * The kinds of each event, or of the one JSON text, as text so that key order counts. White space outside strings is
 * marked. Every event counts but one kind: how many pieces a text, a thought or the arguments of a call come in is up to
 * the model and the length of what it says, so a run of pieces is one. What stands around them does not depend on words:
 * chunks with nothing in them, the first of a call, the one with the usage, the terminal one.
 */
function structureOf(text: string): string[] {
  const events = (text.startsWith('data: ') ? dataOf(text) : [text]).map((data) => {
    if (data === '[DONE]') return { shape: data, isPiece: false };
    const value = parse(data);
    const compact = data === JSON.stringify(value);
    const shape = `${compact ? '' : 'not compact: '}${String(at(value, 'model'))} ${JSON.stringify(kindsOf(value))}`;
    return { shape, isPiece: PIECES.some((path) => isWords(at(value, path))) };
  });
  return events
    .filter(({ shape, isPiece }, index) => !(isPiece && shape === events[index - 1]?.shape))
    .map(({ shape, isPiece }) => (isPiece ? `pieces of ${shape}` : shape));
}

const PIECES = [
  'choices[0].delta.content',
  'choices[0].delta.reasoning_details[0].text',
  'choices[0].delta.tool_calls[0].function.arguments',
];

const isWords = (value: unknown) => typeof value === 'string' && value !== '';

function kindsOf(value: unknown): unknown {
  if (value === '') return 'empty string';
  if (value === 0) return 'zero';
  if (Array.isArray(value)) return value.map(kindsOf);
  if (isObject(value)) return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, kindsOf(inner)]));
  return value === null ? 'null' : typeof value;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  const keys = Object.keys(value).toSorted();
  return Object.fromEntries(keys.map((key) => [key, sorted(value[key])]));
}
