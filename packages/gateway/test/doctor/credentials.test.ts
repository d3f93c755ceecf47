// What keeps each kind of credential from working, as doctor sees it.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemClock } from '../../src/kit/clock.ts';
import { createCortexSandbox, type CortexSandbox, type SandboxOptions } from '../../src/sandbox/index.ts';
import { rsaKeyPair } from '../credentials/stage.ts';
import { examine, type Examination } from './patient.ts';

const keys = rsaKeyPair();
const others = rsaKeyPair();

let folder: string;
let keyFile: string;
let sandbox: CortexSandbox;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'couloir-keys-'));
  keyFile = path.join(folder, 'key.p8');
  writeFileSync(keyFile, keys.privateKey, { mode: 0o600 });
});
afterEach(async () => {
  await sandbox.close();
  rmSync(folder, { recursive: true, force: true });
});

async function withAccount(account: string, options: SandboxOptions): Promise<Examination> {
  sandbox = await createCortexSandbox(options);
  const config = `accounts: { main: { host: '${sandbox.url}', ${account} } }\nmodels: [{ name: llama3.1-8b }]\n`;
  return examine({
    url: sandbox.url,
    config,
    mode: 0o600,
    env: { SNOWFLAKE_PAT: '', SNOWFLAKE_ACCOUNT: 'couloir-sandbox' },
  });
}

const keyPair = () => `account: couloir-sandbox, user: jane, private_key_file: '${keyFile}'`;
const registered = (publicKey: string): SandboxOptions => ({ credentials: { users: { JANE: { publicKey } } } });

it('a key pair whose public key is registered', async () => {
  const { faults, diagnosis } = await withAccount(keyPair(), registered(keys.publicKey));
  expect(faults).toEqual([]);
  expect(diagnosis.findings.find(({ check }) => check === 'credential')?.says).toMatch(/^The key pair is accepted/);
});

it('a key pair whose public key is not registered', async () => {
  const { faults } = await withAccount(keyPair(), registered(others.publicKey));
  expect(faults).toMatchObject([
    { check: 'credential', remedy: "ALTER USER jane SET RSA_PUBLIC_KEY = '<public key>';" },
  ]);
});

it('a clock that is five minutes fast: the clock is the fault, and the key pair works all the same', async () => {
  const slow = { ...systemClock, now: () => systemClock.now() - 300_000 };
  const { faults } = await withAccount(keyPair(), { ...registered(keys.publicKey), clock: slow });
  expect(faults.map(({ check }) => check)).toEqual(['clock']);
  expect(faults[0]!.says).toMatch(/is (300|301) s ahead of that of/);
});

it.skipIf(process.platform === 'win32')('a private key that everybody can read is told once', async () => {
  chmodSync(keyFile, 0o644);
  const { faults } = await withAccount(keyPair(), registered(keys.publicKey));
  expect(faults).toMatchObject([
    {
      check: 'files',
      subject: keyFile,
      says: 'Other users of this machine can read the private key.',
      remedy: `chmod 600 ${keyFile}`,
    },
  ]);
});

it('an OAuth client whose secret is wrong', async () => {
  const { faults, out } = await withAccount(
    "oauth: { token_url: '${SNOWFLAKE_HOST}/oauth/token-request', client_id: gateway, client_secret: not-the-secret }",
    { credentials: { oauth: { clients: { gateway: { secret: 'the-secret' } } } } },
  );
  expect(faults.map(({ check }) => check)).toEqual(['credential']);
  expect(faults[0]!.says).toMatch(/token/i);
  expect(out).not.toContain('not-the-secret');
});

it('two credentials of one host are told apart, and only the one that is refused is a fault', async () => {
  sandbox = await createCortexSandbox();
  const config = `
accounts:
  good: { host: '${sandbox.url}', token: sandbox-good }
  bad: { host: '${sandbox.url}', token: refused }
models:
  - { name: small, model: llama3.1-8b, account: good }
  - { name: other, model: llama3.1-70b, account: bad }
`;
  const { faults } = await examine({ url: sandbox.url, config, mode: 0o600 });
  const host = new URL(sandbox.url).host;
  expect(faults).toMatchObject([{ check: 'credential', account: `${host} for other` }]);
});
