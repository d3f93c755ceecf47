// The admin API over HTTP, against the built program.
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { type RunningCouloir, startCouloir } from '../support/couloir.ts';
import * as answers from './answers.ts';
import { chat } from './chat.ts';

const WORD = 'Brachiosaurus';
const TOKEN = 'sandbox-token-nobody-may-see';

let couloir: RunningCouloir;
let ids: { ok: string; noted: string; failed: string; unknown: string };
beforeAll(async () => {
  couloir = await startCouloir();
  ids = {
    ok: await chat(couloir, `${WORD}\nsandbox> usage input=100 cached=40 written=0 output=10\nsandbox> say ${WORD}`),
    noted: await chat(couloir, 'sandbox> say Hello.', { model: 'llama3.1-8b', stream: true, logit_bias: { 1: 2 } }),
    failed: await chat(couloir, 'sandbox> fail 402'),
    unknown: await chat(couloir, WORD, { model: 'no-such-model' }),
  };
  await vi.waitUntil(async () => (await page()).exchanges.length === 4, { timeout: 10_000 });
});
afterAll(async () => {
  await couloir.stop();
});

function get(
  path: string,
  headers: Record<string, string> = { authorization: `Bearer ${couloir.key}` },
  method = 'GET',
) {
  return fetch(`${couloir.url}${path}`, { headers, method, redirect: 'manual' });
}

async function read<Schema extends z.ZodType>(schema: Schema, path: string): Promise<z.output<Schema>> {
  const answer = await get(path);
  expect(answer.status).toBe(200);
  return schema.parse(await answer.json());
}

const page = (query = '') => read(answers.exchangePage, `/admin/api/exchanges${query}`);

test('status says what the gateway is and does', async () => {
  const { deployments, accounts, ...rest } = await read(answers.status, '/admin/api/status');
  expect(rest).toMatchObject({
    state: 'ready',
    sandbox: true,
    inFlight: 0,
    queued: 0,
    cursorModel: 'cortex-sonnet-4-6',
  });
  expect(accounts).toEqual([
    {
      provider: 'cortex',
      origin: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      deployments: deployments.length,
    },
  ]);
  expect(deployments.find(({ model }) => model === 'llama3.1-8b')).toMatchObject({
    provider: 'cortex',
    upstreamModel: 'llama3.1-8b',
    upstreamApi: 'openai-chat',
    lanes: { 'openai-chat': 'mended', 'anthropic-messages': 'translated' },
    state: 'ready',
    coolingUntil: null,
    inFlight: 0,
  });
});

test('a deployment that Snowflake refused is seen to cool down', async () => {
  const { deployments } = await read(answers.status, '/admin/api/status');
  const { state, coolingUntil } = deployments.find(({ model }) => model === 'claude-sonnet-4-6')!;
  expect(state).toMatch(/^(?:cooling-down|half-open)$/);
  expect(coolingUntil).not.toBeNull();
});

test('a request that is under way is counted', async () => {
  const leaving = new AbortController();
  const answer = await fetch(`${couloir.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${couloir.key}` },
    body: JSON.stringify({
      model: 'llama3.1-8b',
      stream: true,
      messages: [{ role: 'user', content: 'sandbox> pace 50ms\nsandbox> repeat 2000 word' }],
    }),
    signal: leaving.signal,
  });
  await answer.body!.getReader().read();
  const { inFlight, deployments } = await read(answers.status, '/admin/api/status');
  leaving.abort();
  expect(inFlight).toBe(1);
  expect(deployments.filter((deployment) => deployment.inFlight > 0).map(({ model }) => model)).toEqual([
    'llama3.1-8b',
  ]);
  await expect.poll(async () => (await read(answers.status, '/admin/api/status')).inFlight).toBe(0);
  await expect.poll(async () => (await page('?outcome=client-left')).exchanges.length).toBe(1);
});

test('models come with aliases, limits, capabilities and prices', async () => {
  const { models } = await read(answers.modelList, '/admin/api/models');
  expect(models.find(({ name }) => name === 'claude-sonnet-4-6')).toEqual({
    name: 'claude-sonnet-4-6',
    aliases: ['cortex-sonnet-4-6'],
    kind: 'chat',
    provider: 'cortex',
    upstreamModel: 'claude-sonnet-4-6',
    deployments: 1,
    family: 'claude',
    contextWindow: 1_000_000,
    maxOutputTokens: 64_000,
    capabilities: {
      tools: true,
      vision: true,
      structuredOutput: true,
      reasoning: true,
      efforts: ['low', 'medium', 'high', 'max'],
      promptCaching: true,
    },
    price: { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75 },
  });
  const embedding = models.find(({ kind }) => kind === 'embedding');
  expect(embedding).toMatchObject({ maxOutputTokens: null, price: null, capabilities: { tools: false } });
});

