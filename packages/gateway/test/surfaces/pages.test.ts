import Anthropic from '@anthropic-ai/sdk';
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CortexSandbox, createCortexSandbox } from '../../src/sandbox/index.ts';
import { type RunningCouloir, sandboxAccount, startCouloir } from '../support/couloir.ts';

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

interface ModelPage {
  data: { id: string }[];
  has_more: boolean;
  first_id: string | null;
  last_id: string | null;
}

/** The answer to a request without a body, in Anthropic's dialect. */
async function get(path: string, headers: Record<string, string> = {}): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${couloir.url}${path}`, {
    headers: { 'x-api-key': couloir.key, 'anthropic-version': '2023-06-01', ...headers },
  });
  return { status: response.status, body: await response.json() };
}

async function models(query: string): Promise<ModelPage> {
  return (await get(`/v1/models${query}`)).body as ModelPage;
}

describe('models in pages, as Anthropic has them', () => {
  it('all of them come at once unless a limit is named', async () => {
    const { data, ...page } = await models('');
    expect(data.length).toBeGreaterThan(20);
    expect(page).toEqual({ has_more: false, first_id: data[0]!.id, last_id: data.at(-1)!.id });
  });

  it('the official package walks through them, each once', async () => {
    const client = new Anthropic({ baseURL: couloir.url, apiKey: couloir.key, maxRetries: 0 });
    const walked: string[] = [];
    for await (const { id } of client.models.list({ limit: 7 })) walked.push(id);
    expect(walked).toEqual((await models('')).data.map(({ id }) => id));
  });

  it('a page ends where the next begins, forwards and backwards', async () => {
    const ids = (await models('')).data.map(({ id }) => id);
    const page = (from: number, to: number, hasMore: boolean) => ({
      data: ids.slice(from, to).map((id) => expect.objectContaining({ id })),
      has_more: hasMore,
      first_id: ids[from],
      last_id: ids[to - 1],
    });
    expect(await models(`?limit=2&after_id=${ids[1]}`)).toEqual(page(2, 4, true));
    expect(await models(`?limit=2&before_id=${ids[3]}`)).toEqual(page(1, 3, true));
    expect(await models(`?limit=2&before_id=${ids[2]}`)).toEqual(page(0, 2, false));
    expect(await models(`?after_id=${ids.at(-2)}`)).toEqual(page(ids.length - 1, ids.length, false));
    expect(await models(`?after_id=${ids.at(-1)}`)).toEqual({
      data: [],
      has_more: false,
      first_id: null,
      last_id: null,
    });
  });

  it.each([
    ['?limit=0', 'limit'],
    ['?limit=1001', 'limit'],
    ['?limit=two', 'limit'],
    ['?limit=', 'limit'],
    ['?after_id=nobody', 'after_id'],
    ['?before_id=nobody', 'before_id'],
    ['?after_id=claude-sonnet-4-6&before_id=claude-sonnet-4-5', 'before_id'],
  ])('%s is refused by name', async (query, named) => {
    expect(await get(`/v1/models${query}`)).toEqual({
      status: 400,
      body: expect.objectContaining({
        type: 'error',
        error: expect.objectContaining({
          type: 'invalid_request_error',
          message: expect.stringContaining(`"${named}"`),
        }),
      }),
    });
  });

  it('OpenAI clients get the whole list, as at OpenAI', async () => {
    const response = await fetch(`${couloir.url}/v1/models?limit=2`, {
      headers: { authorization: `Bearer ${couloir.key}` },
    });
    const { object, data } = (await response.json()) as { object: string; data: unknown[] };
    expect([object, data.length > 20]).toEqual(['list', true]);
  });
});

describe('connections that would be something else', () => {
  async function say(text: string): Promise<string> {
    const socket = connect(Number(new URL(couloir.url).port), '127.0.0.1');
    socket.setEncoding('utf8').write(text);
    let heard = '';
    socket.on('data', (chunk: string) => (heard += chunk));
    await once(socket, 'close');
    return heard;
  }

  it('a WebSocket is told which protocol is spoken here, and why', async () => {
    const answer = await say(
      'GET /v1/responses HTTP/1.1\r\nhost: x\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n',
    );
    expect(answer).toMatch(/^HTTP\/1\.1 426 Upgrade Required\r\n/);
    expect(answer).toMatch(/\r\nupgrade: HTTP\/1\.1\r\n/i);
    expect(answer).toMatch(/\r\nconnection: upgrade, close\r\n/i);
    expect(answer).toMatch(/\r\nx-request-id: \S+\r\n/i);
    expect(answer).toContain('POST /v1/responses');
  });

  it('an offer of HTTP/2, as Java’s client makes with every request, is passed over', async () => {
    const answer = await say(
      'GET /api/hello HTTP/1.1\r\nhost: x\r\nconnection: Upgrade, HTTP2-Settings, close\r\nupgrade: h2c\r\nhttp2-settings: AAEAAEAAAAIAAAAB\r\n\r\n',
    );
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  });
});

describe('a page that fails again and again', () => {
  const call = async (path: string, init: RequestInit = {}) => {
    const from = performance.now();
    const response = await fetch(`${couloir.url}${path}`, {
      ...init,
      headers: { authorization: `Bearer ${couloir.key}`, 'content-type': 'application/json' },
    });
    await response.text();
    return { status: response.status, waitedMs: performance.now() - from };
  };
  it.concurrent.each([
    ['embeddings', '/v1/embeddings', { method: 'POST', body: '{"model":5}' }, 400],
    ['counting for Messages', '/v1/messages/count_tokens', { method: 'POST', body: '[1]' }, 400],
    ['counting for Responses', '/v1/responses/input_tokens', { method: 'POST', body: '{"input":[]}' }, 400],
    ['a kept answer', '/v1/responses/resp_nobody', {}, 404],
    ['compaction', '/v1/responses/compact', { method: 'POST', body: '{"model":"x"}' }, 400],
    ['a model', '/v1/models/nobody', {}, 404],
  ])('%s is slowed from the fourth time on', async (_what, path, init, status) => {
    const calls: Awaited<ReturnType<typeof call>>[] = [];
    for (let turn = 0; turn < 4; turn += 1) calls.push(await call(path, init));
    expect(calls.map((one) => one.status)).toEqual([status, status, status, status]);
    expect(calls[3]!.waitedMs).toBeGreaterThanOrEqual(950);
  });
});
