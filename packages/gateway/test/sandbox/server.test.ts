// Time, resets, and clients that leave.
import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { JsonObject } from '../../src/ir/json.ts';
import { type CortexSandbox, createCortexSandbox, type SandboxOptions } from '../../src/sandbox/index.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { at, chat, CHAT_PATH, dataOf, parse } from './calls.ts';

const open: CortexSandbox[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((sandbox) => sandbox.close()));
});

async function start(options: SandboxOptions = {}): Promise<CortexSandbox> {
  const sandbox = await createCortexSandbox(options);
  open.push(sandbox);
  return sandbox;
}

const asks = (script: string, extra: JsonObject = {}): JsonObject => ({
  model: 'claude-sonnet-4-6',
  messages: [{ role: 'user', content: script }],
  ...extra,
});

async function openStream(sandbox: CortexSandbox, body: JsonObject) {
  const controller = new AbortController();
  const response = await fetch(sandbox.url + CHAT_PATH, {
    method: 'POST',
    headers: { authorization: 'Bearer sandbox-test', 'content-type': 'application/json' },
    body: JSON.stringify({ ...body, stream: true }),
    signal: controller.signal,
  });
  if (response.body === null) throw new Error('no body');
  const reader = response.body.getReader();
  /** The next piece of text; undefined at the end. */
  const read = async () => {
    const { value, done } = (await reader.read()) as { value?: Uint8Array; done: boolean };
    return done ? undefined : new TextDecoder().decode(value);
  };
  return { read, leave: () => controller.abort() };
}

