// `inference:complete` over HTTP: what was recorded, reported and documented of it.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/ir/json.ts';
import { type CortexSandbox, createCortexSandbox, type Switches } from '../../src/sandbox/index.ts';
import { at, dataOf, parse, post } from './calls.ts';

const PATH = '/api/v2/cortex/inference:complete';
const CLAUDE = 'claude-sonnet-4-5';

let sandbox: CortexSandbox;
beforeAll(async () => {
  sandbox = await createCortexSandbox();
});
afterAll(() => sandbox.close());

const others: CortexSandbox[] = [];
afterEach(() => Promise.all(others.splice(0).map((other) => other.close())));

const complete = (body: JsonObject, target = sandbox) => post(target.url, PATH, body);
const says = (content: string, extra: JsonObject = {}): JsonObject => ({
  model: CLAUDE,
  messages: [{ role: 'user', content }],
  ...extra,
});
const tool = (name: string) => ({ tool_spec: { type: 'generic', name, input_schema: { type: 'object' } } });
const call = (id: string, name: string, input: JsonObject = {}) => ({
  type: 'tool_use',
  tool_use: { tool_use_id: id, name, input },
});
const result = (id: string, name: string) => ({
  type: 'tool_results',
  tool_results: { tool_use_id: id, name, content: [{ type: 'text', text: 'done' }] },
});

async function withSwitches(switches: Partial<Switches>): Promise<CortexSandbox> {
  const other = await createCortexSandbox({ switches });
  others.push(other);
  return other;
}

describe('answers', () => {
  test('are streams unless the request says otherwise, with the request’s own id and no [DONE]', async () => {
    const answer = await complete(says('sandbox> say One two'));
    expect(answer.headers.get('content-type')).toBe('text/event-stream');
    expect(answer.headers.get('x-accel-buffering')).toBe('no');
    const id = answer.headers.get('x-snowflake-request-id');
    const chunks = dataOf(answer.text).map(parse);
    expect(chunks).toEqual([
      {
        id,
        model: CLAUDE,
        choices: [
          { delta: { type: 'text', content: 'One ', content_list: [{ type: 'text', text: 'One ' }], text: 'One ' } },
        ],
        usage: { prompt_tokens: 16, completion_tokens: 1, total_tokens: 17 },
      },
      {
        id,
        model: CLAUDE,
        choices: [
          { delta: { type: 'text', content: 'two', content_list: [{ type: 'text', text: 'two' }], text: 'two' } },
        ],
        usage: { prompt_tokens: 16, completion_tokens: 2, total_tokens: 18 },
      },
      {
        id,
        model: CLAUDE,
        choices: [{ delta: { type: 'text', text: '' } }],
        usage: { prompt_tokens: 16, completion_tokens: 2, total_tokens: 18 },
      },
    ]);
  });

  test('have `created` for every family but Claude', async () => {
    const answer = await complete(says('sandbox> say One', { model: 'llama3.1-8b' }));
    expect(parse(dataOf(answer.text)[0] ?? '').created).toEqual(expect.any(Number));
  });

  test('in the documented form of 2025: only the list, usage at the end', async () => {
    const other = await withSwitches({ completeDelta: 'content-list' });
    const answer = await complete(
      says('sandbox> say Hi\nsandbox> call look {"at":1}', { tools: [tool('look')] }),
      other,
    );
    const chunks = dataOf(answer.text).map(parse);
    expect(chunks.map((chunk) => at(chunk, 'choices[0].delta'))).toEqual([
      { content: 'Hi', content_list: [{ text: 'Hi', type: 'text' }] },
      { content_list: [{ tool_use_id: expect.stringMatching(/^toolu_bdrk_01/), name: 'look' }] },
      { content_list: [{ input: '{"at":1}' }] },
      {},
    ]);
    expect(chunks.map(({ usage }) => Object.keys(usage ?? {}).length)).toEqual([0, 0, 0, 3]);
  });

  test('spread over many data lines, by switch', async () => {
    const other = await withSwitches({ completePrettyJson: true });
    const { text } = await complete(says('sandbox> say Hi'), other);
    expect(text.startsWith('data: {\ndata:   "id"')).toBe(true);
  });

  test('whole: an object for the arguments, and no id, role or finish_reason', async () => {
    const script = 'sandbox> think Hm.\nsandbox> say Hi\nsandbox> call look {"at":1}\nsandbox> call stop';
    const answer = await complete(
      says(script, {
        stream: false,
        tools: [tool('look'), tool('stop')],
        anthropic: { thinking: { budget_tokens: 1024 } },
        temperature: 1,
      }),
    );
    expect(answer.headers.get('content-type')).toBe('application/json;charset=utf-8');
    expect(parse(answer.text)).toEqual({
      choices: [
        {
          message: {
            content: 'Hi',
            content_list: [
              { type: 'anthropic', thinking: { thinking: 'Hm.', signature: expect.stringMatching(/^EvAB/) } },
              { type: 'text', text: 'Hi' },
              { type: 'tool_use', tool_use: { tool_use_id: expect.any(String), name: 'look', input: { at: 1 } } },
              { type: 'tool_use', tool_use: { tool_use_id: expect.any(String), name: 'stop', input: {} } },
            ],
          },
        },
      ],
      usage: {
        prompt_tokens: expect.any(Number),
        completion_tokens: expect.any(Number),
        total_tokens: expect.any(Number),
      },
    });
  });

  test('JSON by schema, for every family', async () => {
    const schema = { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] };
    const body = { model: 'mistral-7b', stream: false, response_format: { type: 'json', schema } };
    expect(at(parse((await complete(says('A number.', body))).text), 'choices[0].message.content')).toBe('{"n":1}');
  });

  test('filtered by Cortex Guard', async () => {
    const guardrails = { enabled: true, response_when_unsafe: 'No.' };
    const answer = await complete(says('sandbox> say x\nsandbox> finish refusal', { stream: false, guardrails }));
    expect(parse(answer.text)).toMatchObject({
      choices: [{ message: { content: 'No.' } }],
      usage: { guard_tokens: expect.any(Number) },
    });
  });
});

