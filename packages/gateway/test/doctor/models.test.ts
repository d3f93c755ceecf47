// `couloir models`: the catalogue, and what an account says it can call.
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createCortexSandbox, type CortexSandbox } from '../../src/sandbox/index.ts';
import { run, TOKEN } from './patient.ts';

interface Listed {
  asOf: string;
  models: { name: string; alias?: string; family: string; status: string; live?: string[] }[];
}

let sandbox: CortexSandbox;
beforeEach(async () => {
  sandbox = await createCortexSandbox({ account: { region: 'AWS_US_WEST_2', crossRegion: 'DISABLED' } });
});
afterEach(() => sandbox.close());

it('lists every model with what a user chooses by, without any account', async () => {
  const { code, out, err } = await run(['models', '--json'], {}, tmpdir());
  expect({ code, err }).toEqual({ code: 0, err: '' });
  const { models } = JSON.parse(out) as Listed;
  expect(models.find(({ name }) => name === 'claude-sonnet-4-6')).toEqual({
    name: 'claude-sonnet-4-6',
    alias: 'cortex-sonnet-4-6',
    family: 'claude',
    contextWindow: 1_000_000,
    maxOutputTokens: 64_000,
    capabilities: ['tools', 'vision', 'json', 'reasoning'],
    price: {
      basis: 'inferred',
      usdPerMillionTokens: { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75 },
      creditsPerMillionTokens: { input: 1.5, output: 7.5, cacheRead: 0.15, cacheWrite: 1.875 },
      regionalUsdPerMillionTokens: { input: 3.3, output: 16.5, cacheRead: 0.33, cacheWrite: 4.125 },
    },
    rateLimit: { tokensPerMinute: 6_000_000, requestsPerMinute: 10_000 },
    regions: {
      native: ['AWS_EU_WEST_2'],
      crossRegion: ['ANY_REGION', 'AWS_GLOBAL', 'AWS_US', 'AWS_US_GOV', 'AWS_EU', 'AWS_APJ', 'AWS_JP', 'AWS_AU'],
    },
    status: 'ga',
  });
  expect(models.find(({ name }) => name === 'e5-base-v2')).toMatchObject({ family: 'embedding', dimensions: 768 });

  const table = (await run(['models'], {}, tmpdir())).out.split('\n');
  expect(table[0]).toMatch(/^MODEL +CURSOR +FAMILY +CONTEXT +OUTPUT +CAN +\$\/M IN +\$\/M OUT +STATUS$/);
  expect(table.find((line) => line.startsWith('claude-sonnet-4-6 '))).toMatch(
    / cortex-sonnet-4-6 +claude +1M +64k +tools,vision,json,reasoning +~3 +~15 +ga$/,
  );
});

it('--live marks what the account can call where it is', async () => {
  const env = { SNOWFLAKE_HOST: sandbox.url, SNOWFLAKE_PAT: TOKEN };
  const { code, out } = await run(['models', '--live', '--json'], env, tmpdir());
  expect(code).toBe(0);
  const live = new Map((JSON.parse(out) as Listed).models.map((model) => [model.name, model.live]));
  expect(live.get('llama3.1-8b')).toEqual([`127.0.0.1:${sandbox.port}`]);
  expect(live.get('claude-sonnet-4-6')).toEqual([]);
  // Snowflake's list names no embedding model.
  expect(live.get('e5-base-v2')).toBeUndefined();
  expect(sandbox.requests).toHaveLength(1);

  const table = (await run(['models', '--live'], env, tmpdir())).out.split('\n');
  const lastCell = (name: string) =>
    table
      .find((line) => line.startsWith(`${name} `))
      ?.split(/ +/)
      .at(-1);
  expect(['llama3.1-8b', 'claude-sonnet-4-6', 'e5-base-v2'].map(lastCell)).toEqual(['yes', 'no', '-']);
});

it.each([
  ['no account', {}, 2, /^couloir: there is no Snowflake account to ask\. Set SNOWFLAKE_ACCOUNT/],
  ['a token that is refused', { SNOWFLAKE_PAT: 'wrong' }, 1, /^couloir: Snowflake said: Programmatic access token/],
])('--live with %s is one sentence', async (_what, env, wanted, says) => {
  const address = 'SNOWFLAKE_PAT' in env ? { SNOWFLAKE_HOST: sandbox.url } : {};
  const { code, out, err } = await run(['models', '--live'], { ...address, ...env }, tmpdir());
  expect({ code, out }).toEqual({ code: wanted, out: '' });
  expect(err).toMatch(says);
});
