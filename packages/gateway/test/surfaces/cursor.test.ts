import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CortexSandbox, createCortexSandbox } from '../../src/sandbox/index.ts';
import { checkChatStream } from '../support/chat-grammar.ts';
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

async function ask(
  path: string,
  body: object,
  headers: Record<string, string> = { authorization: `Bearer ${couloir.key}` },
) {
  const response = await post(couloir.url + path, JSON.stringify(body), { 'user-agent': 'Cursor/1.0', ...headers })
    .response;
  return { status: response.statusCode, text: await textOf(response) };
}

const hello = { stream: true, messages: [{ role: 'user', content: 'sandbox> say Hello' }] };
const BASES = ['/v1', '', '/v1/v1', '/cursor', '/cursor/v1', '/openai', '/openai/v1', '//v1/'];
const PATHS = BASES.map((base) => `${base}/chat/completions`);

describe('every base URL that users type', () => {
  it.each(PATHS)('%s', async (path) => {
    const { status, text } = await ask(path, { ...hello, model: 'cortex-sonnet-4-6' });
    expect(status).toBe(200);
    expect(checkChatStream(text)).toBeUndefined();
    expect(text).toContain('"model":"cortex-sonnet-4-6"');
  });

  it('Azure’s, where the path names the model and the key has its own header', async () => {
    const path = '/openai/deployments/cortex-sonnet-4-6/chat/completions?api-version=2024-12-01-preview';
    const { status, text } = await ask(path, { ...hello, model: 'whatever' }, { 'api-key': couloir.key });
    expect([status, checkChatStream(text)]).toEqual([200, undefined]);
  });

  it('Azure’s own body, which leaves the model to the path', async () => {
    const path = '/openai/deployments/cortex-sonnet-4-6/chat/completions';
    const { status, text } = await ask(path, { ...hello, stream: false });
    expect([status, text]).toEqual([200, expect.stringContaining('"model":"cortex-sonnet-4-6"')]);
  });
});

describe.each(['cortex-sonnet-4-6', 'cortex-g5-2'])('bodies of other protocols on the chat path, for %s', (model) => {
  it('Responses', async () => {
    const { text } = await ask('/v1/chat/completions', {
      model,
      stream: true,
      input: [{ role: 'user', content: 'sandbox> say Hello' }],
      store: false,
      include: ['reasoning.encrypted_content'],
      reasoning: { effort: 'medium', summary: 'auto' },
    });
    expect(checkChatStream(text)).toBeUndefined();
    expect(text).toContain('Hello');
  });

  it('Messages', async () => {
    const { text } = await ask('/v1/chat/completions', {
      model,
      stream: true,
      max_tokens: 4096,
      system: [{ type: 'text', text: 'You help.', cache_control: { type: 'ephemeral' } }],
      tools: [{ name: 'look', input_schema: { type: 'object', properties: {} } }],
      tool_choice: { type: 'auto' },
      messages: [{ role: 'user', content: [{ type: 'text', text: 'sandbox> call look' }] }],
    });
    expect(checkChatStream(text)).toBeUndefined();
    expect(text).toContain('"name":"look"');
  });

  it('a flat custom tool among functions: its calls come as functions with raw text', async () => {
    const patch = '*** Begin Patch\n*** End Patch';
    const { text } = await ask('/v1/chat/completions', {
      model,
      stream: true,
      tools: [
        { type: 'function', function: { name: 'look', parameters: { type: 'object', properties: {} } } },
        {
          type: 'custom',
          name: 'ApplyPatch',
          description: 'Edits',
          format: { type: 'grammar', syntax: 'lark', definition: 'start: x' },
        },
      ],
      messages: [{ role: 'user', content: `sandbox> call ApplyPatch ${JSON.stringify({ input: patch })}` }],
    });
    const chunks = text
      .split('\n')
      .filter((line) => line.startsWith('data: {'))
      .map(
        (line) =>
          JSON.parse(line.slice(6)) as {
            choices: { delta: { tool_calls?: { type?: string; function?: { arguments?: string } }[] } }[];
          },
      );
    const fragments = chunks.flatMap(({ choices }) => choices.flatMap(({ delta }) => delta.tool_calls ?? []));
    expect(fragments[0]!.type).toBe('function');
    expect(fragments.map((fragment) => fragment.function?.arguments ?? '').join('')).toBe(patch);
  });
});

