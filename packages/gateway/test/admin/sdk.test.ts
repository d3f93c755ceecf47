// The SDK against the built program: as source, and as it is published.
import { CouloirAdmin, CouloirApiError, CouloirConnectionError, CouloirKeyError } from '@couloir/sdk';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningCouloir, startCouloir } from '../support/couloir.ts';
import { chat } from './chat.ts';

const ROOT = path.resolve(import.meta.dirname, '../../../..');
const run = promisify(execFile);

const TYPED = `
import { CouloirAdmin, type ExchangePage } from '@couloir/sdk';
const couloir = new CouloirAdmin({ baseUrl: 'http://127.0.0.1:4000', key: 'x' });
export const state: 'ready' | 'draining' = (await couloir.status()).state;
export const page: ExchangePage = await couloir.exchanges({ before: (await couloir.exchanges()).next ?? undefined });
`;

let couloir: RunningCouloir;
let admin: CouloirAdmin;
beforeAll(async () => {
  couloir = await startCouloir();
  admin = new CouloirAdmin({ baseUrl: couloir.url, key: couloir.key });
});
afterAll(async () => {
  await couloir.stop();
});

test('everything that the gateway tells can be asked for', async () => {
  const requestId = await chat(couloir, 'sandbox> say Hello.');
  expect((await admin.status()).deployments.length).toBeGreaterThan(10);
  expect((await admin.models()).models.map(({ name }) => name)).toContain('claude-sonnet-4-6');
  await expect.poll(async () => (await admin.exchanges({ limit: 1 })).exchanges[0]?.requestId).toBe(requestId);
  expect(await admin.exchange(requestId)).toMatchObject({ requestId, outcome: 'ok' });
  expect((await admin.usage({ since: '1h', by: 'key' })).groups.map(({ name }) => name)).toEqual(['master']);
});

test.each(['/', '/v1', '/v1/'])('the base URL may end in %s', async (end) => {
  const same = new CouloirAdmin({ baseUrl: `${couloir.url}${end}`, key: couloir.key });
  expect((await same.status()).state).toBe('ready');
});

test('a base URL that is none is refused at once', () => {
  expect(() => new CouloirAdmin({ baseUrl: 'localhost:4000', key: 'x' })).toThrow(TypeError);
});

test('a wrong key', async () => {
  const stranger = new CouloirAdmin({ baseUrl: couloir.url, key: 'sk-wrong' });
  const error = await stranger.status().catch((cause: unknown) => cause);
  expect(error).toBeInstanceOf(CouloirKeyError);
  expect(error).toMatchObject({ status: 401, code: 'invalid_api_key', requestId: expect.any(String) });
});

test('any other refusal, with what is wrong', async () => {
  const error = await admin.exchanges({ limit: 1_000 }).catch((cause: unknown) => cause);
  expect(error).toBeInstanceOf(CouloirApiError);
  expect(error).toMatchObject({ status: 400, param: 'limit', message: '"limit" must be 200 or less.' });
  await expect(admin.exchange('nobody')).rejects.toMatchObject({ status: 404 });
});

test('no gateway, another program, and one that does not answer', async () => {
  const nobody = new CouloirAdmin({ baseUrl: 'http://127.0.0.1:9', key: 'x' });
  await expect(nobody.status()).rejects.toThrow(
    new CouloirConnectionError('Nothing answers at http://127.0.0.1:9. Is the gateway running?'),
  );
  const other = createServer((request, response) => {
    if (request.url?.endsWith('/status') === true) response.end('<html>');
  }).listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const elsewhere = new CouloirAdmin({ baseUrl: `http://127.0.0.1:${port}`, key: 'x', timeoutMs: 50 });
  await expect(elsewhere.status()).rejects.toThrow(`What answers at http://127.0.0.1:${port} is not Couloir.`);
  await expect(elsewhere.models()).rejects.toThrow(`No answer from http://127.0.0.1:${port} within 0.05 seconds.`);
  other.close();
  other.closeAllConnections();
});

test('a call that nobody waits for any more ends with the reason', async () => {
  const reason = new Error('the page was left');
  await expect(admin.status({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
});

/** The compiler runs twice. */
const COMPILING_MS = 120_000;

test(
  'the example of the README runs with the package as it is published, its types included',
  { timeout: COMPILING_MS },
  async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'couloir-sdk-'));
    const installed = path.join(folder, 'node_modules/@couloir/sdk');
    try {
      mkdirSync(path.dirname(installed), { recursive: true });
      await run(process.execPath, [path.join(ROOT, 'tools/build.ts'), 'sdk', installed]);
      const [, example = ''] =
        /^```js\n(.*?)^```$/ms.exec(readFileSync(path.join(installed, 'README.md'), 'utf8')) ?? [];
      writeFileSync(path.join(folder, 'package.json'), '{ "type": "module" }');
      writeFileSync(path.join(folder, 'example.js'), example.replace('http://127.0.0.1:4000', couloir.url));
      const failed = await chat(couloir, 'sandbox> fail 402');
      await expect.poll(async () => (await admin.exchanges({ outcome: 'failed' })).exchanges.length).toBe(1);
      const { stdout } = await run(process.execPath, ['example.js'], {
        cwd: folder,
        env: { PATH: process.env['PATH'], COULOIR_MASTER_KEY: couloir.key },
      });
      const lines = stdout.trimEnd().split('\n');
      expect(lines[0]).toMatch(/^Couloir [\d.]+ is ready, with \d+ deployments\.$/);
      expect(lines[1]).toMatch(/^\d requests, 1 failed, 0\.\d\d USD\.$/);
      expect(lines[2]).toMatch(new RegExp(`^${failed} claude-sonnet-4-6 Snowflake said: `));

      writeFileSync(path.join(folder, 'example.ts'), TYPED);
      const strict = ['--strict', '--noEmit', '--module', 'nodenext', '--target', 'es2022', '--lib', 'es2022,dom'];
      const compiler = path.join(ROOT, 'node_modules/typescript/bin/tsc');
      await run(process.execPath, [compiler, ...strict, 'example.ts'], { cwd: folder });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
);