describe('a client that leaves', () => {
  test.each([
    ['between events', 'sandbox> pace 60s\nsandbox> say one two three'],
    ['during silence', 'sandbox> stall 60s\nsandbox> say one'],
  ])('%s is noticed long before the next byte', async (_when, script) => {
    const sandbox = await start();
    const { leave } = await openStream(sandbox, asks(script));
    expect(sandbox.openRequests).toBe(1);
    leave();
    await vi.waitUntil(() => sandbox.openRequests === 0, { interval: 1, timeout: 5000 });
    expect(sandbox.requests[0]).toMatchObject({ aborted: true, status: 200, closedAt: expect.any(Number) });
  });

  test('before a slow unary answer begins', async () => {
    const sandbox = await start();
    const controller = new AbortController();
    const answer = fetch(sandbox.url + CHAT_PATH, {
      method: 'POST',
      headers: { authorization: 'Bearer sandbox-test', 'content-type': 'application/json' },
      body: JSON.stringify(asks('sandbox> stall 60s\nsandbox> say one')),
      signal: controller.signal,
    });
    await vi.waitUntil(() => sandbox.openRequests === 1, { interval: 1 });
    controller.abort();
    await expect(answer).rejects.toThrow('aborted');
    await vi.waitUntil(() => sandbox.openRequests === 0, { interval: 1 });
    expect(sandbox.requests[0]).toMatchObject({ aborted: true });
  });

  test('and does not read holds the stream back', async () => {
    const sandbox = await start();
    const body = JSON.stringify(
      asks(`sandbox> say ${'word '.repeat(60_000)}`, { stream: true, max_completion_tokens: 64_000 }),
    );
    const socket = connect(sandbox.port, '127.0.0.1');
    socket.write(
      `POST ${CHAT_PATH} HTTP/1.1\r\nhost: sandbox\r\nauthorization: Bearer sandbox-a\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
    await once(socket, 'readable');
    socket.pause();
    expect(await settles(() => sandbox.openRequests === 0)).toBe(false);
    expect(sandbox.openConnections).toBe(1);
    await drain(socket);
    await vi.waitUntil(() => sandbox.openRequests === 0, { interval: 1 });
    expect(sandbox.requests[0]).toMatchObject({ aborted: false });
    socket.destroy();
  });
});

describe('time', () => {
  test('pace is kept between events, stall before the first', async () => {
    const clock = fakeClock();
    const sandbox = await start({ clock });
    const { read, leave } = await openStream(
      sandbox,
      asks('sandbox> stall 30s\nsandbox> pace 20ms\nsandbox> say one two'),
    );
    const first = read();
    expect(await Promise.race([first, immediate('silence')])).toBe('silence');
    await clock.advance(30_000);
    expect(await first).toContain('"content":"one "');
    const second = read();
    expect(await Promise.race([second, immediate('silence')])).toBe('silence');
    await clock.advance(20);
    expect(await second).toContain('"content":"two"');
    leave();
  });

  test('created is the clock’s, in seconds', async () => {
    const sandbox = await start({ clock: fakeClock(1_783_468_047_900) });
    const answer = await chat(sandbox.url, asks('sandbox> say one'));
    expect(parse(answer.text).created).toBe(1_783_468_047);
  });
});

describe('cut', () => {
  test('a stream ends in a reset after so many events', async () => {
    const sandbox = await start();
    const { read } = await openStream(sandbox, asks('sandbox> cut after 2\nsandbox> say one two three four'));
    let text = '';
    await expect(async () => {
      for (let piece = await read(); piece !== undefined; piece = await read()) text += piece;
    }).rejects.toThrow('terminated');
    expect(dataOf(text)).toHaveLength(2);
    await vi.waitUntil(() => sandbox.openRequests === 0, { interval: 1 });
    expect(sandbox.requests[0]).toMatchObject({ aborted: false });
  });

  test('a unary answer ends in the middle', async () => {
    const sandbox = await start();
    await expect(chat(sandbox.url, asks('sandbox> cut after 2\nsandbox> say one'))).rejects.toThrow('terminated');
  });
});

describe('tool calls in a stream', () => {
  const tools = ['look', 'stop'].map((name) => ({
    type: 'function',
    function: { name, parameters: { type: 'object' } },
  }));
  const script = 'sandbox> call look {"at":"the far away hills"}\nsandbox> call stop {}';
  const deltas = (text: string) =>
    dataOf(text)
      .filter((data) => data !== '[DONE]')
      .flatMap((data) => at(parse(data), 'choices[0].delta.tool_calls') ?? [])
      .map((call) => [
        at(call, 'index'),
        at(call, 'id') === '' ? '' : 'id',
        at(call, 'function.name'),
        at(call, 'function.arguments'),
      ]);

  test('Claude gives every call index 0 and a call without arguments the empty string', async () => {
    const sandbox = await start();
    const answer = await chat(sandbox.url, asks(script, { tools, stream: true }));
    expect(deltas(answer.text)).toEqual([
      [0, 'id', 'look', ''],
      [0, '', '', '{"at":"the f'],
      [0, '', '', 'ar away hill'],
      [0, '', '', 's"}'],
      [0, 'id', 'stop', ''],
    ]);
    expect(answer.text).not.toContain('finish_reason');
  });

  test('correct indices: OpenAI always, Claude by switch', async () => {
    const sandbox = await start({ switches: { toolIndexZero: false } });
    for (const model of ['openai-gpt-5', 'claude-sonnet-4-6']) {
      const answer = await chat(sandbox.url, asks(script, { model, tools, stream: true }));
      expect(deltas(answer.text).map(([index]) => index)).toEqual([0, 0, 0, 0, 1]);
    }
  });

  test('the signature of a streamed thought, by switch', async () => {
    const body = asks('sandbox> think Hm.\nsandbox> say ok', {
      stream: true,
      reasoning: { effort: 'low' },
      temperature: 1,
    });
    const sandbox = await start({ switches: { streamedSignature: true } });
    expect((await chat(sandbox.url, body)).text).toContain('"signature":"EvAB');
    expect((await chat((await start()).url, body)).text).not.toContain('signature');
  });
});

describe('the request log', () => {
  test('has what was sent, without secrets', async () => {
    const lines: string[] = [];
    const sandbox = await start({ log: (line) => lines.push(line) });
    await chat(sandbox.url, asks('Hello.'), {
      authorization: 'Bearer sandbox-hidden',
      'x-api-key': 'hidden',
      'x-trace': 'a',
    });
    await vi.waitUntil(() => sandbox.openRequests === 0, { interval: 1 });
    expect(sandbox.requests).toHaveLength(1);
    expect(sandbox.requests[0]).toMatchObject({
      method: 'POST',
      path: CHAT_PATH,
      body: asks('Hello.'),
      status: 200,
      aborted: false,
      headers: { authorization: '[secret]', 'x-api-key': '[secret]', 'x-trace': 'a' },
    });
    expect(JSON.stringify(sandbox.requests)).not.toContain('hidden');
    expect(lines).toEqual([`POST ${CHAT_PATH} 200 ${sandbox.requests[0]?.requestId}`]);
  });

  test('the same seed gives the same answers', async () => {
    const answers = await Promise.all(
      ['a', 'a', 'b'].map(async (seed) => {
        const sandbox = await start({ seed, clock: fakeClock() });
        return (await chat(sandbox.url, asks('sandbox> say one', { model: 'openai-gpt-5' }))).text;
      }),
    );
    expect(answers[0]).toBe(answers[1]);
    expect(answers[0]).not.toBe(answers[2]);
  });
});

const immediate = (value: string) => new Promise<string>((resolve) => setImmediate(() => setImmediate(resolve, value)));

/** True when the condition comes true within a tenth of a second. */
async function settles(condition: () => boolean): Promise<boolean> {
  return vi.waitUntil(condition, { interval: 5, timeout: 100 }).then(
    () => true,
    () => false,
  );
}

async function drain(socket: Socket): Promise<void> {
  let tail = '';
  socket.on('data', (bytes: Buffer) => (tail = (tail + bytes.toString('latin1')).slice(-32)));
  socket.resume();
  await vi.waitUntil(() => tail.endsWith('[DONE]\n\n\r\n0\r\n\r\n'), { interval: 5, timeout: 10_000 });
}
