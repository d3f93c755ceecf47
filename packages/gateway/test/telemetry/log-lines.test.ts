import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CortexSandbox, createCortexSandbox, parseFault } from '../../src/sandbox/index.ts';
import { type RunningCouloir, startCouloir } from '../support/couloir.ts';
import { post, textOf } from '../support/raw-http.ts';

let sandbox: CortexSandbox;
let slow: CortexSandbox;
let couloir: RunningCouloir;

beforeAll(async () => {
  [sandbox, slow] = await Promise.all([
    createCortexSandbox(),
    createCortexSandbox({ faults: [parseFault('stall=30s')] }),
  ]);
  couloir = await startCouloir({
    config: JSON.stringify({
      accounts: {
        main: { host: sandbox.url, token: 'sandbox-one' },
        slow: { host: slow.url, token: 'sandbox-one' },
      },
      models: [
        { name: 'claude-sonnet-4-6', account: 'main' },
        { name: 'openai-gpt-5.2', account: 'main' },
        { name: 'snowflake-arctic-embed-l-v2.0', account: 'main' },
        { name: 'hedged', model: 'openai-gpt-5.2', account: 'slow', order: 0 },
        { name: 'hedged', model: 'openai-gpt-5.2', account: 'main', order: 1 },
        { name: 'hasty', model: 'openai-gpt-5.2', account: 'slow', timeouts: { first_byte: '200ms' } },
        { name: 'short', model: 'openai-gpt-5.2', account: 'slow', timeouts: { total: '200ms' } },
      ],
      routing: { hedge_after: '100ms' },
    }),
  });
});

afterAll(async () => {
  await couloir.stop();
  await Promise.all([sandbox.close(), slow.close()]);
});

const script = (...lines: string[]) => lines.map((line) => `sandbox> ${line}`).join('\n');
const says = (...lines: string[]) => [{ role: 'user', content: script(...lines) }];

async function lineOf(path: string, body: object | string, key = couloir.key): Promise<Record<string, unknown>> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const response = await post(`${couloir.url}${path}`, text, { authorization: `Bearer ${key}` }).response;
  await textOf(response);
  const line = await couloir.exchangeOf(response.headers);
  expect(couloir.exchanges().filter(({ requestId }) => requestId === line['requestId'])).toHaveLength(1);
  return line;
}

describe('one line for each exchange, however it went', () => {
  const good = { model: 'openai-gpt-5.2', messages: says('say Hi') };
  it.each<[string, string, object | string, object]>([
    ['nothing that parses', '/v1/chat/completions', '{"model":', { outcome: 'invalid-request', attempts: 0 }],
    ['an unknown model', '/v1/messages', { ...good, model: 'nobody' }, { outcome: 'not-found', model: 'nobody' }],
    ['a wrong field', '/v1/responses', { model: 'openai-gpt-5.2', input: 5 }, { outcome: 'invalid-request' }],
    ['an embedding of nothing', '/v1/embeddings', { model: 'nobody', input: 'x' }, { outcome: 'not-found' }],
    ['a chat', '/v1/chat/completions', good, { outcome: 'ok', dialect: 'openai-chat', lane: 'mended' }],
    ['Cursor', '/cursor/chat/completions', good, { outcome: 'ok' }],
    ['a completion', '/v1/completions', { model: 'openai-gpt-5.2', prompt: script('say Hi') }, { outcome: 'ok' }],
    ['an embedding', '/v1/embeddings', { model: 'snowflake-arctic-embed-l-v2.0', input: 'x' }, { outcome: 'ok' }],
  ])('%s', async (_, path, body, expected) => {
    expect(await lineOf(path, body)).toMatchObject({ event: 'exchange', caller: expect.any(String), ...expected });
  });

  it('a stranger', async () => {
    const line = await lineOf('/v1/chat/completions', good, 'sk-stranger');
    expect(line).toMatchObject({ outcome: 'unauthenticated', attempts: 0 });
    expect(line).not.toHaveProperty('caller');
  });
});

describe('tokens are those of all that was answered', () => {
  const usage = 'usage input=100 output=10';
  it.each([false, true])('of several answers (stream: %s)', async (stream) => {
    const body = { model: 'openai-gpt-5.2', n: 3, stream, messages: says('say Hi', usage) };
    expect(await lineOf('/v1/chat/completions', body)).toMatchObject({
      attempts: 3,
      inputTokens: 300,
      outputTokens: 30,
    });
  });

  it('of a request that was tried again', async () => {
    const body = { model: 'openai-gpt-5.2', messages: says('fail 503 x1', 'say Hi', usage) };
    expect(await lineOf('/v1/chat/completions', body)).toMatchObject({
      attempts: 2,
      inputTokens: 100,
      tries: [{ outcome: 'upstream-overloaded' }, { outcome: 'ok' }],
    });
  });

  it.each([1, 2])('of the winner of a race, by name (n: %s)', async (n) => {
    const body = { model: 'hedged', n, messages: says('say Hi', usage) };
    const line = await lineOf('/v1/chat/completions', body);
    expect(line).toMatchObject({ attempts: 2 * n, outcome: 'ok', inputTokens: 100 * n, upstreamStatus: 200 });
    const tries = line['tries'] as { deployment: string; outcome: string }[];
    expect(tries.filter(({ outcome }) => outcome === 'client-left')).toHaveLength(n);
    expect(tries.filter(({ outcome }) => outcome === 'ok')).toEqual(
      Array.from({ length: n }, () => ({ deployment: line['deployment'], outcome: 'ok' })),
    );
  });

  it('of a stream that broke off', async () => {
    const body = {
      model: 'claude-sonnet-4-6',
      stream: true,
      max_tokens: 500,
      messages: says('repeat 40 word', 'cut after 9', usage),
    };
    expect(await lineOf('/v1/messages', body)).toMatchObject({
      outcome: 'upstream-broken',
      inputTokens: 100,
      // Of the output only the first word was counted.
      usageEstimated: true,
    });
  });
});

it.each([
  ['hasty', /timeouts\.first_byte/],
  ['short', /timeouts\.total/],
])('the timeouts of %s are its own', async (model, message) => {
  const line = await lineOf('/v1/chat/completions', { model, num_retries: 0, messages: says('say Hi') });
  expect(line).toMatchObject({ outcome: 'upstream-timeout', error: { message: expect.stringMatching(message) } });
});
