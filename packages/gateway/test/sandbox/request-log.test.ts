// What the sandbox tells of the requests it was sent: in process and over its own calls.
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { JsonObject } from '../../src/ir/json.ts';
import { type CortexSandbox, createCortexSandbox, type SandboxOptions } from '../../src/sandbox/index.ts';
import { at, chat, CHAT_PATH, parse, post } from './calls.ts';

const open: CortexSandbox[] = [];
afterEach(() => Promise.all(open.splice(0).map((sandbox) => sandbox.close())));

async function start(options: SandboxOptions = {}): Promise<CortexSandbox> {
  const sandbox = await createCortexSandbox(options);
  open.push(sandbox);
  return sandbox;
}

const asks = (content: string, extra: JsonObject = {}): JsonObject => ({
  model: 'claude-sonnet-4-6',
  messages: [{ role: 'user', content }],
  ...extra,
});

async function listing(sandbox: CortexSandbox, query = ''): Promise<JsonObject> {
  const response = await fetch(`${sandbox.url}/sandbox/requests${query}`);
  return parse(await response.text());
}

const closed = (sandbox: CortexSandbox) => vi.waitUntil(() => sandbox.openRequests === 0, { interval: 1 });

describe('raw bodies', () => {
  /** Spaces, a key twice, an escape that no serialiser would write, a number that no double holds. */
  const RAW =
    '{ "model":"claude-sonnet-4-6",\n\t"user":"a", "user":"b", "messages":[{"role":"user","content":"\\u0041 é"}], "x": 12345678901234567890 }';

  test('are the bytes that came, in process and over HTTP, once they are asked for', async () => {
    const sandbox = await start({ remember: { rawBodies: true } });
    await chat(sandbox.url, RAW);
    expect(sandbox.requests[0]?.rawBody?.toString()).toBe(RAW);
    const [first] = (await listing(sandbox, '?bodies=raw')).requests as { rawBody: string }[];
    expect(Buffer.from(first?.rawBody ?? '', 'base64').toString()).toBe(RAW);
  });

  test('are kept of what is no JSON object as well', async () => {
    const sandbox = await start({ remember: { rawBodies: true } });
    await chat(sandbox.url, '[1, 2');
    expect(sandbox.requests[0]).toMatchObject({ body: {}, status: 400 });
    expect(sandbox.requests[0]?.rawBody?.toString()).toBe('[1, 2');
  });

  test('are not kept unless asked for, and a call asks while it runs', async () => {
    const sandbox = await start();
    await chat(sandbox.url, RAW);
    expect(sandbox.requests[0]).not.toHaveProperty('rawBody');
    const state = await post(sandbox.url, '/sandbox/requests', { rawBodies: true }, {});
    expect(at(parse(state.text), 'remember')).toEqual({ requests: 1_000, bodyBytes: 67_108_864, rawBodies: true });
    await chat(sandbox.url, RAW);
    expect(sandbox.requests.map(({ rawBody }) => rawBody?.length)).toEqual([undefined, Buffer.byteLength(RAW)]);
  });
});

describe('memory', () => {
  test('holds so many requests and so many bytes of bodies, the newest', async () => {
    const body = asks('sandbox> say ok');
    const size = Buffer.byteLength(JSON.stringify(body));
    const sandbox = await start({ remember: { requests: 3, bodyBytes: 2 * size, rawBodies: true } });
    for (let count = 0; count < 5; count += 1) await chat(sandbox.url, body);
    expect(sandbox.requests.map(({ number }) => number)).toEqual([3, 4, 5]);
    expect(sandbox.requests.map((entry) => [entry.body, entry.rawBody?.length])).toEqual([
      [{}, undefined],
      [body, size],
      [body, size],
    ]);
    await post(sandbox.url, '/sandbox/requests', { requests: 1 }, {});
    expect(sandbox.requests.map(({ number }) => number)).toEqual([5]);
    await post(sandbox.url, '/sandbox/requests', { bodyBytes: 0 }, {});
    expect(sandbox.requests[0]).toMatchObject({ number: 5, body: {}, model: 'claude-sonnet-4-6' });
  });

  test.each<[JsonObject]>([[{ requests: -1 }], [{ rawBodies: 'yes' }], [{ bodies: 5 }]])(
    '%j is refused',
    async (wrong) => {
      const sandbox = await start();
      const answer = await post(sandbox.url, '/sandbox/requests', wrong, {});
      expect([answer.status, at(parse(answer.text), 'message')]).toEqual([400, expect.stringContaining('rawBodies')]);
    },
  );
});

