import { afterAll, beforeAll, expect, it } from 'vitest';
import type { JsonObject } from '../../src/ir/json.ts';
import { type CortexSandbox, createCortexSandbox } from '../../src/sandbox/index.ts';
import { type RunningCouloir, sandboxAccount, startCouloir } from '../support/couloir.ts';
import { post, textOf } from '../support/raw-http.ts';

let sandbox: CortexSandbox;
let couloir: RunningCouloir;

beforeAll(async () => {
  sandbox = await createCortexSandbox();
  couloir = await startCouloir({ env: sandboxAccount(sandbox.url) });
});

afterAll(async () => {
  await couloir.stop();
  await sandbox.close();
});

/** Asks, and says how many requests that took at Cortex, and whether they held the thought. */
async function ask(path: string, body: JsonObject): Promise<{ status?: number; sent: number; thoughts: boolean[] }> {
  const before = sandbox.requests.length;
  const { response } = post(`${couloir.url}${path}`, JSON.stringify(body), { authorization: `Bearer ${couloir.key}` });
  const answered = await response;
  await textOf(answered);
  const answers = sandbox.requests.slice(before).filter((request) => request.path.endsWith('/messages'));
  const sent = answers.map((request) => JSON.stringify(request.body));
  return {
    ...(answered.statusCode === undefined ? {} : { status: answered.statusCode }),
    sent: sent.length,
    thoughts: sent.map((text) => text.includes('EvABForeign')),
  };
}

const messages = (turns: number): JsonObject[] => [
  { role: 'user', content: 'x' },
  {
    role: 'assistant',
    content: [
      { type: 'thinking', thinking: 'Long ago', signature: 'EvABForeign' },
      { type: 'text', text: 'a' },
    ],
  },
  ...Array.from({ length: turns }, (_, turn) => [
    { role: 'user', content: `and ${turn}` },
    { role: 'assistant', content: `yes ${turn}` },
  ]).flat(),
  { role: 'user', content: 'y' },
];
const thinking = { thinking: { type: 'enabled', budget_tokens: 1500 }, max_tokens: 3000 };

it('a history with a thought that a model refuses costs a second request once, not on every turn', async () => {
  const turn = (count: number, model = 'claude-sonnet-4-5') =>
    ask('/v1/messages', { model, ...thinking, messages: messages(count) });
  expect(await turn(0)).toEqual({ status: 200, sent: 2, thoughts: [true, false] });
  expect(await turn(1)).toEqual({ status: 200, sent: 1, thoughts: [false] });
  expect(await turn(2)).toEqual({ status: 200, sent: 1, thoughts: [false] });
  // What one model refuses another may have said.
  expect(await turn(2, 'claude-haiku-4-5')).toEqual({ status: 200, sent: 2, thoughts: [true, false] });
});

it('the translated lane remembers, too', async () => {
  const turn = (count: number) =>
    ask('/v1/chat/completions', {
      model: 'claude-opus-4-5',
      reasoning_effort: 'medium',
      messages: messages(count).map(({ role, content }) =>
        Array.isArray(content)
          ? {
              role,
              content: 'a',
              reasoning_details: [
                { type: 'reasoning.text', text: 'Long ago', signature: 'EvABForeign', format: 'anthropic-claude-v1' },
              ],
            }
          : { role, content },
      ),
    });
  expect(await turn(0)).toEqual({ status: 200, sent: 2, thoughts: [true, false] });
  expect(await turn(1)).toEqual({ status: 200, sent: 1, thoughts: [false] });
});
