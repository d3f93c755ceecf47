// How the gateway ends: one test for each row of the table in docs/operations.md.
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:http';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type CortexSandbox, createCortexSandbox } from '../../src/sandbox/index.ts';
import { sqliteExchangeHistory } from '../../src/store/sqlite/exchange-history.ts';
import { openDatabaseToRead } from '../../src/store/sqlite/open.ts';
import { type RunningCouloir, eventually, startCouloir } from '../support/couloir.ts';
import { textOf } from '../support/raw-http.ts';
import { ask, configOf, DIALECTS, oneConnection, open } from './stage.ts';

const chat = DIALECTS['chat']!;
/** Answers that do not end before the test does. */
const ENDLESS = 'sandbox> pace 20s\nsandbox> say one two three';

let sandbox: CortexSandbox;
const running: RunningCouloir[] = [];

beforeAll(async () => {
  sandbox = await createCortexSandbox();
});
afterEach(async () => {
  for (const one of running.splice(0)) {
    one.process.kill('SIGKILL');
    await one.stop();
  }
});
afterAll(() => sandbox.close());

async function start(server: Record<string, unknown> = {}): Promise<RunningCouloir> {
  const couloir = await startCouloir({ config: configOf(sandbox.url, { server }) });
  running.push(couloir);
  return couloir;
}

function end(couloir: RunningCouloir, signal: 'SIGTERM' | 'SIGINT' = 'SIGTERM'): Promise<number | null> {
  const code = once(couloir.process, 'exit').then(([exitCode]) => exitCode as number | null);
  couloir.process.kill(signal);
  return code;
}

function get(url: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const call = request(url, { agent: false }, resolve);
    call.on('error', reject);
    call.end();
  });
}

const refusesConnections = (couloir: RunningCouloir) =>
  get(`${couloir.url}/health/liveness`).then(
    (response) => void response.resume(),
    (cause: NodeJS.ErrnoException) => cause.code === 'ECONNREFUSED',
  );

async function untilClosed(couloir: RunningCouloir): Promise<void> {
  while ((await refusesConnections(couloir)) !== true);
}

it('during the delay readiness says no, every answer asks to connect elsewhere, and requests are taken', async () => {
  const couloir = await start({ drain_delay: '1s' });
  const before = await get(`${couloir.url}/health/readiness`);
  expect([before.statusCode, JSON.parse(await textOf(before))]).toEqual([200, { status: 'ready' }]);
  const code = end(couloir);
  await eventually(() => couloir.output().includes('closing;'));
  const readiness = await get(`${couloir.url}/health/readiness`);
  expect([readiness.statusCode, readiness.headers.connection]).toEqual([503, 'close']);
  expect(JSON.parse(await textOf(readiness))).toEqual({
    status: 'shutting down',
    because: 'It ends what runs and takes nothing new.',
  });
  const alive = await get(`${couloir.url}/health/liveness`);
  expect([alive.statusCode, alive.headers.connection]).toEqual([200, 'close']);
  alive.resume();
  const answer = await ask(couloir, chat, 'sandbox> say still here', { agent: oneConnection() });
  expect([answer.statusCode, answer.headers.connection]).toEqual([200, 'close']);
  expect(await textOf(answer)).toMatch(/data: \[DONE\]\s*$/);
  expect(await code).toBe(0);
});

it('after it, connections are refused, requests on open ones are told why, and what runs ends well', async () => {
  const couloir = await start();
  const kept = await Promise.all(
    Object.entries(DIALECTS).map(async ([name, dialect]) => {
      const agent = oneConnection();
      const first = await ask(couloir, dialect, 'sandbox> say hi', { agent });
      await textOf(first);
      return { name, dialect, agent };
    }),
  );
  const stream = await ask(couloir, chat, 'sandbox> stall 2s\nsandbox> say to the very end');
  const code = end(couloir);
  await untilClosed(couloir);
  const told = await Promise.all(
    kept.map(async ({ name, dialect, agent }) => {
      const refused = await ask(couloir, dialect, 'sandbox> say hi', { agent });
      const { error } = JSON.parse(await textOf(refused)) as { error: { type: string; code?: string } };
      return [name, refused.statusCode, refused.headers.connection, error.code ?? error.type];
    }),
  );
  expect(told).toEqual([
    ['chat', 503, 'close', 'shutting_down'],
    ['messages', 503, 'close', 'overloaded_error'],
    ['responses', 503, 'close', 'shutting_down'],
    ['completions', 503, 'close', 'shutting_down'],
  ]);
  expect(await textOf(stream)).toMatch(/end.*data: \[DONE\]\s*$/s);
  expect(await code).toBe(0);
  expect(couloir.exchanges().filter(({ outcome }) => outcome === 'shutting-down')).toHaveLength(4);
});

describe.each(Object.entries(DIALECTS))('what has not ended in time, in %s', (name, dialect) => {
  it('ends in an error that says so, is settled as that, and the exit code is 0', async () => {
    const couloir = await start({ drain_timeout: '200ms' });
    const stream = await ask(couloir, dialect, ENDLESS);
    await once(stream, 'readable');
    const waiting = ask(couloir, dialect, 'sandbox> stall 20s\nsandbox> say never', { stream: false });
    await eventually(() => sandbox.requests.filter(({ closedAt }) => closedAt === undefined).length >= 2);
    const code = end(couloir);
    const text = await textOf(stream);
    expect(text).toMatch(LAST_WORDS[name]!);
    expect(text).not.toMatch(/\[DONE\]|message_stop|response\.completed|"finish_reason":"/);
    expect((await waiting).statusCode).toBe(503);
    expect(await code).toBe(0);
    expect(couloir.exchanges().map(({ outcome }) => outcome)).toEqual(['shutting-down', 'shutting-down']);
    const history = sqliteExchangeHistory(openDatabaseToRead(path.join(couloir.folder, 'home/couloir.db')));
    expect(Array.from(history.since(0), ({ outcome }) => outcome)).toEqual(['shutting-down', 'shutting-down']);
    history.close();
  });
});

/** Errors as each dialect ends a stream with them. */
const LAST_WORDS: Record<string, RegExp> = {
  chat: /data: \{"error":\{"message":"The gateway is shutting down[^\n]+"code":"shutting_down"[^\n]+\n\n$/,
  messages: /event: error\ndata: \{"type":"error","error":\{"type":"overloaded_error"[^\n]+shutting down[^\n]+\n\n$/,
  responses: /event: response\.failed\ndata: [^\n]+shutting down[^\n]+\n\n$/,
  completions: /data: \{"error":\{"message":"The gateway is shutting down[^\n]+\n\n$/,
};

it.each([
  ['SIGTERM', 143],
  ['SIGINT', 130],
] as const)('a second %s ends it at once', async (signal, expected) => {
  const couloir = await start();
  const stream = await ask(couloir, chat, ENDLESS);
  stream.on('error', () => undefined);
  await once(stream, 'readable');
  const code = end(couloir, signal);
  await eventually(() => couloir.output().includes('closing;'));
  couloir.process.kill(signal);
  expect(await code).toBe(expected);
});

it('connections on which nothing is asked do not hold it up', async () => {
  const couloir = await start({ drain_timeout: '1h' });
  await textOf(await ask(couloir, chat, 'sandbox> say hi', { agent: oneConnection() }));
  const silent = await open(couloir);
  const begun = await open(couloir);
  begun.write('POST /v1/chat/completions HTTP/1.1\r\nhost');
  expect(await end(couloir)).toBe(0);
  silent.destroy();
});
