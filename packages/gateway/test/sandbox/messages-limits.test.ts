/** Where the border of what Messages accepts runs: what passes, headers, models, switches. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/ir/json.ts';
import { createCortexSandbox, type CortexSandbox, type Switches } from '../../src/sandbox/index.ts';
import { signThought } from '../../src/sandbox/script/signature.ts';
import {
  EPHEMERAL,
  OPUS,
  PIXEL,
  SONNET,
  SONNET_4_5,
  TOOL,
  askMessages,
  assistant,
  call,
  messagesBody,
  refusalOf,
  result,
  text,
  thinking,
  thought,
  user,
} from './messages-client.ts';

let sandbox: CortexSandbox;
beforeAll(async () => (sandbox = await createCortexSandbox()));
afterAll(() => sandbox.close());

let switched: CortexSandbox | undefined;
afterEach(async () => {
  await switched?.close();
  switched = undefined;
});

async function statusWith(switches: Partial<Switches>, changes: JsonObject): Promise<number> {
  switched = await createCortexSandbox({ switches });
  return (await askMessages(switched, messagesBody(changes))).status;
}

describe('accepted', () => {
  const loop = [user('Hi'), assistant(thought('Hm.', signThought(SONNET, 'Hm.')), call('a')), user([result('a')])];
  test.each<[name: string, changes: JsonObject]>([
    ['consecutive user messages', { messages: [user('Hi'), user('Hello')] }],
    [
      'results spread over consecutive user messages',
      {
        tools: [TOOL],
        messages: [
          user('Hi'),
          assistant(call('a'), call('b')),
          user([result('b')]),
          user([result('a'), text('Go on.')]),
        ],
      },
    ],
    ['a loop that begins with a thought', { thinking: thinking(), tools: [TOOL], messages: loop }],
    [
      'a later step of the loop without one',
      { thinking: thinking(), tools: [TOOL], messages: [...loop, assistant(call('b')), user([result('b')])] },
    ],
    [
      'a loop without thoughts under adaptive thinking',
      {
        thinking: { type: 'adaptive' },
        tools: [TOOL],
        messages: [user('Hi'), assistant(call('a')), user([result('a')])],
      },
    ],
    [
      'a thought whose words were omitted',
      { messages: [user('Hi'), assistant(thought('', signThought(SONNET, 'Hm.')), text('Hello')), user('Hi')] },
    ],
    ['temperature 1 with thinking', { thinking: thinking(), temperature: 1 }],
    ['thinking disabled', { thinking: { type: 'disabled' }, temperature: 0 }],
    ['a prefill on 4.5', { model: SONNET_4_5, messages: [user('Hi'), assistant(text('I'))] }],
    ['effort max on 4.6', { output_config: { effort: 'max' } }],
    ['effort xhigh on Opus 4.8', { model: OPUS, output_config: { effort: 'xhigh' }, thinking: { type: 'adaptive' } }],
    ['effort on Opus 4.5', { model: 'claude-opus-4-5', output_config: { effort: 'low' } }],
    ['a mark for five minutes', { system: [text('Hi', { cache_control: { type: 'ephemeral', ttl: '5m' } })] }],
    [
      'a mark on a tool result and on the request',
      {
        cache_control: EPHEMERAL,
        tools: [{ ...TOOL, cache_control: EPHEMERAL }],
        messages: [user('Hi'), assistant(call('a')), user([{ ...result('a'), cache_control: EPHEMERAL }])],
      },
    ],
    [
      'an image in a tool result',
      {
        tools: [TOOL],
        messages: [
          user('Hi'),
          assistant(call('a')),
          user([{ ...result('a'), content: [{ type: 'image', source: PIXEL }] }]),
        ],
      },
    ],
    ['a tool of type custom', { tools: [{ ...TOOL, type: 'custom', description: 'A tool.' }] }],
    [
      'a failed tool result without content',
      {
        tools: [TOOL],
        messages: [user('Hi'), assistant(call('a')), user([{ type: 'tool_result', tool_use_id: 'a', is_error: true }])],
      },
    ],
    ['metadata', { metadata: { user_id: 'someone' } }],
    ['nulls for absent fields', { temperature: null, system: null, tools: null }],
  ])('%s', async (_name, changes) => {
    expect(await refusalOf(sandbox, changes)).toEqual([200, '']);
  });
});

describe('headers', () => {
  test.each([
    ['interleaved-thinking-2025-05-14', SONNET, 200],
    ['interleaved-thinking-2025-05-14, context-management-2025-06-27', SONNET, 200],
    ['claude-code-20250219', SONNET, 400],
    ['interleaved-thinking-2025-05-14,prompt-caching-scope-2026-01-05', SONNET, 400],
    ['extended-cache-ttl-2025-04-11', SONNET, 400],
    ['dev-full-thinking-2025-05-14', SONNET, 400],
    ['effort-2025-11-24', SONNET, 400],
    ['effort-2025-11-24', 'claude-opus-4-5', 200],
    ['token-efficient-tools-2025-02-19', 'claude-haiku-4-5', 400],
    ['', SONNET, 200],
  ])('anthropic-beta "%s" on %s: %i', async (flags, model, status) => {
    const refusal = await refusalOf(sandbox, { model }, { 'anthropic-beta': flags });
    expect(refusal).toEqual([status, status === 200 ? '' : 'invalid beta flag']);
  });

  test('betas open the fields that belong to them', async () => {
    const edits = { context_management: { edits: [{ type: 'clear_thinking_20251015', keep: 'all' }] } };
    const { status, body } = await askMessages(sandbox, messagesBody(edits), {
      'anthropic-beta': 'context-management-2025-06-27',
    });
    expect([status, body.context_management]).toEqual([200, { applied_edits: [] }]);
    const deferred = { tools: [{ ...TOOL, defer_loading: true }] };
    expect(await refusalOf(sandbox, deferred, { 'anthropic-beta': 'tool-search-tool-2025-10-19' })).toEqual([200, '']);
  });

  test('an x-api-key is no credential', async () => {
    const response = await fetch(`${sandbox.url}/api/v2/cortex/v1/messages`, {
      method: 'POST',
      headers: { 'x-api-key': 'sandbox-token', 'content-type': 'application/json' },
      body: JSON.stringify(messagesBody()),
    });
    expect([response.status, ((await response.json()) as JsonObject).message]).toEqual([
      400,
      'Bearer token is missing',
    ]);
  });
});

describe('models', () => {
  test.each([
    ['claude-1', 'unknown model: "claude-1"'],
    ['llama3.1-8b', 'model "llama3.1-8b" is not supported by the messages API'],
    ['openai-gpt-5', 'model "openai-gpt-5" is not supported by the messages API'],
  ])('%s', async (model, says) => {
    expect(await refusalOf(sandbox, { model })).toEqual([400, says]);
  });

  test('a prompt longer than the context window', async () => {
    const messages = [user('word'.repeat(200_000))];
    expect(await refusalOf(sandbox, { model: SONNET_4_5, messages })).toEqual([
      400,
      'prompt is too long: 200011 tokens > 200000 maximum',
    ]);
    expect(await refusalOf(sandbox, { messages })).toEqual([200, '']);
  });
});

test('a document block is a 401 that is no matter of credentials', async () => {
  const messages = [user([{ type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'x' } }])];
  expect(await refusalOf(sandbox, { messages })).toEqual([401, 'Not Authorized']);
});

describe('switches', () => {
  test.each<[Partial<Switches>, JsonObject, number]>([
    [{ ttl1h: 'accept' }, { system: [text('Hi', { cache_control: { type: 'ephemeral', ttl: '1h' } })] }, 200],
    [{ schemaKeyword: 'accept' }, { tools: [{ name: 'f', input_schema: { type: 'object', $schema: 'x' } }] }, 200],
    [{ sampling: 'ignore' }, { model: OPUS, temperature: 0.5 }, 200],
    [{ outputCap: 'rest-table' }, { max_tokens: 16_385 }, 400],
    [{ outputCap: 'none' }, { max_tokens: 131_072 }, 200],
    [{ prefill: 'accept' }, { messages: [user('Hi'), assistant(text('I'))] }, 200],
    [{ prefill: 'refuse' }, { model: SONNET_4_5, messages: [user('Hi'), assistant(text('I'))] }, 400],
    [
      { trailingAssistantWithTools: 'accept' },
      { model: SONNET_4_5, tools: [TOOL], messages: [user('Hi'), assistant(text('I'))] },
      200,
    ],
    [{ anthropicVersionRequired: true }, {}, 400],
  ])('%j', async (switches, changes, status) => {
    expect(await statusWith(switches, changes)).toBe(status);
  });
});
