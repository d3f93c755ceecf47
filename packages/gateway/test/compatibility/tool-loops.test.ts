// Loops of tool calls with thinking on, by every client that can, on every generation of models that have tools.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isObject, type JsonObject } from '../../src/ir/json.ts';
import { lackOf } from './client.ts';
import { CURSOR_BODIES, PACKAGES } from './clients.ts';
import { startWorld, watchRequests, type World } from './world.ts';

const CLIENTS = [...PACKAGES, ...CURSOR_BODIES].filter((client) => lackOf(client, 'tool loop', 'Claude') === undefined);

const MODELS = [
  'claude-sonnet-4-5',
  'claude-sonnet-4-6',
  'claude-opus-4-7',
  'claude-opus-5-5',
  'openai-gpt-5.2',
  'openai-gpt-5.6-sol',
];

const TURNS = 3;

let world: World;

beforeAll(async () => {
  world = await startWorld({ sandbox: { switches: { anthropicVersionRequired: true, unknownFields: 'refuse' } } });
});

afterAll(() => world.close());

describe.each(CLIENTS)('$name', (client) => {
  describe.each(MODELS)('on %s', (model) => {
    test.each([
      { width: 1, stream: true },
      { width: 3, stream: false },
      { width: 8, stream: true },
    ])('goes $width at a time to the end', async ({ width, stream }) => {
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
      const { text } = await client.ask(
        { model, prompt: loop(width), stream, tool, effort: 'medium' },
        { url: world.couloir.url, key: world.couloir.key },
      );
      expect(text).toBe('Nothing anywhere.');
      expect(seen.toSorted()).toEqual(roomsOf(width).toSorted());

      const requests = sinceNow();
      // Every turn was taken at once: nothing was tried a second time in another form.
      expect(requests.map(({ status }) => status)).toEqual(requests.map(() => 200));
      expect(requests).toHaveLength(TURNS + 1);
      const sent = requests.at(-1)!.body;
      for (const room of roomsOf(width)) expect(JSON.stringify(sent)).toContain(`Only dust in the ${room}.`);
      if (model.startsWith('claude')) expect(countThoughts(sent)).toBe(TURNS);
    });
  });
});

function loop(width: number): string {
  const turns = Array.from({ length: TURNS }, (_, turn) => [
    `think Now floor ${turn}.`,
    ...floor(turn, width).map((where) => `call look ${JSON.stringify({ where })}`),
    'then',
  ]);
  return [...turns.flat(), 'think That was all.', 'say Nothing anywhere.'].map((line) => `sandbox> ${line}`).join('\n');
}

function roomsOf(width: number): string[] {
  return Array.from({ length: TURNS }, (_, turn) => floor(turn, width)).flat();
}

function floor(turn: number, width: number): string[] {
  return Array.from({ length: width }, (_, room) => `room ${turn}.${room}`);
}

/** Signed thoughts that went back to Claude. */
function countThoughts({ messages }: JsonObject): number {
  const blocks = Array.isArray(messages) ? messages.filter(isObject).flatMap(({ content }) => content) : [];
  return blocks.filter((block) => isObject(block) && block.type === 'thinking' && block.signature !== '').length;
}
