import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CortexSandbox, createCortexSandbox } from '../../src/sandbox/index.ts';
import { type RunningCouloir, eventually, sandboxAccount, startCouloir } from '../support/couloir.ts';
import { post, textOf } from '../support/raw-http.ts';

/**
 * The client leaves at each stage, on each lane: Cortex must be told within 50 ms, and the log must say so.
 * A busy machine may miss that now and then, which says nothing of the gateway: then it may try again.
 */
const BUSY_MACHINE = { retry: 4 };

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

const LANES = [
  ['translated', 'claude-sonnet-4-6', 'claude-opus-4-8'],
  ['mended', 'openai-gpt-5.2', 'openai-gpt-5.4'],
] as const;
const LONG = `sandbox> say ${'word '.repeat(400)}`;

function ask(model: string, script: string, stream: boolean) {
  return post(
    `${couloir.url}/v1/chat/completions`,
    JSON.stringify({ model, stream, messages: [{ role: 'user', content: script }] }),
    {
      authorization: `Bearer ${couloir.key}`,
    },
  );
}

/** Milliseconds from `leave()` until the sandbox saw its client go. */
async function upstreamClosedAfter(leave: () => void): Promise<number> {
  const leftAt = Date.now();
  leave();
  const entry = await eventually(() => sandbox.requests.at(-1)!.closedAt !== undefined && sandbox.requests.at(-1));
  expect(entry.aborted).toBe(true);
  return entry.closedAt! - leftAt;
}

async function upstreamBusy(count: number): Promise<void> {
  await eventually(() => sandbox.requests.length > count && sandbox.openRequests === 1);
}

describe.each(LANES)('the client leaves, lane %s', BUSY_MACHINE, (_lane, model, long) => {
  it('before the first byte of a stream', async () => {
    const count = sandbox.requests.length;
    const call = ask(model, `sandbox> stall 30s\n${LONG}`, true);
    await upstreamBusy(count);
    expect(await upstreamClosedAfter(() => call.request.destroy())).toBeLessThan(50);
  });

  it('amid a stream', async () => {
    const call = ask(model, `sandbox> pace 10ms\n${LONG}`, true);
    const response = await call.response;
    await once(response, 'data');
    await once(response, 'data');
    expect(await upstreamClosedAfter(() => call.request.destroy())).toBeLessThan(50);
  });

  it('while it reads too slowly to take more: the upstream is held back, then closed', async () => {
    const body = JSON.stringify({
      model: long,
      stream: true,
      max_tokens: 120_000,
      messages: [{ role: 'user', content: 'sandbox> repeat 120000 lorem' }],
    });
    const startedAt = performance.now();
    await textOf(
      await post(`${couloir.url}/v1/chat/completions`, body, { authorization: `Bearer ${couloir.key}` }).response,
    );
    const unhinderedMs = performance.now() - startedAt;

    const count = sandbox.requests.length;
    const socket = connect(Number(new URL(couloir.url).port), '127.0.0.1').pause();
    socket.write(
      `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${couloir.key}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
    await upstreamBusy(count);
    // In twice the time the whole answer takes it would be over, were it not held back.
    const stalledAt = performance.now();
    await eventually(() => performance.now() - stalledAt > 2 * unhinderedMs, 60_000);
    expect(sandbox.openRequests).toBe(1);
    expect(await upstreamClosedAfter(() => socket.destroy())).toBeLessThan(50);
  });

  it('while it waits for a whole answer', async () => {
    const count = sandbox.requests.length;
    const call = ask(model, `sandbox> stall 30s\n${LONG}`, false);
    await upstreamBusy(count);
    expect(await upstreamClosedAfter(() => call.request.destroy())).toBeLessThan(50);
  });

  it('between two attempts', async () => {
    const count = sandbox.requests.length;
    const call = ask(model, 'sandbox> fail 503 x9\nsandbox> say never', false);
    await eventually(() => sandbox.requests.length > count);
    call.request.destroy();
    await eventually(() => couloir.exchanges().at(-1)?.outcome === 'client-left');
    const after = sandbox.requests.length;
    await eventually(() => sandbox.openRequests === 0);
    expect(sandbox.requests.length - after).toBeLessThanOrEqual(1);
  });
});

it('leaving before the body is complete reaches no upstream and is logged', async () => {
  const count = sandbox.requests.length;
  const logged = couloir.exchanges().length;
  const socket = connect(Number(new URL(couloir.url).port), '127.0.0.1');
  socket.write(
    `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${couloir.key}\r\ncontent-length: 1000\r\n\r\n{"model":`,
  );
  await once(socket, 'connect');
  socket.end();
  expect(await eventually(() => couloir.exchanges()[logged])).toMatchObject({ outcome: 'client-left' });
  expect(sandbox.requests.length).toBe(count);
});

describe.each(LANES)('the upstream leaves, lane %s', (_lane, model) => {
  it('amid a stream: an error event, no finish_reason, no [DONE]', async () => {
    const call = ask(model, `sandbox> cut after 6\n${LONG}`, true);
    const response = await call.response;
    const text = await textOf(response);
    expect(response.statusCode).toBe(200);
    expect(text).toMatch(/data: \{"error":\{"message":".+"code":"bad_gateway"/);
    expect(text).not.toContain('[DONE]');
    expect(text).not.toMatch(/"finish_reason":"/);
    expect(await couloir.exchangeOf(response.headers)).toMatchObject({ outcome: 'upstream-broken' });
  });

  it('before any content: tried again, and the client notices nothing', async () => {
    const call = ask(model, `sandbox> fail empty x1\nsandbox> say Hello from ${model}`, false);
    const response = await call.response;
    expect(response.statusCode).toBe(200);
    expect(await couloir.exchangeOf(response.headers)).toMatchObject({ outcome: 'ok', attempts: 2 });
  });
});
