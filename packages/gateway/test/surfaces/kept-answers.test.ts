import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CortexSandbox, createCortexSandbox } from '../../src/sandbox/index.ts';
import { type RunningCouloir, sandboxAccount, startCouloir } from '../support/couloir.ts';

let sandbox: CortexSandbox;
let couloir: RunningCouloir;
let client: OpenAI;

beforeAll(async () => {
  sandbox = await createCortexSandbox();
  couloir = await startCouloir({ env: sandboxAccount(sandbox.url) });
  client = new OpenAI({ baseURL: `${couloir.url}/v1`, apiKey: couloir.key, maxRetries: 0 });
});

afterAll(async () => {
  await couloir.stop();
  await sandbox.close();
});

const MODEL = 'claude-sonnet-4-5';
const script = (...lines: string[]) => lines.map((line) => `sandbox> ${line}`).join('\n');
const look: OpenAI.Responses.FunctionTool = {
  type: 'function',
  name: 'look',
  strict: false,
  parameters: { type: 'object', properties: { where: { type: 'string' } } },
};
const reasoning = { effort: 'medium' as const, summary: 'auto' as const };
const refer = (id: string | undefined) => ({ type: 'item_reference' as const, id: id! });

/** What Cortex was asked last, as role and kinds of blocks. */
function asked(): { role: string; kinds: string[] }[] {
  const { messages } = sandbox.requests.at(-1)!.body as {
    messages: { role: string; content: { type: string }[] | string }[];
  };
  return messages.map(({ role, content }) => ({
    role,
    kinds: typeof content === 'string' ? ['text'] : content.map(({ type }) => type),
  }));
}

describe('references to items of earlier answers', () => {
  const question: OpenAI.Responses.ResponseInputItem = {
    role: 'user',
    content: script(
      'think Hm.',
      'call look {"where":"a"}',
      'then',
      'think Aha.',
      'call look {"where":"b"}',
      'then',
      'say Done',
    ),
  };
  const ask = (input: OpenAI.Responses.ResponseInputItem[]) =>
    client.responses.create({ model: MODEL, input, tools: [look], reasoning });
  const callOf = (response: OpenAI.Responses.Response) =>
    response.output.find((item) => item.type === 'function_call')!;
  const result = (response: OpenAI.Responses.Response) => ({
    type: 'function_call_output' as const,
    call_id: callOf(response).call_id,
    output: 'nothing',
  });

  it('bring its thoughts and calls back, seals and all, from several answers at once', async () => {
    const first = await ask([question]);
    expect(first.output.map(({ type }) => type)).toEqual(['reasoning', 'function_call']);
    const afterFirst = [question, ...first.output.map(({ id }) => refer(id)), result(first)];
    const second = await ask(afterFirst);
    expect(asked()).toEqual([
      { role: 'user', kinds: ['text'] },
      { role: 'assistant', kinds: ['thinking', 'tool_use'] },
      { role: 'user', kinds: ['tool_result'] },
    ]);
    const third = await ask([...afterFirst, ...second.output.map(({ id }) => refer(id)), result(second)]);
    expect(third.output_text).toBe('Done');
    expect(asked().map(({ kinds }) => kinds)).toEqual([
      ['text'],
      ['thinking', 'tool_use'],
      ['tool_result'],
      ['thinking', 'tool_use'],
      ['tool_result'],
    ]);
  });

  it('beside previous_response_id name what is there already, which is not told twice', async () => {
    const first = await ask([question]);
    const second = await client.responses.create({
      model: MODEL,
      previous_response_id: first.id,
      input: [refer(first.output[0]!.id), refer(callOf(first).id), result(first)],
      tools: [look],
      reasoning,
    });
    expect(asked().map(({ kinds }) => kinds)).toEqual([['text'], ['thinking', 'tool_use'], ['tool_result']]);
    const items = await client.responses.inputItems.list(second.id, { order: 'asc' });
    expect(items.data.map(({ type }) => type)).toEqual([
      'message',
      'reasoning',
      'function_call',
      'function_call_output',
    ]);
  });

  it('also to what was asked: the id of a listed input item leads back to it', async () => {
    const first = await client.responses.create({ model: MODEL, input: script('say Hi') });
    const [item] = (await client.responses.inputItems.list(first.id)).data;
    const again = await client.responses.create({ model: MODEL, input: [refer(item!.id)] });
    expect(again.output_text).toBe('Hi');
  });

  it('to what is not kept are refused by name, but for thoughts', async () => {
    await expect(ask([refer('msg_nobody_0')])).rejects.toMatchObject({ status: 400, param: 'input[0]' });
    const answered = await client.responses.create({
      model: MODEL,
      input: [refer('rs_nobody_0'), { role: 'user', content: script('say Hi') }],
    });
    expect(answered.output_text).toBe('Hi');
  });
});

describe('a kept conversation', () => {
  it('goes on when its middle is deleted, and is counted as it would be sent', async () => {
    const turn = (text: string, previous?: string) =>
      client.responses.create({
        model: MODEL,
        input: script(`say ${text}`),
        ...(previous === undefined ? {} : { previous_response_id: previous }),
      });
    const first = await turn('First');
    const second = await turn('Second', first.id);
    const third = await turn('Third', second.id);
    await client.responses.delete(second.id);
    await expect(client.responses.retrieve(second.id)).rejects.toMatchObject({ status: 404 });
    await expect(turn('Lost', second.id)).rejects.toMatchObject({ code: 'previous_response_not_found' });

    const items = await client.responses.inputItems.list(third.id, { order: 'asc' });
    expect(items.data).toHaveLength(5);
    const fourth = await turn('Fourth', third.id);
    expect(fourth.output_text).toBe('Fourth');
    expect(asked()).toHaveLength(7);

    const count = async (previous?: string) => {
      const { input_tokens: tokens } = await client.responses.inputTokens.count({
        model: MODEL,
        input: 'And now?',
        ...(previous === undefined ? {} : { previous_response_id: previous }),
      });
      return tokens;
    };
    expect(await count(fourth.id)).toBeGreaterThan((await count()) + 20);
    await expect(count(second.id)).rejects.toMatchObject({ status: 400, param: 'previous_response_id' });
  });
});
