// Every captured request, as its client sent it, on models of every family: taken, answered legally, and nothing lost in silence.
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { STRICTEST } from '../support/strictest.ts';
import { CAPTURES, replay } from './captures.ts';
import { EMBEDDING_MODEL } from './embeddings.ts';
import { FAMILIES } from './features.ts';
import { expectNothingLost, GENERATING, REFUSED } from './generating.ts';
import { expectLegalStream, judgeOf } from './judges.ts';
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

let world: World;

beforeAll(async () => {
  world = await startWorld({ sandbox: { switches: STRICTEST } });
});

afterAll(() => world.close());

describe.each(GENERATING)('$name', (replayable) => {
  const { capture, judge } = replayable;

  test.each(MODELS)('streams from %s, with nothing of it lost unnoted', async (model) => {
    const replayed = await replay(capture, model, world.couloir, { stream: true });
    expect(replayed.status, replayed.text).toBe(200);
    await expectLegalStream(judge, replayed.text);
    await expectNothingLost(replayable, replayed, world);
  });

  test.each(FAMILIES)('is answered whole by $model', async ({ model }) => {
    const { status, text } = await replay(capture, model, world.couloir, { stream: false });
    expect(status, text).toBe(200);
    expect(await judge.read(text)).toMatchObject({ ...judge.expected, model });
  });
});

test.each(Object.entries(REFUSED))('%s is refused before anything is sent', async (name, words) => {
  const capture = CAPTURES.find((each) => each.name === name)!;
  const sinceNow = watchRequests(world);
  for (const model of MODELS) {
    const { status, text } = await replay(capture, model, world.couloir);
    expect(status).toBe(400);
    expect(text).toContain(words);
  }
  expect(sinceNow()).toEqual([]);
});

test.each(CAPTURES.filter(({ path }) => path.includes('/count_tokens')))('$name is counted', async (capture) => {
  const { status, text } = await replay(capture, MODELS[0]!, world.couloir);
  expect(status, text).toBe(200);
  expect((JSON.parse(text) as { input_tokens: number }).input_tokens).toBeGreaterThan(0);
});

const EMBEDDINGS = CAPTURES.filter(({ path }) => path === '/v1/embeddings');

test.each(EMBEDDINGS.filter(({ body }) => !('dimensions' in body)))('$name is embedded', async (capture) => {
  const sinceNow = watchRequests(world);
  const { status, text } = await replay(capture, EMBEDDING_MODEL, world.couloir);
  expect(status, text).toBe(200);
  const client = new OpenAI({ apiKey: 'test', fetch: () => Promise.resolve(Response.json(JSON.parse(text))) });
  // So the package leaves the encoding as it came.
  const { data } = await client.embeddings.create({ model: 'm', input: '', encoding_format: 'float' });
  const base64 = capture.body.encoding_format === 'base64';
  expect(data.map(({ index, embedding }) => [index, embedding.length])).toEqual(
    // 768 numbers of four bytes each.
    [capture.body.input].flat().map((_, index) => [index, base64 ? 4_096 : 768]),
  );
  expect(sinceNow().at(-1)?.body.text).toEqual([capture.body.input].flat());
});

test.each(EMBEDDINGS.filter(({ body }) => 'dimensions' in body))(
  '$name asks for a size there is none of',
  async (capture) => {
    const { status, text } = await replay(capture, EMBEDDING_MODEL, world.couloir);
    expect([status, text]).toEqual([400, expect.stringContaining('dimensions')]);
  },
);

test('every capture is among these', () => {
  const elsewhere = CAPTURES.filter(({ path }) => judgeOf(path) === undefined).map(({ path }) =>
    path.replace(/\?.*/, ''),
  );
  expect(new Set(elsewhere)).toEqual(new Set(['/v1/messages/count_tokens', '/v1/embeddings']));
});