it('metadata of Cursor’s does not reach Claude, which refuses it', async () => {
  const { status } = await ask('/v1/chat/completions', {
    model: 'cortex-opus-4-8',
    input: 'hi',
    tool_choice: { type: 'auto' },
    metadata: { cursorConversationId: 'x' },
  });
  expect(status).toBe(200);
});

it('results of tools that Anthropic ran itself do not reach another model', async () => {
  const { status } = await ask('/v1/chat/completions', {
    model: 'cortex-g5-2',
    messages: [
      { role: 'user', content: 'search' },
      {
        role: 'assistant',
        content: [
          { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: {} },
          { type: 'web_search_tool_result', tool_use_id: 'srvtoolu_1', content: [] },
          { type: 'text', text: 'found' },
        ],
      },
      { role: 'user', content: 'go on' },
    ],
  });
  expect(status).toBe(200);
});

it('a document of the Messages API is told as text', async () => {
  const document = { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'the document' } };
  const { status } = await ask('/v1/chat/completions', {
    model: 'cortex-g5-2',
    messages: [{ role: 'user', content: [{ type: 'text', text: 'read' }, document] }],
  });
  expect(status).toBe(200);
  expect(JSON.stringify(sandbox.requests.at(-1)!.body)).toContain('the document');
});

it.each(['anthropic-claude-v1', 'google-gemini-v1'])(
  'a %s thought of somebody else does not stop a chat',
  async (format) => {
    const { status } = await ask('/v1/chat/completions', {
      model: 'cortex-opus-5-5',
      reasoning_effort: 'medium',
      messages: [
        { role: 'user', content: 'x' },
        {
          role: 'assistant',
          content: 'a',
          reasoning_details: [{ type: 'reasoning.encrypted', data: 'EmwKAhgB', format, index: 0 }],
        },
        { role: 'user', content: 'y' },
      ],
    });
    expect(status).toBe(200);
  },
);

it('endings of the model name choose the effort', async () => {
  await ask('/v1/chat/completions', { ...hello, model: 'cortex-opus-4-8-high' });
  expect(sandbox.requests.at(-1)!.body).toMatchObject({ model: 'claude-opus-4-8', output_config: { effort: 'high' } });
  await ask('/v1/chat/completions', { ...hello, model: 'cortex-g5-2-low' });
  expect(sandbox.requests.at(-1)!.body).toMatchObject({ model: 'openai-gpt-5.2', reasoning_effort: 'low' });
  await ask('/v1/chat/completions', { ...hello, model: 'cortex-opus-4-8-xhigh' });
  expect(sandbox.requests.at(-1)!.body).toMatchObject({ output_config: { effort: 'xhigh' } });
  await ask('/v1/chat/completions', { ...hello, model: 'cortex-opus-4-8-thinking' });
  expect(sandbox.requests.at(-1)!.body).toMatchObject({ model: 'claude-opus-4-8', thinking: { type: 'adaptive' } });
  await ask('/v1/chat/completions', { ...hello, model: 'cortex-g5-2-fast' });
  expect(sandbox.requests.at(-1)!.body).toMatchObject({ model: 'openai-gpt-5.2' });
});

it('Verify with a model of Cursor’s own is told what to do', async () => {
  const { status, text } = await ask('/v1/chat/completions', {
    model: 'gpt-4o',
    messages: [{ role: 'user', content: 'Testing. Just say hi and nothing else.' }],
  });
  expect(status).toBe(400);
  // The best first: people take the first name they read.
  expect(text).toMatch(/untick the others: cortex-opus-5-5, cortex-opus-5,/);
});

it('what somebody must do something about is a 400 that Cursor shows', async () => {
  const { status, text } = await ask('/v1/chat/completions', {
    model: 'cortex-sonnet-4-6',
    messages: [{ role: 'user', content: 'sandbox> fail 402 x9' }],
  });
  expect(status).toBe(400);
  expect(text).toContain('budget');
});
