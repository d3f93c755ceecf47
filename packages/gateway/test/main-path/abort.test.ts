/**
 * The client leaves at each stage, on each lane: Cortex is told at once, nothing more is sent, and the log says so.
 * What must always hold is asserted by order; the 50 ms by the middle of several tries, because one that a busy
 * machine delayed says nothing of the gateway.
 */
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CortexSandbox, createCortexSandbox, type LoggedRequest } from '../../src/sandbox/index.ts';
import { type RunningCouloir, eventually, startCouloir } from '../support/couloir.ts';
import { post, type RawCall, textOf } from '../support/raw-http.ts';
import {
  createEndlessHost,
  createMuteHost,
  createRefusingHost,
  type EndlessHost,
  type MuteHost,
  type RefusingHost,
} from '../support/stubborn-hosts.ts';

const CLOSED_WITHIN_MS = 50;
const TRIES = 5;
/** Within what the gateway is willing to wait before it tries again, and longer than a test here takes. */
const RETRY_AFTER_SECONDS = 7;
/** An upstream that may write nothing for so long waits for its reader. */
const HELD_BACK_MS = 200;
/** What the buffers of two connections may hold, and far less than an endless answer comes to. */
const MOST_HELD_BYTES = 100 * 1024 * 1024;
const LONG = `sandbox> say ${'word '.repeat(400)}`;

interface Column {
  lane: string;
  path: string;
  stream: boolean;
  /** As the sandbox serves it. */
  model: string;
}

const CHAT = '/v1/chat/completions';
const CLAUDE = { model: 'claude-sonnet-4-6' };
const GPT = { model: 'openai-gpt-5.2' };
const COLUMNS: Column[] = [
  { lane: 'verbatim', path: '/v1/messages', stream: true, ...CLAUDE },
  { lane: 'mended', path: CHAT, stream: true, ...GPT },
  { lane: 'translated', path: CHAT, stream: true, ...CLAUDE },
  { lane: 'verbatim', path: '/v1/messages', stream: false, ...CLAUDE },
  { lane: 'mended', path: CHAT, stream: false, ...GPT },
  { lane: 'translated', path: CHAT, stream: false, ...CLAUDE },
];
const titled = COLUMNS.map((column) => [`${column.lane}, ${column.stream ? 'streamed' : 'unary'}`, column] as const);

let sandbox: CortexSandbox;
let refusing: RefusingHost;
let endless: EndlessHost;
/** By the column's title, like the models there: what one learns of a host is not the next one's. */
const mutes = new Map<string, MuteHost>();
/** One of each column: another try would find the connection of the last one. */
const connectDelaysMs: number[] = [];
let couloir: RunningCouloir;

/** The same model at a host that gives no answer. */
const at = (host: 'refusing' | 'mute' | 'endless', title: string) => `${host} ${title}`;

beforeAll(async () => {
  sandbox = await createCortexSandbox();
  refusing = await createRefusingHost(RETRY_AFTER_SECONDS);
  endless = await createEndlessHost();
  for (const [title] of titled) mutes.set(title, await createMuteHost());
  const served = [CLAUDE.model, GPT.model].map((name) => ({ name, account: 'sandbox' }));
  const stubborn = titled.flatMap(([title, { model }]) => [
    { name: at('refusing', title), model, account: 'refusing' },
    { name: at('endless', title), model, account: 'endless' },
    { name: at('mute', title), model, account: at('mute', title) },
  ]);
  const accounts = {
    sandbox: { host: sandbox.url, token: 'sandbox-test' },
    refusing: { host: refusing.url, token: 'sandbox-test' },
    endless: { host: endless.url, token: 'sandbox-test' },
    ...Object.fromEntries(
      Array.from(mutes, ([title, { url }]) => [at('mute', title), { host: url, token: 'sandbox-test' }]),
    ),
  };
  couloir = await startCouloir({ config: JSON.stringify({ accounts, models: [...served, ...stubborn] }) });
});

afterAll(async () => {
  await couloir.stop();
  await Promise.all([sandbox, refusing, endless, ...mutes.values()].map((host) => host.close()));
});

