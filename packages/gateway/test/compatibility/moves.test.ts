// One conversation that goes from protocol to protocol and from family to family, tool calls and thoughts included.
import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { generateText, type LanguageModel, type ModelMessage, stepCountIs, tool } from 'ai';
import type { JsonObject } from '../../src/ir/json.ts';
import type { LoggedRequest } from '../../src/sandbox/index.ts';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { STRICTEST } from '../support/strictest.ts';
import { objects } from './told.ts';
import { startWorld, watchRequests, type World } from './world.ts';

type Options = NonNullable<Parameters<typeof generateText>[0]['providerOptions']>;

interface Protocol {
  name: string;
  model(name: string): LanguageModel;
  thinking: Options;
}

/** What the package warns of is what moves bring about: it leaves another vendor's thoughts out. */
globalThis.AI_SDK_LOG_WARNINGS = false;

let world: World;

beforeAll(async () => {
  world = await startWorld({ sandbox: { switches: STRICTEST } });
});

afterAll(() => world.close());

const connection = () => ({ baseURL: `${world.couloir.url}/v1`, apiKey: world.couloir.key });
const OPENAI_THINKING = { reasoningEffort: 'medium', forceReasoning: true };

const PROTOCOLS: Protocol[] = [
  {
    name: 'chat',
    model: (name) => createOpenAICompatible({ name: 'couloir', ...connection() })(name),
    thinking: { couloir: { reasoningEffort: 'medium' } },
  },
  {
    name: 'responses',
    model: (name) => createOpenAI(connection())(name),
    thinking: { openai: OPENAI_THINKING },
  },
  {
    name: 'stateless responses',
    model: (name) => createOpenAI(connection())(name),
    thinking: { openai: { ...OPENAI_THINKING, store: false, include: ['reasoning.encrypted_content'] } },
  },
  {
    name: 'messages',
    model: (name) => createAnthropic(connection())(name),
    thinking: { anthropic: { thinking: { type: 'enabled', budgetTokens: 2_000 } } },
  },
];

/** There and back again. With the same provider the package refers to items of earlier answers, which must have been kept. */
const ROUTES = PROTOCOLS.flatMap((home) =>
  PROTOCOLS.filter(
    (abroad) => abroad === home || !abroad.name.includes('responses') || !home.name.includes('responses'),
  ).map((abroad) => ({ home, abroad })),
);

describe.each([
  ['claude-sonnet-4-5', 'openai-gpt-5.2', 'claude-sonnet-4-5'],
  ['claude-opus-5-5', 'openai-gpt-5.6-sol', 'claude-sonnet-4-6'],
  ['openai-gpt-5.2', 'claude-sonnet-4-6', 'openai-gpt-5.2'],
  ['claude-sonnet-4-6', 'llama3.1-70b', 'claude-opus-5-5'],
])('from %s to %s to %s', (...models) => {
  test.each(ROUTES)('by $home.name, $abroad.name and $home.name', async ({ home, abroad }) => {
    const messages: ModelMessage[] = [];
    for (const [step, protocol] of [home, abroad, home].entries()) {
      const model = models[step]!;
      const sinceNow = watchRequests(world);
      messages.push({ role: 'user', content: question(step) });
      const { text, responseMessages } = await generateText({
        model: protocol.model(model),
        messages,
        providerOptions: protocol.thinking,
        tools: { look },
        maxRetries: 0,
        maxOutputTokens: 4_000,
        stopWhen: stepCountIs(4),
      });
      if (hasTools(model)) expect(text).toBe(`Nothing in room ${step}.`);
      messages.push(...responseMessages);
      expectTurns(sinceNow(), models.slice(0, step + 1));
    }
  });
});

const hasTools = (model: string) => model !== 'llama3.1-70b';

/** All that came before is told, and Claude gets the thought back that its call began with. */
function expectTurns(requests: readonly LoggedRequest[], models: string[]): void {
  const model = models.at(-1)!;
  const taken = requests.filter(({ status }) => status === 200);
  expect(taken).toHaveLength(hasTools(model) ? 2 : 1);
  const { body } = requests.at(-1)!;
  const told = JSON.stringify(body);
  for (const [step, past] of models.entries()) {
    expect(told).toContain(`Please look into room ${step}.`);
    if (hasTools(past)) expect(told).toContain(`Only dust in room ${step}.`);
  }
  if (model.startsWith('openai')) expect(body.reasoning_effort).toBeTypeOf('string');
  // Thoughts that another Claude has sealed are refused, and left out when the request is made again.
  if (models.some((past) => past !== model && past.startsWith('claude') && model.startsWith('claude'))) return;
  expect(requests).toEqual(taken);
  if (model.startsWith('claude')) {
    const signature = expect.stringMatching(/./) as string;
    expect(lastCallOf(body)).toMatchObject([{ type: 'thinking', signature }, { type: 'tool_use' }]);
  }
}

/** The blocks of the message that the last tool call is in. */
function lastCallOf({ messages }: JsonObject): JsonObject[] {
  const blocks = objects(messages).map(({ content }) => objects(content));
  return blocks.findLast((each) => each.some(({ type }) => type === 'tool_use')) ?? [];
}

test('a kept response is continued on a model of another family', async () => {
  const client = new OpenAI({ ...connection(), maxRetries: 0 });
  let previous: string | undefined;
  for (const [step, model] of ['claude-sonnet-4-6', 'openai-gpt-5.2', 'claude-sonnet-4-6'].entries()) {
    const response = await client.responses.create({
      model,
      input: `Question ${step}.\nsandbox> think Hm.\nsandbox> say Answer ${step}.`,
      reasoning: { effort: 'medium', summary: 'auto' },
      ...(previous === undefined ? {} : { previous_response_id: previous }),
    });
    expect(response.output_text).toBe(`Answer ${step}.`);
    previous = response.id;
  }
  const last = JSON.stringify(world.sandbox.requests.at(-1)?.body);
  for (const words of ['Question 0.', 'Answer 0.', 'Question 1.', 'Answer 1.', 'Question 2.'])
    expect(last).toContain(words);
});

test('every exchange was answered', () => {
  expect(world.couloir.exchanges().filter(({ outcome }) => outcome !== 'ok')).toEqual([]);
});

const look = tool({
  description: 'Looks into a room.',
  inputSchema: z.object({ where: z.string() }),
  execute: ({ where }) => `Only dust in ${where}.`,
});

function question(step: number): string {
  return [
    `Please look into room ${step}.`,
    'sandbox> think I must look.',
    `sandbox> call look {"where":"room ${step}"}`,
    'sandbox> then',
    'sandbox> think Nothing there.',
    `sandbox> say Nothing in room ${step}.`,
  ].join('\n');
}
