// Several processes that look like one: what they count and remember together, and what happens when one dies.
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { type CortexSandbox, createCortexSandbox } from '../../src/sandbox/index.ts';
import { sqliteExchangeHistory } from '../../src/store/sqlite/exchange-history.ts';
import { openDatabaseToRead } from '../../src/store/sqlite/open.ts';
import { type RunningCouloir, eventually, startCouloir } from '../support/couloir.ts';
import { textOf } from '../support/raw-http.ts';
import { ask, CLAUDE, configOf, DIALECTS, GPT, reloaded, replaceFile, status } from './stage.ts';

const chat = DIALECTS['chat']!;
const WORKERS = 2;
/** The system spreads connections by chance: of so many, each worker has some. */
const MANY = 24;

let sandbox: CortexSandbox;
const running: RunningCouloir[] = [];

beforeAll(async () => {
  sandbox = await createCortexSandbox({ limits: { [GPT]: { requestsPerMinute: 5 } } });
});
afterEach(async () => {
  for (const one of running.splice(0)) {
    one.process.kill('SIGKILL');
    await one.stop();
  }
});
afterAll(() => sandbox.close());

async function start(others: Record<string, unknown> = {}): Promise<RunningCouloir> {
  const couloir = await startCouloir({
    config: configOf(sandbox.url, others),
    args: ['--workers', String(WORKERS)],
  });
  running.push(couloir);
  return couloir;
}

