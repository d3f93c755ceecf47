import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
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

interface ErrorAnswer {
  error: { message: string; type: string; param: string | null; code: string | null; request_id: string };
}

async function send(
  body: string | Buffer,
  headers: Record<string, string> = { authorization: `Bearer ${couloir.key}` },
  path = '/v1/chat/completions',
) {
  const response = await post(couloir.url + path, body, headers).response;
  return {
    status: response.statusCode,
    headers: response.headers,
    body: JSON.parse(await textOf(response)) as ErrorAnswer,
  };
}

const hello = { model: 'claude-sonnet-4-6', messages: [{ role: 'user', content: 'hi' }] };

describe('a body that cannot be served', () => {
  it.each<[string, string, number, string]>([
    ['nothing', '', 400, 'no body'],
    ['broken JSON', '{"model":"a","messages":[', 400, 'not valid JSON'],
    ['broken JSON deep inside', '{"model":"claude-sonnet-4-6","messages":[{"role":user}]}', 400, 'not valid JSON'],
    ['null', 'null', 400, 'must be a JSON object'],
    ['an array', '[]', 400, 'must be a JSON object'],
    ['a key twice', '{"model":"cheap","model":"dear","messages":[]}', 400, 'has the field "model" twice'],
    ['no model', '{"messages":[]}', 400, 'has no "model"'],
    ['a model that is no string', '{"model":7,"messages":[]}', 400, '"model" must be'],
    [
      'stream that is no boolean',
      '{"model":"claude-sonnet-4-6","messages":[],"stream":"yes"}',
      400,
      '"stream" must be true or false',
    ],
    ['n out of range', '{"model":"claude-sonnet-4-6","messages":[],"n":99}', 400, '"n" must be'],
    ['an unknown model', '{"model":"claude-sonet-4-6","messages":[]}', 404, 'Did you mean "claude-sonnet-4-6"?'],
    ['messages that are no list', '{"model":"claude-sonnet-4-6","messages":"hi"}', 400, 'messages'],
    ['a message that is no object', '{"model":"claude-sonnet-4-6","messages":[null]}', 400, 'messages[0]'],
    [
      'an unknown role',
      '{"model":"claude-sonnet-4-6","messages":[{"role":"robot","content":"x"}]}',
      400,
      'messages[0].role',
    ],
    [
      'a bad content part',
      '{"model":"openai-gpt-5.2","messages":[{"role":"user","content":[{"type":"image_url"}]}]}',
      400,
      'messages[0].content[0].image_url',
    ],
    [
      'a private image',
      JSON.stringify({
        ...hello,
        messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://127.0.0.1/a.png' } }] }],
      }),
      400,
      'private network',
    ],
    ['temperature that is no number', JSON.stringify({ ...hello, temperature: 'hot' }), 400, 'temperature'],
  ])('%s', async (_what, body, status, says) => {
    const answer = await send(body);
    expect(answer.status).toBe(status);
    expect(answer.body.error.message).toContain(says);
    expect(answer.body.error.type).toBe('invalid_request_error');
    expect(answer.body.error.request_id).toBe(answer.headers['x-request-id']);
    expect(answer.headers['x-should-retry']).toBe('false');
  });

  it.each([
    '/v1/chat/completions',
    '/v1/messages',
    '/v1/messages/count_tokens',
    '/v1/responses',
    '/v1/responses/input_tokens',
    '/v1/completions',
    '/v1/embeddings',
  ])('%s: bytes that are not UTF-8', async (path) => {
    const text = Buffer.from([0x61, 0xff, 0x62]);
    const body = Buffer.concat([
      Buffer.from(
        '{"model":"claude-sonnet-4-6","max_tokens":9,"input":"hi","prompt":"hi","messages":[{"role":"user","content":"',
      ),
      text,
      Buffer.from('"}]}'),
    ]);
    const answer = await send(body, { authorization: `Bearer ${couloir.key}` }, path);
    expect(answer.status).toBe(400);
    expect(answer.body.error).toMatchObject({
      type: 'invalid_request_error',
      message: expect.stringContaining('UTF-8'),
    });
  });

  it.each(['gzip', 'zstd'])('a compressed one (%s) is told from a broken one', async (encoding) => {
    const answer = await send(Buffer.from([0x1f, 0x8b, 0x08]), {
      authorization: `Bearer ${couloir.key}`,
      'content-encoding': encoding,
    });
    expect([answer.status, answer.body.error.message]).toEqual([400, expect.stringContaining('Send it uncompressed.')]);
  });

  it('a schema that is nested without end', async () => {
    const depth = 200_000;
    const parameters = `${'{"items":'.repeat(depth)}1${'}'.repeat(depth)}`;
    const tools = `[{"type":"function","function":{"name":"f","parameters":${parameters}}}]`;
    const answer = await send(
      `{"model":"openai-gpt-5.2","messages":[{"role":"user","content":"hi"}],"tools":${tools}}`,
    );
    expect([answer.status, answer.body.error.message]).toEqual([400, expect.stringContaining('levels deep')]);
  });

  it('64 MiB and over is refused, and the connection stays usable for the client to see it', async () => {
    const headers = { authorization: `Bearer ${couloir.key}` };
    const response = await post(`${couloir.url}/v1/chat/completions`, Buffer.alloc(64 * 1024 * 1024, 0x20), headers)
      .response;
    expect(response.statusCode).toBe(413);
    expect(JSON.parse(await textOf(response))).toMatchObject({ error: { code: 'request_too_large' } });
  });

  it('a client that asks first (Expect: 100-continue) need not send so much', async () => {
    const call = request(`${couloir.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { expect: '100-continue', 'content-length': 64 * 1024 * 1024 },
    });
    call.flushHeaders();
    const [response] = (await once(call, 'response')) as [IncomingMessage];
    expect(response.statusCode).toBe(413);
    call.destroy();
  });
});

describe('the key', () => {
  it('is taken from Authorization or x-api-key', async () => {
    const body = JSON.stringify({ ...hello, messages: [{ role: 'user', content: 'sandbox> say Hi' }] });
    expect((await send(body, { authorization: `Bearer ${couloir.key}` })).status).toBe(200);
    expect((await send(body, { 'x-api-key': couloir.key })).status).toBe(200);
  });

  it.each<[string, Record<string, string>]>([
    ['none', {}],
    ['a wrong one', { authorization: 'Bearer sk-wrong-4711' }],
    ['a wrong x-api-key', { 'x-api-key': 'sk-wrong-4711' }],
    ['no bearer', { authorization: 'Basic c2std3Jvbmc=' }],
  ])('%s is a 401 that says where to find it and does not repeat it', async (_what, headers) => {
    const answer = await send(JSON.stringify(hello), headers);
    expect(answer.status).toBe(401);
    expect(answer.body.error.code).toBe('invalid_api_key');
    expect(JSON.stringify(answer.body) + couloir.output()).not.toContain('sk-wrong-4711');
  });
});

describe('the way', () => {
  it('an unknown path says what there is, in the envelope', async () => {
    const answer = await send('{}', {}, '/v1/nothing');
    expect([answer.status, answer.body.error.code]).toEqual([404, 'unknown_url']);
    expect(answer.body.error.message).toContain('POST /v1/chat/completions');
  });

  it('a wrong method says the right one', async () => {
    const response = await fetch(`${couloir.url}/v1/chat/completions`);
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST, OPTIONS']);
  });

  it('a browser may ask from anywhere', async () => {
    const response = await fetch(`${couloir.url}/v1/chat/completions`, {
      method: 'OPTIONS',
      headers: { origin: 'https://app.example', 'access-control-request-method': 'POST' },
    });
    expect(response.status).toBe(204);
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(response.headers.get('access-control-allow-headers')?.toLowerCase()).toContain('authorization');
  });

  it('health is open, but for the probe of the upstreams', async () => {
    expect(await (await fetch(`${couloir.url}/health/liveliness`)).json()).toBe("I'm alive!");
    expect((await fetch(`${couloir.url}/health/liveness`)).status).toBe(200);
    expect(await (await fetch(`${couloir.url}/health/readiness`)).json()).toEqual({ status: 'ready' });
    expect((await fetch(`${couloir.url}/health`)).status).toBe(401);
  });
});

describe('what Cortex refuses reaches the client as an explanation', () => {
  it.each<[string, string, number, string, string]>([
    ['a wrong token', '394400', 502, 'upstream_auth', 'generate a new one in Snowsight'],
    ['a spent budget', '402', 402, 'upstream_budget_exceeded', 'budget'],
    ['a limit', '429', 429, 'upstream_rate_limit', 'limit of requests or tokens'],
    ['a throttle in the clothes of a 400', 'throttled', 429, 'upstream_rate_limit', 'throttling'],
    ['an expired session inside a 200', '390112', 502, 'upstream_auth', 'session has expired'],
  ])('%s', async (_what, fault, status, code, says) => {
    const answer = await send(
      JSON.stringify({ ...hello, messages: [{ role: 'user', content: `sandbox> fail ${fault} x9` }] }),
    );
    expect([answer.status, answer.body.error.code]).toEqual([status, code]);
    expect(answer.body.error.message).toContain(says);
    expect(answer.body.error.message).toMatch(/request id [0-9a-f-]{36}/);
    expect(Number(answer.headers['retry-after'] ?? 0) > 0).toBe(status === 429);
  });
});

it.each([
  ['it is not even JSON', '{"a loop of";'],
  ['it says something to the gateway itself', JSON.stringify({ ...hello, model: 'nowhere', num_retries: 0 })],
])('what fails again and again is slowed from the fourth time on, also when %s', async (_when, loop) => {
  for (let sent = 0; sent < 3; sent += 1) expect((await send(loop)).status).toBeGreaterThanOrEqual(400);
  const sentAt = Date.now();
  expect((await send(loop)).status).toBeGreaterThanOrEqual(400);
  // At least: a slow machine only makes it longer.
  expect(Date.now() - sentAt).toBeGreaterThan(900);
});

it('the process lived through all of it, and no secret is in what it wrote', async () => {
  expect((await fetch(`${couloir.url}/health/liveness`)).status).toBe(200);
  expect(couloir.output()).not.toContain('sandbox-test');
  expect(couloir.output()).not.toContain(`Bearer ${couloir.key}`);
  expect(couloir.exchanges().every((line) => line.outcome !== 'internal')).toBe(true);
});
