// One check for each feature: what is asked, and what must come back, whatever the client.
import { expect } from 'vitest';
import { z } from 'zod';
import { eventually } from '../support/couloir.ts';
import type { Answer, LookTool, Question } from './client.ts';
import type { Family, Feature } from './features.ts';
import { watchRequests, type World } from './world.ts';

/** A picture of one pixel. */
const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

/** Asks in one mode or in both, where a client has both. */
type Ask = (question: Omit<Question, 'model'>) => Promise<Answer>;

interface Trial {
  family: Family;
  world: World;
}

/** @throws when what the client gets, or what reaches Cortex for it, is not right */
export function expectFeature(feature: Feature, trial: Trial, ask: Ask): Promise<void> {
  return CHECKS[feature](trial, ask);
}

const CHECKS: Record<Feature, (trial: Trial, ask: Ask) => Promise<void>> = {
  async text(_, ask) {
    expect(await ask({ prompt: script('say Hello there.') })).toMatchObject({ text: 'Hello there.' });
  },

  async stream(_, ask) {
    const text = 'One two three four five six seven eight nine ten';
    const answer = await ask({ prompt: script(`say ${text}`), stream: true });
    expect(answer).toMatchObject({ text });
    expect(answer.pieces).toBeGreaterThan(5);
  },

  async 'tool loop'(trial, ask) {
    for (const stream of [false, true]) {
      const { tool, seen } = lookTool();
      const prompt = script(
        'say I look.',
        'call look {"where":"attic"}',
        'then',
        'call look {"where":"cellar"}',
        'then',
        'say Nothing anywhere.',
      );
      const { text } = await ask({ prompt, stream, tool });
      if (lacksTools(trial)) {
        expectWithoutTools(trial, text, seen);
        continue;
      }
      expect(seen).toEqual(['attic', 'cellar']);
      expect(text).toBe('Nothing anywhere.');
      expectSent(trial, 'Only dust in the attic.', 'Only dust in the cellar.');
    }
  },

  async 'parallel tools'(trial, ask) {
    for (const stream of [false, true]) {
      const { tool, seen } = lookTool();
      const rooms = ['attic', 'hall', 'cellar'];
      const calls = rooms.map((room) => `call look {"where":"${room}"}`);
      const { text } = await ask({ prompt: script(...calls, 'then', 'say Nothing anywhere.'), stream, tool });
      if (lacksTools(trial)) {
        expectWithoutTools(trial, text, seen);
        continue;
      }
      expect(seen.toSorted()).toEqual(rooms.toSorted());
      expect(text).toBe('Nothing anywhere.');
      expectSent(trial, ...rooms.map((room) => `Only dust in the ${room}.`));
    }
  },

  async image(trial, ask) {
    const { text } = await ask({ prompt: script('say A pixel.'), image: PIXEL });
    expect(text).toBe('A pixel.');
    if (trial.family.lacks.image === undefined) expectSent(trial, PIXEL);
    else expectSent(trial, '[An image was here. This model cannot see images.]');
  },

  async 'structured output'(_, ask) {
    const schema = z.object({ city: z.string(), people: z.number() });
    for (const stream of [false, true]) {
      const { object } = await ask({ prompt: script('say {"city":"Lima","people":11}'), stream, schema });
      expect(object).toEqual({ city: 'Lima', people: 11 });
    }
  },

  async reasoning(trial, ask) {
    for (const stream of [false, true]) {
      const prompt = script('think Let me see.', 'say Yes.');
      const { text, thought, reasoningTokens } = await ask({ prompt, stream, effort: 'medium' });
      expect(text).toBe('Yes.');
      // OpenAI's models keep their thoughts to themselves and count them; Claude's tells them.
      if (trial.family.name === 'Claude') expect(thought).toBe('Let me see.');
      if (trial.family.name === 'OpenAI') expect(reasoningTokens).toBeGreaterThan(0);
      if (trial.family.lacks.reasoning !== undefined) expect(thought ?? '').toBe('');
    }
  },

  async cancel({ world }, ask) {
    const leave = new AbortController();
    const sinceNow = watchRequests(world);
    const prompt = script('pace 20ms', 'repeat 500 word');
    // Clients differ in how they end when they are told to stop, and by then nobody listens.
    await ask({ prompt, stream: true, signal: leave.signal, onPiece: () => leave.abort() }).catch(() => undefined);
    const [upstream] = sinceNow();
    await eventually(() => upstream?.closedAt !== undefined);
    expect(upstream?.aborted).toBe(true);
    await eventually(() => world.couloir.exchanges().at(-1)?.outcome === 'client-left');
  },
};

function script(...lines: string[]): string {
  return lines.map((line) => `sandbox> ${line}`).join('\n');
}

function lookTool(): { tool: LookTool; seen: string[] } {
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

function lacksTools({ family }: Trial): boolean {
  return family.lacks['tool loop'] !== undefined;
}

function expectWithoutTools({ world }: Trial, text: string, seen: string[]): void {
  expect(seen).toEqual([]);
  expect(text).toContain('The simulated model cannot call "look"');
  expect(world.sandbox.requests.at(-1)?.body).not.toHaveProperty('tools');
}

/** The last request that reached Cortex said all this. */
function expectSent({ world }: Trial, ...texts: string[]): void {
  const sent = JSON.stringify(world.sandbox.requests.at(-1)?.body);
  for (const text of texts) expect(sent).toContain(text);
}