/** The processes that said that they listen, oldest first. */
function pids(couloir: RunningCouloir): number[] {
  const lines = couloir.output().match(/^\{.*"event":"worker".*listens.*$/gm) ?? [];
  return lines.map((line) => (JSON.parse(line) as { pid: number }).pid);
}

const posts = () => sandbox.requests.filter(({ method }) => method === 'POST');

/** Who served the exchanges, by the log. */
const servedBy = (couloir: RunningCouloir) => new Set(couloir.exchanges().map(({ worker }) => worker));

/** The answers to `count` requests at once, each on a connection of its own. */
async function askMany(
  couloir: RunningCouloir,
  count: number,
  script: string,
  model = CLAUDE,
): Promise<(number | undefined)[]> {
  return Promise.all(
    Array.from({ length: count }, async () => {
      const response = await ask(couloir, chat, script, { stream: false, model });
      await textOf(response);
      return response.statusCode;
    }),
  );
}

async function metric(couloir: RunningCouloir, name: string): Promise<number> {
  const response = await fetch(`${couloir.url}/metrics`, {
    headers: { authorization: `Bearer ${couloir.key}`, connection: 'close' },
  });
  const lines = (await response.text()).split('\n').filter((line) => new RegExp(`^${name}[ {]`).test(line));
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

it('shares the load, and any of them speaks for all', async () => {
  const couloir = await start();
  await eventually(() => new Set(pids(couloir)).size === WORKERS);
  expect(await askMany(couloir, MANY, 'sandbox> say x')).toEqual(Array.from({ length: MANY }, () => 200));
  await eventually(() => couloir.exchanges().length === MANY);
  expect(servedBy(couloir)).toEqual(new Set([1, 2]));
  const told = [];
  for (let count = 0; count < 4; count += 1) {
    told.push([await metric(couloir, 'couloir_requests_total'), await metric(couloir, 'couloir_workers')]);
  }
  expect(told).toEqual(Array.from({ length: 4 }, () => [MANY, WORKERS]));
  expect(await metric(couloir, 'couloir_build_info')).toBe(1);
  const response = await fetch(`${couloir.url}/admin/api/status`, {
    headers: { authorization: `Bearer ${couloir.key}` },
  });
  const { deployments } = (await response.json()) as { deployments: { requestsThisMinute: number }[] };
  expect(deployments.reduce((sum, { requestsThisMinute }) => sum + requestsThisMinute, 0)).toBe(MANY);
});

it('one that is killed is replaced, no stream of the others notices, and what it counted stays counted', async () => {
  const couloir = await start();
  const streams = await Promise.all(
    Array.from({ length: MANY }, () =>
      ask(couloir, chat, 'sandbox> stall 1500ms\nsandbox> say to the end', { model: CLAUDE }),
    ),
  );
  const texts = streams.map((stream) => textOf(stream).catch(() => 'broken off'));
  const before = await metric(couloir, 'couloir_requests_total');
  const [first] = pids(couloir);
  process.kill(first!, 'SIGKILL');
  await eventually(() => pids(couloir).length === WORKERS + 1);
  expect(couloir.output()).toContain('has ended (SIGKILL); another one is started.');
  const outcomes = await Promise.all(texts);
  const whole = outcomes.filter((text) => /end.*\[DONE\]\s*$/s.test(text)).length;
  expect(whole).toBeGreaterThan(0);
  expect(outcomes.filter((text) => !text.includes('[DONE]'))).toHaveLength(MANY - whole);
  // Only what the killed one had is missing.
  await eventually(() => couloir.exchanges().length === whole);
  expect(await askMany(couloir, MANY, 'sandbox> say x')).toEqual(Array.from({ length: MANY }, () => 200));
  await eventually(() => couloir.exchanges().length === whole + MANY);
  expect(servedBy(couloir)).toEqual(new Set([1, 2]));
  expect(await metric(couloir, 'couloir_worker_restarts_total')).toBe(1);
  // A worker that is slow to tell its figures is left out of one reading.
  await expect.poll(() => metric(couloir, 'couloir_requests_total'), { timeout: 5_000 }).toBe(before + whole + MANY);
});

it('keeps to a rate limit as one process would', async () => {
  const couloir = await start({ models: [{ name: GPT, rpm: 5 }], pacing: { max_wait: '2s' } });
  const before = posts().length;
  const statuses = await askMany(couloir, 20, 'sandbox> say x', GPT);
  expect(statuses.filter((code) => code === 200)).toHaveLength(5);
  expect(statuses.filter((code) => code === 429)).toHaveLength(15);
  const seen = posts().slice(before);
  expect(seen.map((request) => request.status)).toEqual([200, 200, 200, 200, 200]);
  await eventually(() => couloir.exchanges().length === 20);
  expect(servedBy(couloir)).toEqual(new Set([1, 2]));
});

it.each([
  [{ max_running: 3, max_queued: 0 }, 503],
  [{ max_running_per_key: 3, max_queued: 0 }, 429],
])('has as many places as one process would, with %j', async (limits, refused) => {
  const couloir = await start({ limits });
  const answers = await Promise.all(
    Array.from({ length: 12 }, () => ask(couloir, chat, 'sandbox> pace 20s\nsandbox> say a b c', { model: CLAUDE })),
  );
  const statuses = answers.map(({ statusCode }) => statusCode);
  expect([200, refused].map((code) => statuses.filter((one) => one === code).length)).toEqual([3, 9]);
  for (const answer of answers) answer.on('error', () => undefined).destroy();
});

it('remembers thoughts wherever the next turn of a conversation goes', async () => {
  const couloir = await start();
  const tools = [{ type: 'function', function: { name: 'look', parameters: { type: 'object', properties: {} } } }];
  const user = {
    role: 'user',
    content: 'sandbox> think deeply\nsandbox> call look {}\nsandbox> then\nsandbox> say seen',
  };
  const turn = async (messages: object[]) => {
    const response = await fetch(`${couloir.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${couloir.key}`, 'content-type': 'application/json', connection: 'close' },
      body: JSON.stringify({ model: CLAUDE, reasoning_effort: 'high', tools, messages }),
    });
    return (await response.json()) as {
      choices: { message: { tool_calls?: { id: string }[]; content: string | null } }[];
    };
  };
  const first = await turn([user]);
  const { message } = first.choices[0]!;
  const { tool_calls: calls = [] } = message;
  expect(calls).toHaveLength(1);
  const before = posts().length;
  const history = [
    user,
    { role: 'assistant', content: null, tool_calls: calls },
    { role: 'tool', tool_call_id: calls[0]!.id, content: 'ok' },
  ];
  for (let count = 0; count < 4; count += 1) expect((await turn(history)).choices[0]!.message.content).toBe('seen');
  await eventually(() => couloir.exchanges().length === 5);
  expect(servedBy(couloir)).toEqual(new Set([1, 2]));
  const sent = posts()
    .slice(before)
    .map(({ body }) => JSON.stringify(body));
  expect(sent.filter((body) => body.includes('"signature"'))).toHaveLength(4);
});

