// The wait that the upstream asks for reaches the client as the same number, in the envelope of every dialect.
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningCouloir, startCouloir } from '../support/couloir.ts';

/** Longer than the gateway itself would wait. */
const SECONDS = 37;
const STATUSES = [429, 503, 529];

const MESSAGES = { messages: [{ role: 'user', content: 'hi' }] };
const DIALECTS = [
  { name: 'Chat Completions', path: '/v1/chat/completions', body: MESSAGES },
  { name: 'Messages', path: '/v1/messages', body: { ...MESSAGES, max_tokens: 100 } },
  { name: 'Responses', path: '/v1/responses', body: { input: 'hi' } },
  { name: 'Completions', path: '/v1/completions', body: { prompt: 'hi' } },
  { name: 'Cursor’s', path: '/cursor/v1/chat/completions', body: { input: [{ role: 'user', content: 'hi' }] } },
  { name: 'Embeddings', path: '/v1/embeddings', body: { input: 'hi' } },
];
const MODELS = ['claude-sonnet-4-6', 'openai-gpt-5.2', 'llama3.1-70b'];
const EMBEDDING = 'snowflake-arctic-embed-m-v1.5';

let upstreams: Server[] = [];
let couloir: RunningCouloir;

/** One for each status and dialect, because what it asks for is held against all that goes to the same host. */
const CASES = DIALECTS.flatMap(({ name, path }) => STATUSES.map((status) => ({ dialect: name, path, status })));

beforeAll(async () => {
  upstreams = await Promise.all(CASES.map(({ status }) => refuseWith(status)));
  couloir = await startCouloir({ config: JSON.stringify({ accounts: accountsOf(upstreams), models: modelsOf() }) });
});

afterAll(async () => {
  await couloir.stop();
  for (const upstream of upstreams) upstream.close();
});

async function refuseWith(status: number): Promise<Server> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      response.writeHead(status, { 'retry-after': String(SECONDS), 'content-type': 'application/json' });
      response.end('{"message":"later"}');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

function accountsOf(servers: Server[]): object {
  const hosts = servers.map((server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return Object.fromEntries(hosts.map((host, index) => [`a${index}`, { host, token: 'x' }]));
}

function modelsOf(): object[] {
  return CASES.flatMap(({ dialect, path, status }, index) =>
    askedOn(path).map((model) => ({ name: nameOf(model, status, dialect), model, account: `a${index}` })),
  );
}

function askedOn(path: string): string[] {
  return path === '/v1/embeddings' ? [EMBEDDING] : MODELS;
}

function nameOf(model: string, status: number, dialect: string): string {
  return `${model}-${status}-${dialect.toLowerCase().replaceAll(/[^a-z]/g, '')}`;
}

describe.each(DIALECTS)('$name', ({ name, path, body }) => {
  test.each(STATUSES.flatMap((status) => askedOn(path).map((model) => ({ status, model }))))(
    '$status of $model',
    async ({ status, model }) => {
      const response = await fetch(couloir.url + path, {
        method: 'POST',
        headers: { authorization: `Bearer ${couloir.key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ ...body, model: nameOf(model, status, name) }),
      });
      const text = await response.text();
      expect([response.status, response.headers.get('retry-after')], text).toEqual([
        status === 429 ? 429 : 503,
        String(SECONDS),
      ]);
      expect(response.headers.get('x-should-retry')).toBe('true');
      expect(JSON.parse(text)).toHaveProperty('error.message');
    },
  );
});
