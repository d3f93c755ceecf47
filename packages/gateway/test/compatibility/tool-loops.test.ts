// Loops of tool calls with thinking on, by every client that can, on every generation of models that have tools.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isObject, type JsonObject } from '../../src/ir/json.ts';
import type { LoggedRequest } from '../../src/sandbox/index.ts';
import { STRICTEST } from '../support/strictest.ts';
import { lackOf, type LookTool } from './client.ts';
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

/** How many calls a turn has. */
const WIDTHS = [1, 3, 8];

let world: World;

beforeAll(async () => {
  world = await startWorld({ sandbox: { switches: STRICTEST } });
});

afterAll(() => world.close());

describe.each(CLIENTS)('$name', (client) => {
  describe.each(MODELS)('on %s', (model) => {
    test.each([{ mode: 'streamed' }, { mode: 'whole' }])('goes to the end, $mode', async ({ mode }) => {
      const sinceNow = watchRequests(world);
      await Promise.all(
        WIDTHS.map(async (width) => {
          const marker = `Search ${width} at a time.`;
          const { seen, tool } = lookTool();
          const { text } = await client.ask(
            { model, prompt: `${marker}\n${loop(width)}`, stream: mode === 'streamed', tool, effort: 'medium' },
            world.couloir,
          );
          expect(text).toBe('Nothing anywhere.');
          expect(seen.toSorted()).toEqual(roomsOf(width).toSorted());
          expectTurns(
            sinceNow().filter(({ body }) => JSON.stringify(body).includes(marker)),
            width,
            model,
          );
        }),
      );
    });
  });
});

/** Every turn was taken at once, nothing was tried a second time in another form, and nothing of the loop was lost. */
function expectTurns(requests: readonly LoggedRequest[], width: number, model: string): void {
  expect(requests.map(({ status }) => status)).toEqual(Array.from({ length: TURNS + 1 }, () => 200));
  const sent = requests.at(-1)!.body;
  for (const room of roomsOf(width)) expect(JSON.stringify(sent)).toContain(`Only dust in the ${room}.`);
  if (model.startsWith('claude')) expect(countThoughts(sent)).toBe(TURNS);
}

function lookTool(): { seen: string[]; tool: LookTool } {
  const seen: string[] = [];
  return {
    seen,
    tool: {
      name: 'look',
      description: 'Looks into a room.',
      run(where) {
        seen.push(where);
        return `Only dust in the ${where}.`;
      },
    },
  };
}

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