function bodyOf({ stream }: Column, model: string, script: string): string {
  return JSON.stringify({ model, stream, max_tokens: 1_000, messages: [{ role: 'user', content: script }] });
}

/** Exchanges begun; each of them ends in one log line. */
let begun = 0;

function ask(column: Column, script: string, model = column.model): RawCall {
  begun += 1;
  const headers = { authorization: `Bearer ${couloir.key}` };
  return post(couloir.url + column.path, bodyOf(column, model, script), headers);
}

/** The beginning of a request, with the rest of the connection in the test's hand. */
function open(path: string, length: number): Socket {
  begun += 1;
  const socket = connect(Number(new URL(couloir.url).port), '127.0.0.1');
  socket.write(
    `POST ${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${couloir.key}\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n`,
  );
  return socket;
}

const generations = (): LoggedRequest[] => sandbox.requests.filter(({ method }) => method === 'POST');

/** Waits until the sandbox has one more request than `count`, and is at work on it. */
function upstreamBusy(count: number): Promise<LoggedRequest> {
  return eventually(() => {
    const newest = generations()[count];
    return newest !== undefined && newest.model !== undefined && newest.closedAt === undefined && newest;
  });
}

/** The log line of the exchange that began last. */
async function leftAsLogged(): Promise<Record<string, unknown>> {
  await eventually(() => couloir.exchanges().length === begun);
  const line = couloir.exchanges().at(-1)!;
  expect(line).toMatchObject({ outcome: 'client-left' });
  return line;
}

/**
 * Begins an exchange, leaves it once it is where it shall be, and sees the upstream closed, nothing more sent, and
 * the exchange logged.
 * @returns milliseconds from leaving until the sandbox saw its client go
 */
async function closedAfterMs(begin: () => Promise<() => void>): Promise<number> {
  const sent = generations().length;
  const leave = await begin();
  const entry = generations()[sent]!;
  const leftAtMs = Date.now();
  leave();
  await eventually(() => entry.closedAt !== undefined);
  expect(entry).toMatchObject({ aborted: true, ending: 'aborted' });
  await leftAsLogged();
  expect(generations().length).toBe(sent + 1);
  return entry.closedAt! - leftAtMs;
}

async function expectClosedAtOnce(begin: () => Promise<() => void>): Promise<void> {
  const delaysMs: number[] = [];
  for (let count = 0; count < TRIES; count += 1) delaysMs.push(await closedAfterMs(begin));
  expect(middleOf(delaysMs)).toBeLessThan(CLOSED_WITHIN_MS);
}

function middleOf(values: number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)]!;
}

describe.each(titled)('the client leaves, %s', (title, column) => {
  it('before its request is complete: nothing is sent', async () => {
    const sent = generations().length;
    const socket = open(column.path, 1_000);
    socket.write('{"model":');
    await once(socket, 'connect');
    socket.end();
    await leftAsLogged();
    expect(generations().length).toBe(sent);
  });

  it('while it is held at the door, as a loop of failures is: nothing is sent', async () => {
    const loop = `sandbox> fail 400 x99\nsandbox> say ${title}`;
    for (let failed = 0; failed < 3; failed += 1) await textOf(await ask(column, loop).response);
    const sent = generations().length;
    const call = ask(column, loop);
    await once(call.request, 'finish');
    call.request.destroy();
    // The pause is a second: who left is not held to its end.
    const { totalMs, attempts } = await leftAsLogged();
    expect(totalMs).toBeLessThan(1_000);
    expect([attempts, generations().length]).toEqual([0, sent]);
  });

  it('while the upstream is being connected to: the request is never sent', async () => {
    const call = ask(column, LONG, at('mute', title));
    await eventually(() => mutes.get(title)!.greetings() > 0);
    const leftAtMs = Date.now();
    call.request.destroy();
    expect(await leftAsLogged()).toMatchObject({ attempts: 1 });
    connectDelaysMs.push(Date.now() - leftAtMs);
  });

  it('before the first byte', async () => {
    await expectClosedAtOnce(async () => {
      const sent = generations().length;
      const call = ask(column, `sandbox> stall 30s\n${LONG}`);
      await upstreamBusy(sent);
      return () => call.request.destroy();
    });
  });

  it('between two attempts: there is no second one', async () => {
    const refused = refusing.count();
    const call = ask(column, 'sandbox> say never', at('refusing', title));
    await eventually(() => refusing.count() > refused);
    await eventually(() => refusing.idle());
    call.request.destroy();
    const { totalMs, attempts } = await leftAsLogged();
    // The exchange is over before the pause would be: nobody is left to ask again.
    expect(totalMs).toBeLessThan(RETRY_AFTER_SECONDS * 1_000);
    expect([attempts, refusing.count()]).toEqual([1, refused + 1]);
  });
});

