// The account before the model: trial, roles, allowlist, regions, budgets, limits, random faults and the sandbox's own calls.
import { afterEach, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/ir/json.ts';
import { type CortexSandbox, createCortexSandbox, parseFault, type SandboxOptions } from '../../src/sandbox/index.ts';
import { type FakeClock, fakeClock } from '../support/fake-clock.ts';
import { at, chat, parse, post, type RawAnswer } from './calls.ts';

const open: CortexSandbox[] = [];
afterEach(() => Promise.all(open.splice(0).map((sandbox) => sandbox.close())));

async function start(options: SandboxOptions = {}): Promise<CortexSandbox> {
  const sandbox = await createCortexSandbox(options);
  open.push(sandbox);
  return sandbox;
}

const asks = (model = 'claude-sonnet-4-6', content = 'sandbox> say ok') => ({
  model,
  messages: [{ role: 'user', content }],
});
const told = ({ status, text }: RawAnswer) => [status, at(parse(text), 'message')];
const admin = (sandbox: CortexSandbox, path: string, body: JsonObject) =>
  post(sandbox.url, `/sandbox/${path}`, body, {});

describe('who may call', () => {
  test('a trial account may not, whatever the model', async () => {
    const sandbox = await start({ account: { restApi: false } });
    const answer = await chat(sandbox.url, asks('no-such-model'));
    expect([answer.status, parse(answer.text)]).toEqual([403, expect.objectContaining({ code: '003001' })]);
  });

  test('a role needs CORTEX_USER or CORTEX_REST_API_USER', async () => {
    const sandbox = await start();
    await admin(sandbox, 'grants', { revoke: [{ granted: 'SNOWFLAKE.CORTEX_USER', to: 'PUBLIC' }] });
    expect(told(await chat(sandbox.url, asks()))).toEqual([403, 'Not Authorized']);
    await admin(sandbox, 'grants', { grant: [{ granted: 'SNOWFLAKE.CORTEX_REST_API_USER', to: 'SANDBOX_ROLE' }] });
    expect((await chat(sandbox.url, asks())).status).toBe(200);
    const headers = { authorization: 'Bearer sandbox-a', 'x-snowflake-role': 'ACCOUNTADMIN' };
    expect(told(await chat(sandbox.url, asks(), headers))).toEqual([403, 'Not Authorized']);
  });

  test('the allowlist names the models, and the list of models follows it', async () => {
    const sandbox = await start({ account: { modelsAllowlist: 'llama3.1-8b, mistral-7b' } });
    expect((await chat(sandbox.url, asks())).status).toBe(403);
    expect((await chat(sandbox.url, asks('llama3.1-8b'))).status).toBe(200);
  });
});

describe('where a model is', () => {
  const west = { region: 'AWS_US_WEST_2', crossRegion: 'DISABLED' };
  test.each<[string, Partial<typeof west>, string, number]>([
    ['in the region itself', west, 'llama3.1-8b', 200],
    ['nowhere without cross-region', west, 'claude-sonnet-4-6', 400],
    ['over the setting that reaches it', { ...west, crossRegion: 'AWS_EU,AWS_US' }, 'claude-sonnet-4-6', 200],
    ['not over another', { ...west, crossRegion: 'AWS_US' }, 'openai-gpt-5', 400],
    ['anywhere', { ...west, crossRegion: 'ANY_REGION' }, 'openai-gpt-5', 200],
    ['in London without a setting', { region: 'AWS_EU_WEST_2', crossRegion: 'DISABLED' }, 'claude-sonnet-4-6', 200],
  ])('%s', async (_where, account, model, status) => {
    const sandbox = await start({ account });
    const answer = await chat(sandbox.url, asks(model));
    expect(answer.status).toBe(status);
    if (status === 400) expect(told(answer)[1]).toContain('enable cross region inference with ANY_REGION');
  });
});

test('a budget that is spent is a 402 for its models', async () => {
  const sandbox = await start({ account: { spentModels: ['claude-sonnet-4-6'] } });
  expect(told(await chat(sandbox.url, asks()))).toEqual([402, 'budget exceeded']);
  expect((await chat(sandbox.url, asks('llama3.1-8b'))).status).toBe(200);
});

describe('rates', () => {
  const statuses = async (sandbox: CortexSandbox, clock: FakeClock, waits: number[], body = asks()) => {
    const seen: number[] = [];
    for (const waitMs of waits) {
      await clock.advance(waitMs);
      seen.push((await chat(sandbox.url, body)).status);
    }
    return seen;
  };

  test('requests per minute, over every endpoint of the account', async () => {
    const clock = fakeClock(1_700_000_040_000);
    const sandbox = await start({ clock, limits: { '*': { requestsPerMinute: 2 } } });
    expect(await statuses(sandbox, clock, [0, 0, 0, 60_000, 30_000])).toEqual([200, 200, 429, 429, 200]);
  });

  test('tokens per minute, of prompt and answer', async () => {
    const clock = fakeClock(1_700_000_040_000);
    const sandbox = await start({ clock, limits: { 'claude-sonnet-4-6': { tokensPerMinute: 100 } } });
    const body = asks('claude-sonnet-4-6', 'sandbox> usage input=60 output=20\nsandbox> say ok');
    expect(await statuses(sandbox, clock, [0, 0, 0, 120_000], body)).toEqual([200, 200, 429, 200]);
  });
});

describe('random faults', () => {
  const run = async (seed: string) => {
    const sandbox = await start({ seed, faults: [parseFault('20%:503'), parseFault('50%:429@llama3.1-8b')] });
    const answers = await Promise.all(Array.from({ length: 40 }, () => chat(sandbox.url, asks())));
    return answers.map(({ status }) => status);
  };

  test('befall about their share, the same for the same seed', async () => {
    const first = await run('a');
    expect(new Set(first)).toEqual(new Set([200, 503]));
    const failed = first.filter((status) => status === 503).length;
    expect(failed).toBeGreaterThan(2);
    expect(failed).toBeLessThan(18);
    expect((await run('a')).filter((status) => status === 503)).toHaveLength(failed);
  });

  test('inside a stream as well, and what the script says comes first', async () => {
    const sandbox = await start({ faults: [parseFault('stream-error-data')] });
    const answer = await chat(sandbox.url, { ...asks('claude-sonnet-4-6', 'sandbox> say a b c'), stream: true });
    expect(answer.text).toContain('Something went wrong during generation');
    expect((await chat(sandbox.url, asks('claude-sonnet-4-6', 'sandbox> fail 402'))).status).toBe(402);
  });

  test.each(['no-such-fault', '500%:503', '', '5%'])('"%s" is none', (text) => {
    expect(() => parseFault(text)).toThrow(/no fault|more than 100%/);
  });
});

describe('the sandbox’s own calls', () => {
  test('change faults, limits and the account while it runs, and show them', async () => {
    const sandbox = await start();
    await admin(sandbox, 'faults', { faults: ['503@claude-sonnet-4-6'] });
    expect((await chat(sandbox.url, asks())).status).toBe(503);
    await admin(sandbox, 'faults', { faults: [] });
    await admin(sandbox, 'limits', { limits: { '*': { requestsPerMinute: 0 } } });
    expect((await chat(sandbox.url, asks())).status).toBe(429);
    await admin(sandbox, 'limits', { limits: 'documented' });
    const { text } = await admin(sandbox, 'account', { crossRegion: 'DISABLED' });
    expect(parse(text)).toMatchObject({
      account: { region: 'AWS_US_WEST_2', crossRegion: 'DISABLED' },
      faults: [],
      limits: { 'claude-sonnet-4-6': { tokensPerMinute: 6_000_000, requestsPerMinute: 10_000 } },
      rolesOfUser: expect.arrayContaining(['SANDBOX_ROLE']),
    });
    expect((await chat(sandbox.url, asks())).status).toBe(400);
  });

  test.each<[string, JsonObject, string]>([
    ['faults', { faults: ['7%:nonsense'] }, 'knows no fault "nonsense"'],
    ['limits', { limits: { '*': { rpm: 5 } } }, 'requestsPerMinute and tokensPerMinute'],
    ['account', { regoin: 'x' }, 'no setting "regoin"'],
    ['account', { restApi: 'no' }, '"restApi" is like true'],
    ['grants', { grant: [{ granted: 5 }] }, 'A grant is like'],
  ])('%s says what is wrong with %j', async (path, body, message) => {
    const answer = await admin(await start(), path, body);
    expect([answer.status, at(parse(answer.text), 'message')]).toEqual([400, expect.stringContaining(message)]);
  });
});

test('an AI Gateway serves every model but Claude on Chat Completions, and Claude on Messages', async () => {
  const sandbox = await start();
  const path = '/api/v2/aigateways/SNOWFLAKE/v1';
  expect((await post(sandbox.url, `${path}/chat/completions`, asks('openai-gpt-5'))).status).toBe(200);
  expect((await post(sandbox.url, `${path}/chat/completions`, asks())).status).toBe(400);
  expect((await post(sandbox.url, `${path}/messages`, { ...asks(), max_tokens: 100 })).status).toBe(200);
});
