// Clients that dawdle, send too much or take nothing: each is cut within its bound, and told why while it can hear.
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CortexSandbox, createCortexSandbox } from '../../src/sandbox/index.ts';
import { type RunningCouloir, eventually, startCouloir } from '../support/couloir.ts';
import { textOf } from '../support/raw-http.ts';
import { createEndlessHost, type EndlessHost } from '../support/stubborn-hosts.ts';
import { ask, CLAUDE, DIALECTS, GPT, open } from './stage.ts';

const HEADERS_MS = 400;
const REQUEST_MS = 800;
const IDLE_MS = 1_000;
const CONNECTIONS = 20;

let sandbox: CortexSandbox;
let endless: EndlessHost;
let couloir: RunningCouloir;

beforeAll(async () => {
  sandbox = await createCortexSandbox();
  endless = await createEndlessHost();
  const config = {
    server: {
      headers_timeout: `${HEADERS_MS}ms`,
      request_timeout: `${REQUEST_MS}ms`,
      max_connections: CONNECTIONS,
    },
    timeouts: { idle: `${IDLE_MS}ms` },
    accounts: {
      main: { host: sandbox.url, token: 'sandbox-test' },
      endless: { host: endless.url, token: 'sandbox-test' },
    },
    models: [
      { name: CLAUDE, account: 'main' },
      { name: GPT, account: 'main' },
      { name: 'endless chat', model: GPT, account: 'endless' },
      { name: 'endless messages', model: CLAUDE, account: 'endless' },
    ],
  };
  couloir = await startCouloir({ config: JSON.stringify(config) });
});
afterAll(async () => {
  await couloir.stop();
  await Promise.all([sandbox.close(), endless.close()]);
});

/** Writes a byte every so often until the other side has had enough. @returns how long that took, and what it said */
async function dribble(beginning: string, byte: string): Promise<{ ms: number; heard: string }> {
  const socket = await open(couloir);
  const startedAt = performance.now();
  socket.write(beginning);
  const dribbling = setInterval(() => socket.write(byte), 20);
  await once(socket, 'close');
  clearInterval(dribbling);
  return { ms: performance.now() - startedAt, heard: socket.heard() };
}

const HEAD =
  'POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer sk-test\r\ncontent-type: application/json\r\n';

it('headers that dribble are cut, with the reason', async () => {
  const { ms, heard } = await dribble(`${HEAD}x-slow: `, 'a');
  expect(heard).toMatch(
    /^HTTP\/1\.1 408 Request Timeout\r\n[\s\S]*server\.headers_timeout[\s\S]*"code":"request_timeout"/,
  );
  expect(ms).toBeGreaterThanOrEqual(HEADERS_MS - 50);
  expect(ms).toBeLessThan(HEADERS_MS + 3_000);
});

it('a body that dribbles is cut, with the reason, and logged once', async () => {
  const before = couloir.exchanges().length;
  const { ms, heard } = await dribble(`${HEAD}content-length: 100000\r\n\r\n{`, ' ');
  expect(heard).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
  expect(ms).toBeGreaterThanOrEqual(REQUEST_MS - 50);
  expect(ms).toBeLessThan(REQUEST_MS + 3_000);
  await eventually(() => couloir.exchanges().length > before);
  expect(couloir.exchanges().slice(before)).toMatchObject([{ outcome: 'client-left', attempts: 0 }]);
});

it('headers that are too large are refused with the bound', async () => {
  const socket = await open(couloir);
  socket.write(`${HEAD}cookie: ${'a'.repeat(20_000)}\r\n\r\n`);
  await once(socket, 'close');
  expect(socket.heard()).toMatch(
    /^HTTP\/1\.1 431 [\s\S]*may have 16 KiB in all[\s\S]*"code":"request_header_fields_too_large"/,
  );
});

it('what is no HTTP is told so', async () => {
  const socket = await open(couloir);
  socket.write('\u0016\u0003\u0001 hello?\r\n\r\n');
  await once(socket, 'close');
  expect(socket.heard()).toMatch(/^HTTP\/1\.1 400 [\s\S]*HTTPS spoken to an HTTP port/);
});

it('a second request that is no HTTP does not spoil the answer to the first', async () => {
  const before = couloir.exchanges().length;
  const socket = await open(couloir);
  const body = JSON.stringify({
    model: GPT,
    stream: true,
    messages: [{ role: 'user', content: 'sandbox> pace 300ms\nsandbox> say one two three four five' }],
  });
  socket.write(`${HEAD}content-length: ${body.length}\r\n\r\n${body}`);
  await eventually(() => socket.heard().includes('data: {'));
  socket.write('nonsense\r\n\r\n');
  await once(socket, 'close');
  expect(socket.heard()).toMatch(/^HTTP\/1\.1 200/);
  expect(socket.heard()).not.toContain('HTTP/1.1 400');
  await eventually(() => couloir.exchanges().length > before);
});

describe.each([
  ['chat', 'endless chat'],
  ['messages', 'endless messages'],
])('a reader that never reads, in %s', (dialect, model) => {
  it('holds the upstream back, and is cut when it has taken nothing for as long as silence may last', async () => {
    const before = couloir.exchanges().length;
    const { path, body } = DIALECTS[dialect]!;
    const text = JSON.stringify({ model, stream: true, ...body('go on') });
    const socket = connect(Number(new URL(couloir.url).port), '127.0.0.1');
    socket.on('error', () => undefined);
    socket.pause();
    socket.write(`${HEAD.replace('/v1/chat/completions', path)}content-length: ${text.length}\r\n\r\n${text}`);
    await eventually(() => endless.heldBackMs() > IDLE_MS / 2);
    expect(endless.sentBytes()).toBeLessThan(100 * 1024 * 1024);
    await eventually(() => couloir.exchanges().length > before);
    expect(couloir.exchanges().slice(before)).toMatchObject([{ outcome: 'client-left', model }]);
    await eventually(() => endless.running() === 0);
    socket.destroy();
  });
});

it('connections beyond the bound are closed at once, and those within it are served', async () => {
  const sockets = await Promise.all(Array.from({ length: CONNECTIONS - 1 }, () => open(couloir)));
  const answer = await ask(couloir, DIALECTS['chat']!, 'sandbox> say hi');
  expect(answer.statusCode).toBe(200);
  await textOf(answer);
  const extra = await Promise.all([open(couloir), open(couloir), open(couloir)]);
  await eventually(() => extra.filter((socket) => socket.closed).length >= 2);
  expect(sockets.some((socket) => socket.closed)).toBe(false);
  for (const socket of [...sockets, ...extra]) socket.destroy();
});
