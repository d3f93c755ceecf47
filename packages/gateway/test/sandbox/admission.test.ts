// Who is let in, and what counts as a request at all.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/ir/json.ts';
import { type CortexSandbox, createCortexSandbox } from '../../src/sandbox/index.ts';
import { chat, CHAT_PATH, parse, post } from './calls.ts';

let sandbox: CortexSandbox;
beforeAll(async () => {
  sandbox = await createCortexSandbox();
});
afterAll(() => sandbox.close());

const GOOD: JsonObject = { model: 'claude-sonnet-4-6', messages: [{ role: 'user', content: 'Hello.' }] };

describe('who may pass', () => {
  const MESSAGES_PATH = '/api/v2/cortex/v1/messages';
  const TYPE = 'x-snowflake-authorization-token-type';
  const refusals: [string, string, Record<string, string>, number, JsonObject][] = [
    [
      'another PAT',
      CHAT_PATH,
      { authorization: 'Bearer pat-1' },
      401,
      { code: '394400', message: 'Programmatic access token is invalid.' },
    ],
    ['no bearer', CHAT_PATH, {}, 401, { message: 'Bearer token is missing' }],
    ['no bearer on Messages', MESSAGES_PATH, {}, 400, { message: 'Bearer token is missing' }],
    ['x-api-key alone', MESSAGES_PATH, { 'x-api-key': 'sandbox-test' }, 400, { message: 'Bearer token is missing' }],
    ['another OAuth token', CHAT_PATH, { authorization: 'Bearer abc', [TYPE]: 'OAUTH' }, 401, { code: '390303' }],
    [
      'a PAT announced as a JWT',
      CHAT_PATH,
      { authorization: 'Bearer sandbox-test', [TYPE]: 'KEYPAIR_JWT' },
      401,
      { code: '390144' },
    ],
    ['an expired JWT', CHAT_PATH, { authorization: `Bearer ${jwt(-60)}` }, 401, { code: '390144' }],
    ['a session that is gone', CHAT_PATH, { authorization: 'Snowflake Token="abc"' }, 200, { code: '390111' }],
  ];
  test.each(refusals)('refused: %s', async (_what, path, headers, status, body) => {
    const answer = await post(sandbox.url, path, GOOD, headers);
    expect(parse(answer.text)).toMatchObject(body);
    expect(answer.status).toBe(status);
  });

  test.each([
    ['a PAT', { authorization: 'Bearer sandbox-test' }],
    ['a PAT with its type', { authorization: 'Bearer sandbox-test', [TYPE]: 'PROGRAMMATIC_ACCESS_TOKEN' }],
    ['an OAuth token', { authorization: 'Bearer sandbox-oauth', [TYPE]: 'OAUTH' }],
    ['a key-pair JWT', { authorization: `Bearer ${jwt(600)}`, [TYPE]: 'KEYPAIR_JWT' }],
    ['a key-pair JWT without its type', { authorization: `Bearer ${jwt(600)}` }],
    ['a workload identity', { authorization: 'Bearer WIF.AWS.sandbox-a', [TYPE]: 'WORKLOAD_IDENTITY_FEDERATION' }],
    ['a session', { authorization: 'Snowflake Token="sandbox-session"' }],
  ])('accepted: %s', async (_what, headers) => {
    expect((await chat(sandbox.url, GOOD, headers)).status).toBe(200);
  });

  test('errors with a code repeat it, in Snowflake’s key order', async () => {
    const answer = await chat(sandbox.url, { ...GOOD, model: 'fake_model' });
    const id = answer.headers.get('x-snowflake-request-id');
    expect(answer.status).toBe(400);
    expect(answer.text).toBe(
      `{"code":"300014","message":"unknown model: \\"fake_model\\"","request_id":"${id}","error_code":"300014"}`,
    );
  });
});

/** A key-pair JWT that ends `seconds` from now. The sandbox cannot check its signature. */
function jwt(seconds: number): string {
  const now = Math.floor(Date.now() / 1000);
  const account = 'MYORG-SANDBOX.ADA';
  const segment = (value: JsonObject) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = {
    iss: `${account}.SHA256:${'A'.repeat(43)}=`,
    sub: account,
    iat: now + seconds - 600,
    exp: now + seconds,
  };
  return `${segment({ alg: 'RS256', typ: 'JWT' })}.${segment(claims)}.c2lnbmF0dXJl`;
}

describe('bodies that are no requests', () => {
  const INVALID = { code: '390142', message: 'Incoming request does not contain a valid payload.' };
  test.each([
    '',
    '{"model":',
    '[]',
    '"x"',
    'null',
    '{}',
    '{"model":"claude-sonnet-4-6","messages":[]}',
    '{"model":1,"messages":[{"role":"user"}]}',
    '{"model":"claude-sonnet-4-6","messages":[{"role":"user","content":7}]}',
    '{"model":"claude-sonnet-4-6","messages":["x"]}',
    '{"model":"claude-sonnet-4-6","messages":[{"role":"user","content":"x"}],"tools":{}}',
  ])('%s', async (body) => {
    const answer = await chat(sandbox.url, body);
    expect(parse(answer.text)).toMatchObject(INVALID);
    expect(answer.status).toBe(400);
  });

  test('more than 20 MiB', async () => {
    const answer = await chat(sandbox.url, { ...GOOD, metadata: { filler: 'x'.repeat(20 * 1024 * 1024) } });
    expect(answer.status).toBe(413);
    expect(parse(answer.text)).toMatchObject({ message: 'request body exceeds the maximum size of 20 MiB' });
  });

  test('whatever is sent, the sandbox answers in Snowflake’s words and stays up', async () => {
    const json = fc.jsonValue({ maxDepth: 3 });
    const message = fc.record(
      { role: fc.constantFrom('user', 'assistant', 'tool', 'system'), content: json, tool_calls: json },
      { requiredKeys: ['role'] },
    );
    const fields = fc.constantFrom(
      'tools',
      'tool_choice',
      'reasoning',
      'response_format',
      'stop',
      'n',
      'stream_options',
      'prediction',
      'logprobs',
      'temperature',
    );
    const bodies = fc.record({
      model: fc.constantFrom('claude-sonnet-4-6', 'openai-gpt-5', 'llama3.1-8b'),
      messages: fc.array(fc.oneof(message, json), { maxLength: 4 }),
      extra: fc.dictionary(fields, json, { maxKeys: 3 }),
      stream: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(bodies, async ({ extra, ...body }) => {
        const { status } = await chat(sandbox.url, JSON.stringify({ ...extra, ...body }));
        expect([200, 400]).toContain(status);
      }),
      { numRuns: 150 },
    );
  });
});