describe('the list of requests', () => {
  test('goes on behind a number, and does not list the sandbox’s own calls', async () => {
    const sandbox = await start();
    for (const word of ['one', 'two', 'three']) await chat(sandbox.url, asks(`sandbox> say ${word}`));
    await closed(sandbox);
    await listing(sandbox);
    const page = await listing(sandbox, '?after=1&limit=1&bodies=parsed');
    expect(page).toMatchObject({ openRequests: 0, newest: 3 });
    expect(page.requests).toEqual([
      expect.objectContaining({
        number: 2,
        path: CHAT_PATH,
        status: 200,
        ending: 'complete',
        body: asks('sandbox> say two'),
      }),
    ]);
    const wrong = await fetch(`${sandbox.url}/sandbox/requests?after=x`);
    expect([wrong.status, parse(await wrong.text()).message]).toEqual([400, '"after" is a whole number.']);
  });
});

describe('what is told of each request', () => {
  const told = (sandbox: CortexSandbox) => sandbox.requests.map(({ fault, ending, status }) => [fault, ending, status]);
  const stream = { stream: true, stream_options: { include_usage: true } };

  test('how it ended, the fault that befell it, and what was counted as the answer says', async () => {
    const sandbox = await start();
    const answer = await chat(
      sandbox.url,
      asks('sandbox> usage input=120 cached=20 output=7\nsandbox> say ok', stream),
    );
    await chat(sandbox.url, asks('sandbox> fail 503'));
    await chat(sandbox.url, asks('sandbox> fail empty', stream));
    await expect(chat(sandbox.url, asks('sandbox> fail reset'))).rejects.toThrow('fetch failed');
    await expect(chat(sandbox.url, asks('sandbox> cut after 1\nsandbox> say a b c', stream))).rejects.toThrow(
      'terminated',
    );
    const { leave } = await openStream(sandbox, asks('sandbox> stall 60s\nsandbox> say ok'));
    leave();
    await closed(sandbox);
    expect(told(sandbox)).toEqual([
      [undefined, 'complete', 200],
      ['503', 'complete', 503],
      ['empty', 'complete', 200],
      ['reset', 'cut', undefined],
      [undefined, 'cut', 200],
      [undefined, 'aborted', 200],
    ]);
    expect(answer.text).toContain('"completion_tokens":7');
    expect(answer.text).toContain('"prompt_tokens":120');
    const first = { input: 100, cacheRead: 20, cacheWrite: 0, output: 7, reasoning: 0 };
    expect(sandbox.requests[0]).toMatchObject({ model: 'claude-sonnet-4-6', tokens: first });
    expect(sandbox.requests.map(({ tokens }) => tokens?.output)).toEqual([7, undefined, 0, undefined, 2, 1]);
    const list = (await listing(sandbox)).requests as JsonObject[];
    expect(list[0]).toMatchObject({ ending: 'complete', model: 'claude-sonnet-4-6', tokens: first });
    expect(list[0]?.requestId).toBe(answer.headers.get('x-snowflake-request-id'));
  });

  test('several choices are counted all', async () => {
    const sandbox = await start();
    await chat(sandbox.url, { ...asks('sandbox> say four tokens here', { n: 3 }), model: 'openai-gpt-5' });
    expect(sandbox.requests[0]?.tokens?.output).toBe(12);
  });

  test('streams that are open now, and the connections under them', async () => {
    const sandbox = await start();
    const streams = await Promise.all(
      ['a', 'b'].map((word) => openStream(sandbox, asks(`sandbox> pace 60s\nsandbox> say ${word} c`))),
    );
    expect(await listing(sandbox)).toMatchObject({ openRequests: 2, openConnections: 3 });
    const state = await fetch(`${sandbox.url}/sandbox/state`);
    expect(parse(await state.text())).toMatchObject({ openRequests: 2 });
    for (const { leave } of streams) leave();
    await closed(sandbox);
    expect(await listing(sandbox)).toMatchObject({ openRequests: 0 });
  });
});

async function openStream(sandbox: CortexSandbox, body: JsonObject) {
  const controller = new AbortController();
  await fetch(sandbox.url + CHAT_PATH, {
    method: 'POST',
    headers: { authorization: 'Bearer sandbox-test', 'content-type': 'application/json' },
    body: JSON.stringify({ ...body, stream: true }),
    signal: controller.signal,
  });
  return { leave: () => controller.abort() };
}