describe('refusals', () => {
  const user = { role: 'user', content: 'Hello' };
  const tools = [tool('look')];
  test.each<[string, JsonObject, number, string]>([
    ['unknown model', says('x', { model: 'fake_model' }), 400, 'unknown model: "fake_model"'],
    ['role tool', { model: CLAUDE, messages: [user, { role: 'tool', content: 'x' }] }, 400, 'unknown role "tool"'],
    [
      'only a system message',
      { model: CLAUDE, messages: [{ role: 'system', content: 'x' }] },
      400,
      'invalid message role sequence',
    ],
    [
      'system later',
      { model: CLAUDE, messages: [user, { role: 'system', content: 'x' }] },
      400,
      'invalid message role sequence',
    ],
    ['two users', { model: CLAUDE, messages: [user, user] }, 400, 'Incoming request does not contain a valid payload.'],
    [
      'content as an array',
      { model: CLAUDE, messages: [{ role: 'user', content: [{ type: 'text', text: 'x' }] }] },
      400,
      'Incoming request does not contain a valid payload.',
    ],
    [
      'an unknown field',
      { model: CLAUDE, messages: [{ ...user, annotations: [] }] },
      400,
      'Incoming request does not contain a valid payload.',
    ],
    [
      'arguments as an array',
      {
        model: CLAUDE,
        tools,
        messages: [
          user,
          {
            role: 'assistant',
            content: 'x',
            content_list: [{ type: 'tool_use', tool_use: { tool_use_id: 'a', name: 'look', input: [] } }],
          },
          user,
        ],
      },
      400,
      'Incoming request does not contain a valid payload.',
    ],
    [
      'no content at all',
      { model: CLAUDE, messages: [{ role: 'user', content: '' }] },
      400,
      'content or contentList must be provided',
    ],
    [
      'text in the list alone',
      { model: CLAUDE, messages: [{ role: 'user', content_list: [{ type: 'text', text: 'x' }] }] },
      400,
      "messages[0].content cannot be empty string (was '')",
    ],
    [
      'assistant last',
      { model: CLAUDE, tools, messages: [user, { role: 'assistant', content: 'x' }] },
      400,
      'invalid request parameters: Requests cannot contain `assistant` role in the final position when `tools` are used.',
    ],
    ['tool_choice as a word', says('x', { tools, tool_choice: 'auto' }), 400, 'invalid request'],
    ['tools on Llama', says('x', { tools, model: 'llama3.1-8b' }), 400, 'tool calling is not supported for this model'],
    [
      'an unanswered call',
      {
        model: CLAUDE,
        tools,
        messages: [user, { role: 'assistant', content: '', content_list: [call('a', 'look')] }, user],
      },
      400,
      "Each 'toolUse' block must be accompanied with a matching 'toolResult' block.",
    ],
    [
      'a format of another kind',
      says('x', { response_format: { type: 'xml' } }),
      400,
      'Incoming request does not contain a valid payload.',
    ],
    [
      'a schema that is none',
      says('x', { response_format: { type: 'json', schema: { type: 'word' } } }),
      422,
      'input schema validation error',
    ],
    ['too many tokens', says('x', { max_tokens: 100_000 }), 400, 'max tokens of 64000 exceeded'],
    [
      'thinking at another temperature',
      says('x', { anthropic: { thinking: { budget_tokens: 1024 } } }),
      400,
      '`temperature` may only be set to 1',
    ],
  ])('%s', async (_what, body, status, message) => {
    const answer = await complete(body);
    expect([answer.status, at(parse(answer.text), 'message')]).toEqual([status, expect.stringContaining(message)]);
    expect(answer.headers.get('content-type')).toContain('application/json');
  });

  test('parallel calls are taken, with their results in any order', async () => {
    const answer = await complete({
      model: CLAUDE,
      tools,
      messages: [
        { role: 'user', content: 'sandbox> call look\nsandbox> call look\nsandbox> then\nsandbox> say Done' },
        { role: 'assistant', content: '', content_list: [call('a', 'look'), call('b', 'look')] },
        { role: 'user', content: '', content_list: [result('b', 'look'), result('a', 'look')] },
      ],
      stream: false,
    });
    expect(at(parse(answer.text), 'choices[0].message.content')).toBe('Done');
  });
});

describe('faults', () => {
  const failing = (name: string, extra: JsonObject = {}) =>
    complete(says(`sandbox> fail ${name}\nsandbox> say a b c d`, extra));

  test('inside the stream, by event name and by data', async () => {
    const data = '{"error":{"message":"Something went wrong during generation","code":"500"}}';
    expect((await failing('stream-error')).text.endsWith(`\n\nevent: error\ndata: ${data}\n\n`)).toBe(true);
    expect((await failing('stream-error-data')).text.endsWith(`}\n\ndata: ${data}\n\n`)).toBe(true);
  });

  test('instead of it, as plain JSON', async () => {
    const answer = await failing('390112');
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/json']);
    expect(parse(answer.text)).toMatchObject({ code: '390112', error_code: '390112' });
  });
});
