// A field that stands twice deep inside a body is read by nobody: each route refuses it and names its path.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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

const CLAUDE = '"model":"claude-sonnet-4-6"';
const GPT = '"model":"openai-gpt-5.2"';
const TWICE = '{"role":"user","content":"hi","role":"assistant"}';

async function send(path: string, body: string, headers: Record<string, string> = {}) {
  const response = await post(couloir.url + path, body, { authorization: `Bearer ${couloir.key}`, ...headers })
    .response;
  return { status: response.statusCode, body: JSON.parse(await textOf(response)) as unknown };
}

describe('in the envelope of OpenAI', () => {
  it.each([
    ['chat, translated', '/v1/chat/completions', `{${CLAUDE},"messages":[${TWICE}]}`, 'messages[0].role'],
    ['chat, mended', '/v1/chat/completions', `{${GPT},"messages":[${TWICE}]}`, 'messages[0].role'],
    ['chat, streamed', '/v1/chat/completions', `{${GPT},"stream":true,"messages":[${TWICE}]}`, 'messages[0].role'],
    [
      'chat, where routing looks',
      '/v1/chat/completions',
      `{${GPT},"stream_options":{"include_usage":true,"include_usage":false},"messages":[]}`,
      'stream_options.include_usage',
    ],
    [
      'chat, spelled with an escape',
      '/v1/chat/completions',
      `{${GPT},"messages":[{"role":"user","content":[{"type":"text","text":"a","t\\u0065xt":"b"}]}]}`,
      'messages[0].content[0].text',
    ],
    ['Responses', '/v1/responses', `{${CLAUDE},"input":[${TWICE}]}`, 'input[0].role'],
    [
      'Responses, a tool',
      '/v1/responses',
      `{${GPT},"input":"hi","tools":[{"type":"function","name":"a","parameters":{"type":"object","type":"string"}}]}`,
      'tools[0].parameters.type',
    ],
    ['Completions', '/v1/completions', `{${GPT},"prompt":"hi","metadata":{"a":"1","a":"2"}}`, 'metadata.a'],
    [
      'Embeddings',
      '/v1/embeddings',
      '{"model":"snowflake-arctic-embed-m-v1.5","input":"hi","metadata":{"a":{"b":1,"b":2}}}',
      'metadata.a.b',
    ],
    ['Cursor, input on the chat path', '/v1/chat/completions', `{${CLAUDE},"input":[${TWICE}]}`, 'input[0].role'],
    ['Cursor, its own path', '/cursor/chat/completions', `{${GPT},"input":[${TWICE}]}`, 'input[0].role'],
  ])('%s', async (_what, path, body, field) => {
    const { status, body: answer } = await send(path, body);
    expect(answer).toMatchObject({
      error: {
        type: 'invalid_request_error',
        message: expect.stringContaining(`The body has the field "${field}" twice. Send it once.`),
        param: field,
      },
    });
    expect(status).toBe(400);
  });
});

describe('in the envelope of Anthropic', () => {
  it.each([
    ['to Claude, bytes kept', '/v1/messages', `{${CLAUDE},"max_tokens":9,"messages":[${TWICE}]}`],
    ['to another family', '/v1/messages', `{${GPT},"max_tokens":9,"messages":[${TWICE}]}`],
    ['counting', '/v1/messages/count_tokens', `{${CLAUDE},"messages":[${TWICE}]}`],
  ])('%s', async (_what, path, body) => {
    const { status, body: answer } = await send(path, body, { 'anthropic-version': '2023-06-01' });
    expect(answer).toMatchObject({
      type: 'error',
      error: {
        type: 'invalid_request_error',
        message: expect.stringContaining('The body has the field "messages[0].role" twice. Send it once.'),
      },
    });
    expect(status).toBe(400);
  });
});

it('none of them reached Cortex', () => {
  expect(sandbox.requests.filter(({ method }) => method === 'POST')).toEqual([]);
});
