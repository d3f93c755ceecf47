// What a response kept with `store: true` holds can be referred to afterwards, item by item, thoughts included.
import OpenAI from 'openai';
import type { ResponseInputItem } from 'openai/resources/responses/responses';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { STRICTEST } from '../support/strictest.ts';
import { objects } from './told.ts';
import { startWorld, watchRequests, type World } from './world.ts';

let world: World;
let client: OpenAI;

beforeAll(async () => {
  world = await startWorld({ sandbox: { switches: STRICTEST } });
  client = new OpenAI({ baseURL: `${world.couloir.url}/v1`, apiKey: world.couloir.key, maxRetries: 0 });
});

afterAll(() => world.close());

const TOOLS = [
  {
    type: 'function' as const,
    name: 'look',
    strict: false,
    parameters: { type: 'object', properties: { where: { type: 'string' } } },
  },
];
const QUESTION = 'sandbox> think I must look.\nsandbox> call look {"where":"attic"}\nsandbox> then\nsandbox> say Dust.';

const ask = (model: string, store: boolean, input: ResponseInputItem[]) =>
  client.responses.create({ model, input, store, tools: TOOLS, reasoning: { effort: 'medium', summary: 'auto' } });

const question = (text: string): ResponseInputItem => ({ role: 'user', content: text });

/** The call is answered; all that came before it is only referred to. */
function answerTo({ output }: OpenAI.Responses.Response): ResponseInputItem[] {
  const references = output.map(({ id }): ResponseInputItem => ({ type: 'item_reference', id: id! }));
  const call = output.find((item) => item.type === 'function_call')!;
  return [...references, { type: 'function_call_output', call_id: call.call_id, output: 'Only dust.' }];
}

describe.each(['claude-sonnet-4-5', 'claude-opus-5-5'])('a thought of %s', (model) => {
  test('goes back to it with its seal when it is referred to', async () => {
    const first = await ask(model, true, [question(QUESTION)]);
    expect(first.output.map(({ type, id }) => [type, id?.slice(0, 3)])).toEqual([
      ['reasoning', 'rs_'],
      ['function_call', 'fc_'],
    ]);
    const sinceNow = watchRequests(world);
    const second = await ask(model, true, [question(QUESTION), ...answerTo(first)]);

    expect(second.output_text).toBe('Dust.');
    // Taken at once: the seal is the one that was given.
    const [{ body, status }] = sinceNow() as [ReturnType<typeof sinceNow>[0]];
    expect(status).toBe(200);
    expect(objects(body.messages).slice(1)).toMatchObject([
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'I must look.', signature: expect.stringMatching(/./) as string },
          { type: 'tool_use', name: 'look', input: { where: 'attic' } },
        ],
      },
      { role: 'user', content: [{ type: 'tool_result', content: [{ type: 'text', text: 'Only dust.' }] }] },
    ]);
  });

  // No call that it belongs to could bring it to mind: it is known from the store alone.
  test('goes back from an answer in words, and only when it is referred to', async () => {
    const asked = [question('sandbox> think It is dark.\nsandbox> say I see nothing.')];
    const { output } = await ask(model, true, asked);
    const [thought, words] = output.map(({ id }): ResponseInputItem => ({ type: 'item_reference', id: id! }));
    const more = question('sandbox> say Still nothing.');
    const sinceNow = watchRequests(world);
    await ask(model, true, [...asked, thought!, words!, more]);
    await ask(model, true, [...asked, words!, more]);

    const answers = sinceNow().map(({ body }) => objects(body.messages)[1]);
    const text = { type: 'text', text: 'I see nothing.' };
    const signature = expect.stringMatching(/./) as string;
    expect(answers).toMatchObject([
      { role: 'assistant', content: [{ type: 'thinking', thinking: 'It is dark.', signature }, text] },
      { role: 'assistant', content: [text] },
    ]);
  });
});

test('an item of a response that was not kept is missed, by its path', async () => {
  const first = await ask('claude-sonnet-4-5', false, [question(QUESTION)]);
  await expect(ask('claude-sonnet-4-5', true, [question(QUESTION), ...answerTo(first)])).rejects.toMatchObject({
    status: 400,
    param: 'input[2]',
    message: expect.stringContaining('"store": true') as string,
  });
});
