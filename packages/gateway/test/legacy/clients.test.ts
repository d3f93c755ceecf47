// The clients of the matrix on the legacy endpoint: their loops of tool calls, and everything else it can do for them.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lackOf } from '../compatibility/client.ts';
import { expectFeature } from '../compatibility/checks.ts';
import { CURSOR_BODIES, PACKAGES } from '../compatibility/clients.ts';
import { FAMILIES, FEATURES } from '../compatibility/features.ts';
import { startWorld, watchRequests, type World } from '../compatibility/world.ts';

const PATH = '/api/v2/cortex/inference:complete';
const CLAUDE = ['claude-sonnet-4-5', 'claude-sonnet-4-6', 'claude-opus-5-5'];
const CLIENTS = [...PACKAGES, ...CURSOR_BODIES];
/** OpenAI's models are served there too; what the issue of this file is about are these. */
const SERVED = FAMILIES.filter(({ name }) => name !== 'OpenAI');
const TURNS = 3;

let world: World;

beforeAll(async () => {
  const names = [...CLAUDE, ...SERVED.map(({ model }) => model)];
  world = await startWorld({ names: Object.fromEntries(names.map((name) => [name, name])), api: 'complete' });
});

afterAll(() => world.close());

describe.each(CLIENTS)('$name', (client) => {
  const trials = SERVED.flatMap((family) =>
    FEATURES.filter((feature) => lackOf(client, feature, family.name) === undefined).map((feature) => ({
      family,
      feature,
    })),
  );

  test.each(trials)('$family.name: $feature', async ({ family, feature }) => {
    const sinceNow = watchRequests(world);
    await expectFeature(feature, { family, world }, (question) =>
      client.ask({ ...question, model: family.model }, world.couloir),
    );
    expect(new Set(sinceNow().map(({ path }) => path))).toEqual(new Set([PATH]));
  });
});

describe.each(CLIENTS.filter((client) => lackOf(client, 'tool loop', 'Claude') === undefined))('$name', (client) => {
  const trials = CLAUDE.flatMap((model) =>
    [1, 3, 8].flatMap((width) => [true, false].map((stream) => ({ model, width, stream }))),
  );

  test.each(trials)('on $model, $width at a time to the end, streamed: $stream', async ({ model, width, stream }) => {
    const sinceNow = watchRequests(world);
    const seen: string[] = [];
    const tool = {
      name: 'look' as const,
      description: 'Looks into a room.',
      run(where: string) {
        seen.push(where);
        return `Only dust in the ${where}.`;
      },
    };
    const { text } = await client.ask({ model, prompt: loop(width), stream, tool }, world.couloir);
    expect(text).toBe('Nothing anywhere.');
    expect(seen.toSorted()).toEqual(roomsOf(width).toSorted());

    const requests = sinceNow();
    expect(requests.map(({ path, status }) => `${status} ${path}`)).toEqual(
      Array.from({ length: TURNS + 1 }, () => `200 ${PATH}`),
    );
    const sent = JSON.stringify(requests.at(-1)!.body);
    for (const room of roomsOf(width)) expect(sent).toContain(`Only dust in the ${room}.`);
  });
});

function loop(width: number): string {
  const turns = Array.from({ length: TURNS }, (_, turn) => [
    ...floor(turn, width).map((where) => `call look ${JSON.stringify({ where })}`),
    'then',
  ]);
  return [...turns.flat(), 'say Nothing anywhere.'].map((line) => `sandbox> ${line}`).join('\n');
}

function roomsOf(width: number): string[] {
  return Array.from({ length: TURNS }, (_, turn) => floor(turn, width)).flat();
}

function floor(turn: number, width: number): string[] {
  return Array.from({ length: width }, (_, room) => `room ${turn}.${room}`);
}