describe('exchanges', () => {
  test('one that went well', async () => {
    const found = await read(answers.exchange, `/admin/api/exchanges/${ids.ok}`);
    expect(found).toMatchObject({
      requestId: ids.ok,
      upstreamRequestIds: [expect.stringMatching(/^[\w-]{36}$/)],
      key: 'master',
      modelAsked: 'claude-sonnet-4-6',
      modelServed: 'claude-sonnet-4-6',
      protocol: 'openai-chat',
      lane: 'translated',
      stream: false,
      attempts: 1,
      queuedMs: 0,
      status: 200,
      outcome: 'ok',
      stop: 'end',
      tokens: { input: 60, cacheRead: 40, cacheWrite: 0, output: 10, reasoning: null },
      estimated: false,
      simulated: true,
      error: null,
    });
    // 60 at $3, 40 from the cache at $0.30, 10 at $15, all per million.
    expect(found.costUsd).toBeCloseTo(0.000342, 9);
  });

  test('one with a note, streamed', async () => {
    const found = await read(answers.exchange, `/admin/api/exchanges/${ids.noted}`);
    expect(found).toMatchObject({ outcome: 'ok', lane: 'mended', stream: true });
    expect(found.firstContentMs).toBeLessThanOrEqual(found.durationMs);
    expect(found.notes).toContainEqual({ code: 'dropped', path: 'logit_bias', because: expect.any(String) });
  });

  test('one that failed, with what the client was told', async () => {
    const { error, outcome, status } = await read(answers.exchange, `/admin/api/exchanges/${ids.failed}`);
    expect({ outcome, status }).toEqual({ outcome: 'upstream-spent', status: 402 });
    expect(error).toEqual({
      kind: 'upstream-spent',
      message: expect.stringContaining('an administrator must raise it'),
      blame: 'operator',
      clientMayRetry: false,
    });
  });

  test('newest first, page by page, none twice', async () => {
    const seen: string[] = [];
    let before = '';
    for (let pages = 0; pages < 10; pages += 1) {
      const { exchanges, next } = await page(`?limit=2&model=claude-sonnet-4-6${before}`);
      seen.push(...exchanges.map(({ requestId }) => requestId));
      if (next === null) break;
      before = `&before=${next}`;
    }
    expect(seen).toEqual([ids.failed, ids.ok]);
    const { exchanges, next } = await page('?limit=1');
    expect([exchanges.length, typeof next]).toEqual([1, 'string']);
  });

  test.each([
    ['?outcome=ok', ['noted', 'ok']],
    ['?outcome=upstream-spent', ['failed']],
    ['?model=no-such-model', ['unknown']],
    ['?model=claude-sonnet-4-6&outcome=failed', ['failed']],
    ['?model=llama3.1-8b&outcome=upstream-spent', []],
  ] as const)('%s', async (query, names) => {
    const { exchanges } = await page(query);
    expect(exchanges.map(({ requestId }) => requestId)).toEqual(names.map((name) => ids[name]));
  });

  test('never a word of a prompt or an answer, nor of a body that is no JSON', async () => {
    const broken = await fetch(`${couloir.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${couloir.key}` },
      body: `{"model":"llama3.1-8b","messages":[{"role":"user","content":${WORD}}]}`,
    });
    const requestId = broken.headers.get('x-couloir-request-id') ?? '';
    expect((await broken.text()).includes(WORD.slice(0, 4))).toBe(false);
    await expect.poll(async () => (await get(`/admin/api/exchanges/${requestId}`)).status).toBe(200);
    const { error } = await read(answers.exchange, `/admin/api/exchanges/${requestId}`);
    expect(error?.message).toMatch(/^The body is not valid JSON: .*'B'/);
    expect(await (await get('/admin/api/exchanges')).text()).not.toContain(WORD.slice(0, 4));
    expect(couloir.output()).not.toContain(WORD.slice(0, 4));
  });
});

test('usage is what `couloir usage` sums up', async () => {
  const { groups, total } = await read(answers.usage, '/admin/api/usage?since=1h&by=model');
  expect(groups[0]).toMatchObject({
    name: 'claude-sonnet-4-6',
    exchanges: 2,
    failed: 1,
    input: 60,
    cacheRead: 40,
    output: 10,
  });
  expect(total).toMatchObject({ name: 'total', unpriced: 0 });
  const byHour = await read(answers.usage, '/admin/api/usage?since=1h&by=hour');
  expect(byHour.total.exchanges).toBe(total.exchanges);
  expect(byHour.groups.every(({ name }) => /^\d{4}-\d\d-\d\dT\d\dZ$/.test(name))).toBe(true);
  const later = await read(answers.usage, '/admin/api/usage?since=2999-01-01');
  expect(later.groups).toEqual([]);
});