/** What the upstream is to answer whole, it sends at once: nothing lies between the first byte and the last. */
const inPieces = titled.filter(([, { lane, stream }]) => stream || lane === 'translated');

describe.each(inPieces)('the client leaves, %s', (_title, column) => {
  it('amid the answer', async () => {
    await expectClosedAtOnce(async () => {
      const sent = generations().length;
      const call = ask(column, `sandbox> pace 10ms\n${LONG}`);
      if (column.stream) await pieces(await call.response, 2);
      else await upstreamBusy(sent);
      return () => call.request.destroy();
    });
  });
});

/** A whole answer is taken from the upstream however slowly its client reads: there is nothing to hold back. */
const streamed = titled.filter(([, { stream }]) => stream);

describe.each(streamed)('the client leaves, %s', (title, column) => {
  it('while it takes no more: the upstream is held back, then closed', async () => {
    const body = bodyOf(column, at('endless', title), LONG);
    const delaysMs: number[] = [];
    for (let count = 0; count < TRIES; count += 1) {
      const socket = open(column.path, body.length).pause();
      socket.write(body);
      await eventually(() => endless.running() === 1 && endless.heldBackMs() > HELD_BACK_MS, 20_000);
      expect(endless.sentBytes()).toBeLessThan(MOST_HELD_BYTES);
      const leftAtMs = Date.now();
      socket.destroy();
      delaysMs.push((await eventually(() => endless.leftAtMs())) - leftAtMs);
      await leftAsLogged();
      expect(endless.running()).toBe(0);
    }
    expect(middleOf(delaysMs)).toBeLessThan(CLOSED_WITHIN_MS);
  });
});

it('none that left was asked for again', () => {
  expect(refusing.count()).toBe(COLUMNS.length);
});

it('a connection that was being made carries no request, and nobody waited for it', () => {
  expect(Array.from(mutes.values()).filter((host) => host.heardRequest())).toEqual([]);
  expect(connectDelaysMs.length).toBe(COLUMNS.length);
  expect(middleOf(connectDelaysMs)).toBeLessThan(CLOSED_WITHIN_MS);
});

async function pieces(response: IncomingMessage, count: number): Promise<void> {
  for (let heard = 0; heard < count; heard += 1) await once(response, 'data');
}

const LANES = [
  ['translated', 'claude-sonnet-4-6'],
  ['mended', 'openai-gpt-5.2'],
] as const;

describe.each(LANES)('the upstream leaves, lane %s', (lane, model) => {
  const column = { lane, path: CHAT, model };

  it('amid a stream: an error event, no finish_reason, no [DONE]', async () => {
    const call = ask({ ...column, stream: true }, `sandbox> cut after 6\n${LONG}`);
    const response = await call.response;
    const text = await textOf(response);
    expect(response.statusCode).toBe(200);
    expect(text).toMatch(/data: \{"error":\{"message":".+"code":"bad_gateway"/);
    expect(text).not.toContain('[DONE]');
    expect(text).not.toMatch(/"finish_reason":"/);
    expect(await couloir.exchangeOf(response.headers)).toMatchObject({ outcome: 'upstream-broken' });
  });

  it('before any content: tried again, and the client notices nothing', async () => {
    const call = ask({ ...column, stream: false }, `sandbox> fail empty x1\nsandbox> say Hello from ${model}`);
    const response = await call.response;
    expect(response.statusCode).toBe(200);
    expect(await couloir.exchangeOf(response.headers)).toMatchObject({ outcome: 'ok', attempts: 2 });
  });
});
