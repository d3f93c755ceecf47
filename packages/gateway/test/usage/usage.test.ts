// `couloir usage` beside a running gateway, with the sandbox as the account.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type CortexSandbox, createCortexSandbox } from '../../src/sandbox/index.ts';
import type { UsageReport } from '../../src/usage/report.ts';
import { type RunningCouloir, sandboxAccount, startCouloir } from '../support/couloir.ts';

const PROGRAM = path.resolve(import.meta.dirname, '../../dist/couloir.js');

let sandbox: CortexSandbox;
let couloir: RunningCouloir;
let home: string;
let env: Record<string, string>;
beforeEach(async () => {
  home = mkdtempSync(path.join(tmpdir(), 'couloir-usage-'));
  sandbox = await createCortexSandbox();
  env = { ...sandboxAccount(sandbox.url), HOME: home, COULOIR_HOME: home };
  couloir = await startCouloir({ env });
});
afterEach(async () => {
  await couloir.stop();
  await sandbox.close();
  rmSync(home, { recursive: true, force: true });
});

async function usage(...words: string[]): Promise<{ stdout: string; stderr: string }> {
  return promisify(execFile)(process.execPath, [PROGRAM, 'usage', ...words], {
    cwd: home,
    env: { PATH: process.env['PATH'], ...env },
  });
}

async function report(...words: string[]): Promise<UsageReport> {
  return JSON.parse((await usage('--json', ...words)).stdout) as UsageReport;
}

async function chat(content: string, more: Record<string, unknown> = {}): Promise<number> {
  const answer = await fetch(`${couloir.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${couloir.key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'claude-sonnet-4-6', messages: [{ role: 'user', content }], ...more }),
  });
  await answer.text();
  return answer.status;
}

const COUNTED = 'sandbox> usage input=100 cached=40 written=0 output=10\nsandbox> say Hello.';

test('our records agree with the view, request by request, while the gateway runs', async () => {
  expect(await chat(COUNTED)).toBe(200);
  expect(await chat(COUNTED, { stream: true })).toBe(200);
  expect(await chat(COUNTED, { model: 'llama3.1-8b', n: 2 })).toBe(200);
  expect(await chat('sandbox> fail 402')).toBe(402);
  // Another program of the same account.
  await fetch(`${sandbox.url}/api/v2/cortex/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: 'Bearer sandbox-other', 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'openai-gpt-4.1', messages: [{ role: 'user', content: COUNTED }] }),
  });
  await expect.poll(async () => (await report()).total.exchanges).toBe(4);
  const { total, groups, accounts, unread } = await report();
  expect(unread).toEqual([]);
  expect(
    groups.map(({ name, exchanges, failed, snowflakeTokens }) => [name, exchanges, failed, snowflakeTokens]),
  ).toEqual([
    ['claude-sonnet-4-6', 3, 1, 220],
    ['llama3.1-8b', 1, 0, 220],
  ]);
  expect(total).toMatchObject({ exchanges: 4, failed: 1, output: 40, simulated: 4, estimated: 0 });
  expect(total.costUsd).toBeGreaterThan(0);
  expect(accounts).toEqual([
    {
      account: sandbox.url,
      both: { exchanges: 3, ourTokens: 440, snowflakeTokens: 440, differing: 0, estimated: 0, uncounted: 0 },
      pending: { calls: 0, tokens: 0 },
      missing: { calls: 0, tokens: 0 },
      elsewhere: { calls: 1, tokens: 110, models: [{ model: 'openai-gpt-4.1', calls: 1, tokens: 110 }] },
    },
  ]);
});

test('a view that lags is explained, one that cannot be read too', async () => {
  await chat(COUNTED);
  const admin = (call: string, body: unknown) =>
    fetch(`${sandbox.url}/sandbox/${call}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  await admin('account', { viewLatencyMs: 45 * 60_000 });
  await expect.poll(async () => (await report()).accounts[0]?.pending).toEqual({ calls: 1, tokens: 110 });
  await admin('account', { warehouse: '' });
  const { stdout } = await usage();
  expect(stdout).toMatch(
    /CORTEX_REST_API_USAGE_HISTORY of http:\/\/127\.0\.0\.1:\d+ could not be read:\n .*SNOWFLAKE_WAREHOUSE/,
  );
  expect(stdout).toMatch(/^claude-sonnet-4-6 +1 +0 /m);
});

test('the last exchanges before a shutdown are on record, those whose client has gone too', async () => {
  const leaving = new AbortController();
  const stream = await fetch(`${couloir.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${couloir.key}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      model: 'llama3.1-8b',
      stream: true,
      messages: [{ role: 'user', content: 'sandbox> pace 50ms\nsandbox> repeat 2000 word' }],
    }),
    signal: leaving.signal,
  });
  await stream.body!.getReader().read();
  await chat(COUNTED);
  leaving.abort();
  expect(await couloir.stop()).toBe(0);
  const { total, groups } = await report('--no-account', '--by', 'key', '--since', '1h');
  expect(total).toMatchObject({ exchanges: 2, failed: 1 });
  expect(groups.map(({ name }) => name)).toEqual(['master']);
});

test('what is asked wrongly is told', async () => {
  await expect(usage('--since', 'yesterday')).rejects.toMatchObject({
    code: 2,
    stderr: 'couloir: "yesterday" is no period. Write --since 24h, 7d, 2w or 2026-11-01.\n',
  });
  const elsewhere = await promisify(execFile)(process.execPath, [PROGRAM, 'usage', '--no-account'], {
    cwd: home,
    env: { PATH: process.env['PATH'], COULOIR_HOME: path.join(home, 'empty') },
  });
  expect(elsewhere.stderr).toMatch(/^No gateway has recorded anything in .*couloir\.db yet\./);
  expect(elsewhere.stdout).toContain('No exchange is on record for this time.');
});