test.each([
  ['exchanges?limit=0', 'limit', '"limit" must be 1 or more.'],
  ['exchanges?limit=201', 'limit', '"limit" must be 200 or less.'],
  ['exchanges?limit=2.5', 'limit', '"limit" must be a whole number.'],
  ['exchanges?limit=1&limit=2', 'limit', '"limit" must be a whole number.'],
  ['exchanges?before=yesterday', 'before', '"before" must be the "next" of the page before.'],
  ['exchanges?outcome=great', 'outcome', expect.stringMatching(/^"outcome" must be ok, failed or a kind of error/)],
  ['exchanges?model=', 'model', '"model" must not be empty.'],
  ['exchanges?colour=red', 'colour', '"colour" is no parameter here. There are limit, before, model, outcome.'],
  ['usage?since=yesterday', 'since', '"since" must be a period like 90m, 24h, 7d, 2w or a day like 2026-11-01.'],
  ['usage?by=colour', 'by', '"by" must be model, day, hour or key.'],
])('a bad query is told by its parameter: %s', async (path, param, message) => {
  const answer = await get(`/admin/api/${path}`);
  expect(answer.status).toBe(400);
  const { error } = answers.errorEnvelope.parse(await answer.json());
  expect(error).toMatchObject({ type: 'invalid_request_error', param, message });
  expect(error.request_id).toBe(answer.headers.get('x-request-id'));
});

describe('the key', () => {
  test.each(['status', 'models', 'exchanges', 'exchanges/x', 'usage'])('%s asks for it', async (name) => {
    for (const path of [`/admin/api/${name}`, `//admin//api/${name}`]) {
      const answer = await get(path, {});
      expect(answer.status).toBe(401);
      answers.errorEnvelope.parse(await answer.json());
    }
    expect((await get(`/admin/api/${name}`, { authorization: 'Bearer sk-wrong' })).status).toBe(401);
  });

  test('x-api-key does as well', async () => {
    expect((await get('/admin/api/status', { 'x-api-key': couloir.key })).status).toBe(200);
  });
});

test('what is not there, or not done this way, says so', async () => {
  const missing = await get('/admin/api/exchanges/nobody');
  expect(missing.status).toBe(404);
  expect(answers.errorEnvelope.parse(await missing.json()).error.message).toMatch(
    /^No request of this id is on record\./,
  );
  const elsewhere = await get('/admin/api/keys');
  expect(elsewhere.status).toBe(404);
  expect(answers.errorEnvelope.parse(await elsewhere.json()).error.code).toBe('unknown_url');
  const posted = await get('/admin/api/status', { authorization: `Bearer ${couloir.key}` }, 'POST');
  expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET']);
  const undecodable = await get('/admin/api/exchanges/%zz');
  expect(undecodable.status).toBe(400);
});

test('every answer of this half forbids what no page of it needs, and no other origin may read it', async () => {
  for (const path of [
    '/admin/api/status',
    '/admin/api/nothing',
    '/admin/api/exchanges/%zz',
    '/console/',
    '/console/nothing',
  ]) {
    const { headers } = await get(path);
    expect(headers.get('content-security-policy')).toContain("default-src 'self'");
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('access-control-allow-origin')).toBeNull();
  }
  const preflight = await get('/admin/api/status', { origin: 'https://elsewhere.example' }, 'OPTIONS');
  expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([405, null]);
});

describe('the console', () => {
  const browser = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

  test.each([
    ['/', 'console/'],
    ['/console', 'console/'],
    ['/ui', 'console/'],
    ['/ui/', '../console/'],
    ['/ui/?page=models', '../console/'],
  ])('%s leads to it, also behind a prefix', async (path, location) => {
    const answer = await get(path, browser);
    expect([answer.status, answer.headers.get('location')]).toEqual([302, location]);
  });

  test('is files: the page afresh each time, the hashed ones for ever', async () => {
    const answer = await get('/console/', browser);
    expect(answer.headers.get('content-type')).toContain('text/html');
    const [, script = ''] = /src="\.\/(assets\/[^"]+\.js)"/.exec(await answer.text()) ?? [];
    const asset = await get(`/console/${script}`, browser);
    expect(asset.status).toBe(200);
    expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(asset.headers.get('x-content-type-options')).toBe('nosniff');
    expect((await get('/console/..%2f..%2fpackage.json', browser)).status).toBeGreaterThanOrEqual(400);
  });

  test('leaves the data plane alone: programs get JSON at the root, and the routes no headers of Fastify', async () => {
    const root = await get('/', { accept: '*/*' });
    expect(await root.json()).toMatchObject({ name: 'couloir', models: '/v1/models' });
    const models = await get('/v1/models');
    expect(models.headers.get('content-security-policy')).toBeNull();
    expect(models.headers.get('access-control-allow-origin')).toBe('*');
  });
});

test('no secret of the configuration is in any answer', async () => {
  const guarded = await startCouloir({
    config: `
accounts:
  main: { host: 'http://127.0.0.1:9', token: ${TOKEN} }
models:
  - name: claude-sonnet-4-6
    headers: { x-proxy-key: ${TOKEN} }
`,
  });
  try {
    for (const name of ['status', 'models', 'exchanges', 'usage']) {
      const answer = await fetch(`${guarded.url}/admin/api/${name}`, { headers: { 'x-api-key': guarded.key } });
      expect(answer.status).toBe(200);
      const text = await answer.text();
      expect(text).not.toContain(TOKEN);
      expect(text).not.toContain(guarded.key);
    }
  } finally {
    await guarded.stop();
  }
});