it('keeps answers and writes down exchanges in one database', async () => {
  const couloir = await start();
  const { path: target, body } = DIALECTS['responses']!;
  const headers = { authorization: `Bearer ${couloir.key}`, 'content-type': 'application/json' };
  const ids = await Promise.all(
    Array.from({ length: MANY }, async () => {
      const answer = await fetch(couloir.url + target, {
        method: 'POST',
        headers: { ...headers, connection: 'close' },
        body: JSON.stringify({ model: CLAUDE, store: true, ...body('sandbox> say kept') }),
      });
      return ((await answer.json()) as { id: string }).id;
    }),
  );
  const found = await Promise.all(
    ids.map(async (id) => {
      const answer = await fetch(`${couloir.url}${target}/${id}`, { headers: { ...headers, connection: 'close' } });
      await answer.arrayBuffer();
      return answer.status;
    }),
  );
  expect(found).toEqual(ids.map(() => 200));
  await eventually(() => couloir.exchanges().length === ids.length);
  expect(servedBy(couloir)).toEqual(new Set([1, 2]));
  const code = once(couloir.process, 'exit');
  couloir.process.kill('SIGTERM');
  await code;
  const history = sqliteExchangeHistory(openDatabaseToRead(path.join(couloir.folder, 'home/couloir.db')));
  expect(Array.from(history.since(0), ({ outcome }) => outcome)).toEqual(ids.map(() => 'ok'));
  history.close();
});

it('SIGHUP reaches all of them', async () => {
  const couloir = await start();
  replaceFile(couloir, 'config.yaml', configOf(sandbox.url, { models: [{ name: 'new', model: CLAUDE }] }));
  couloir.process.kill('SIGHUP');
  await reloaded(couloir);
  const statuses = [];
  for (let count = 0; count < MANY; count += 1) statuses.push(...(await askMany(couloir, 1, 'sandbox> say x', 'new')));
  expect(statuses).toEqual(Array.from({ length: MANY }, () => 200));
  expect(await status(couloir, couloir.key, `/v1/models/${CLAUDE}`)).toBe(404);
  await eventually(() => couloir.exchanges().length === MANY);
  expect(servedBy(couloir)).toEqual(new Set([1, 2]));
});

it('SIGTERM lets what runs end in all of them, and the exit code is 0', async () => {
  const couloir = await start();
  const streams = await Promise.all(
    Array.from({ length: MANY }, () =>
      ask(couloir, chat, 'sandbox> stall 1s\nsandbox> say to the end', { model: CLAUDE }),
    ),
  );
  const code = once(couloir.process, 'exit');
  couloir.process.kill('SIGTERM');
  for (const text of await Promise.all(streams.map(textOf))) expect(text).toMatch(/end.*\[DONE\]\s*$/s);
  expect(await code).toEqual([0, null]);
  expect(servedBy(couloir)).toEqual(new Set([1, 2]));
});

it('gives up when they die as soon as they are started', async () => {
  // As a defect would, from some moment on.
  const preload = `import{existsSync}from'node:fs';const send=process.send;if(send)process.send=function(m,...more){
    if(m?.type==='listening'&&existsSync('doom'))process.exit(7);return send.call(this,m,...more)}`;
  const couloir = await startCouloir({
    config: configOf(sandbox.url),
    env: { COULOIR_WORKERS: '2', NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(preload)}` },
  });
  running.push(couloir);
  const code = once(couloir.process, 'exit');
  await eventually(() => pids(couloir).length === WORKERS);
  writeFileSync(path.join(couloir.folder, 'doom'), '');
  process.kill(pids(couloir)[0]!, 'SIGKILL');
  expect(await code).toEqual([1, null]);
  expect(couloir.output()).toMatch(/Worker [12] dies as soon as it is started \(exit code 7\)/);
});

it('a port that is taken is one sentence, and no worker is left', async () => {
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  const { port } = holder.address() as AddressInfo;
  const failure = await startCouloir({
    config: configOf(sandbox.url),
    args: ['--workers', '2', '--port', String(port)],
  }).then(
    () => '',
    (cause: unknown) => String(cause),
  );
  expect(failure).toContain(`ended with 1`);
  expect(failure).toContain(`port ${port} is taken by another program.`);
  holder.close();
});
