// What the gateway itself ends amid an answer: told once, where the stream stands, in its dialect.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type CortexSandbox, createCortexSandbox } from '../../src/sandbox/index.ts';
import { eventually, type RunningCouloir, startCouloir } from '../support/couloir.ts';
import { post, textOf } from '../support/raw-http.ts';

let sandbox: CortexSandbox;
let couloir: RunningCouloir;

beforeAll(async () => {
  sandbox = await createCortexSandbox();
  couloir = await startCouloir({
    config: JSON.stringify({
      accounts: { main: { host: sandbox.url, token: 'sandbox-one' } },
      timeouts: { total: '400ms', first_byte: '400ms', idle: '400ms' },
    }),
  });
});

afterAll(async () => {
  await couloir.stop();
  await sandbox.close();
});

const script = `sandbox> pace 20ms\nsandbox> say ${'word '.repeat(200)}`;
const messages = [{ role: 'user', content: script }];

const ROUTES = [
  ['chat, translated', '/v1/chat/completions', { model: 'claude-sonnet-4-6', messages }],
  ['chat, mended', '/v1/chat/completions', { model: 'openai-gpt-5.2', messages }],
  ['Messages, verbatim', '/v1/messages', { model: 'claude-sonnet-4-6', max_tokens: 1_000, messages }],
  ['Messages, translated', '/v1/messages', { model: 'openai-gpt-5.2', max_tokens: 1_000, messages }],
  ['Responses, translated', '/v1/responses', { model: 'claude-sonnet-4-6', input: script }],
] as const;

it.each(ROUTES)('%s', async (_title, path, body) => {
  const headers = { authorization: `Bearer ${couloir.key}` };
  const answer = await post(`${couloir.url}${path}`, JSON.stringify({ ...body, stream: true }), headers).response;
  const text = await textOf(answer);
  expect(answer.statusCode).toBe(200);
  const failures = text.split('\n\n').filter((event) => event.includes('timeouts.total'));
  expect(failures).toHaveLength(1);
  expect(text.trimEnd().endsWith(failures[0]!.trimEnd())).toBe(true);
  expect(text).not.toContain('[DONE]');
  expect(await couloir.exchangeOf(answer.headers)).toMatchObject({ outcome: 'upstream-timeout', attempts: 1 });
  await eventually(() => sandbox.requests.every(({ method, closedAt }) => method !== 'POST' || closedAt !== undefined));
});

it('the events of a response keep their numbers to the end', async () => {
  const headers = { authorization: `Bearer ${couloir.key}` };
  const body = JSON.stringify({ model: 'claude-sonnet-4-6', input: script, stream: true });
  const text = await textOf(await post(`${couloir.url}/v1/responses`, body, headers).response);
  const events = [...text.matchAll(/^data: (.+)$/gm)].map(([, data]) => JSON.parse(data!) as Record<string, unknown>);
  expect(events.map((event) => event['sequence_number'])).toEqual(events.map((_, index) => index));
  expect(events.filter(({ type }) => type === 'response.created')).toHaveLength(1);
  expect(events.at(-1)).toMatchObject({
    type: 'response.failed',
    response: { status: 'failed', model: 'claude-sonnet-4-6' },
  });
});
