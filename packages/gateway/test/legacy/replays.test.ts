// Every captured request, as its client sent it, answered from the legacy endpoint: legal, and nothing lost in silence.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { replay } from '../compatibility/captures.ts';
import { expectNothingLost, GENERATING } from '../compatibility/generating.ts';
import { expectLegalStream } from '../compatibility/judges.ts';
import { startWorld, watchRequests, type World } from '../compatibility/world.ts';

const PATH = '/api/v2/cortex/inference:complete';
const MODELS = ['claude-sonnet-4-6', 'llama3.1-70b'];

let world: World;

beforeAll(async () => {
  world = await startWorld({ names: Object.fromEntries(MODELS.map((name) => [name, name])), api: 'complete' });
});

afterAll(() => world.close());

describe.each(GENERATING)('$name', (replayable) => {
  const { capture, judge } = replayable;

  test.each(MODELS)('streams from %s, with nothing of it lost unnoted', async (model) => {
    const sinceNow = watchRequests(world);
    const replayed = await replay(capture, model, world.couloir, { stream: true });
    expect(replayed.status, replayed.text).toBe(200);
    await expectLegalStream(judge, replayed.text);
    await expectNothingLost(replayable, replayed, world);
    expect(new Set(sinceNow().map(({ path }) => path))).toEqual(new Set([PATH]));
  });

  test.each(MODELS)('is answered whole by %s', async (model) => {
    const { status, text } = await replay(capture, model, world.couloir, { stream: false });
    expect(status, text).toBe(200);
    expect(await judge.read(text)).toMatchObject({ ...judge.expected, model });
  });
});
