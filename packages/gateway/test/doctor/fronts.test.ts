// What stands between this machine and Snowflake, and the gateway itself.
import { writeFileSync } from 'node:fs';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { doctor } from '../../src/cli/doctor.ts';
import { CommandError } from '../../src/cli/failure.ts';
import { loadSettings } from '../../src/config/load.ts';
import type { Diagnosis } from '../../src/doctor/diagnose.ts';
import { startGateway } from '../../src/gateway.ts';
import { Secret } from '../../src/kit/secret.ts';
import { createCortexSandbox, type CortexSandbox } from '../../src/sandbox/index.ts';
import { cortexKnowledge } from '../../src/upstream/knowledge.ts';
import { createTransport, type Transport } from '../../src/upstream/transport.ts';
import { selfSigned } from '../support/certificate.ts';
import { startTlsFront } from './fronts.ts';
import { examine, run, TOKEN, TWO_MODELS } from './patient.ts';

let folder: string;
let sandbox: CortexSandbox;
const open: { close(): unknown }[] = [];

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'couloir-doctor-'));
  sandbox = await createCortexSandbox();
  writeFileSync(path.join(folder, 'couloir.yaml'), TWO_MODELS);
});
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
  await sandbox.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Every name leads to this machine. */
function homeward(ca?: string): Transport {
  return createTransport({
    lookup: (_name, _options, done) => done(null, [{ address: '127.0.0.1', family: 4 }]),
    ...(ca === undefined ? {} : { ca }),
  });
}

/** Doctor with another network than the real one. */
async function examineOver(transport: Transport, host: string): Promise<Diagnosis> {
  const out: string[] = [];
  const env = { COULOIR_HOME: folder, COULOIR_PORT: '0', SNOWFLAKE_HOST: host, SNOWFLAKE_PAT: TOKEN };
  const world = { env, cwd: folder, out: (line: string) => out.push(line), err: () => undefined };
  await doctor({ json: true }, world, transport).catch((cause: unknown) => {
    if (!(cause instanceof CommandError)) throw cause;
  });
  return JSON.parse(out.join('\n')) as Diagnosis;
}

function faultsOf({ findings }: Diagnosis): Diagnosis['findings'] {
  return findings.filter(({ status }) => status === 'failed' || status === 'warning');
}

it('an account with an underscore works, and is told of', async () => {
  const certificate = await selfSigned(['my-org-main.snowflakecomputing.com']);
  const front = await startTlsFront(sandbox.url, certificate);
  open.push(front);
  const diagnosis = await examineOver(homeward(certificate.cert), `my_org-main.snowflakecomputing.com:${front.port}`);
  expect(faultsOf(diagnosis)).toEqual([
    {
      check: 'config',
      title: 'Configuration',
      status: 'warning',
      says: 'The account is written "my_org-main.snowflakecomputing.com"; certificates do not cover the "_", so my-org-main.snowflakecomputing.com is asked.',
      remedy: 'Write my-org-main.snowflakecomputing.com',
    },
  ]);
  expect(diagnosis.ok).toBe(true);
  expect(diagnosis.findings.find(({ check }) => check === 'host')?.says).toBe('It answers over TLS.');
});

it.each([
  ['ENOTFOUND', 'my-org-main.snowflakecomputing.com', /CURRENT_ORGANIZATION_NAME/],
  ['ENOTFOUND', 'https://cortex.example.com', /^nslookup cortex\.example\.com$/],
  ['EAI_AGAIN', 'my-org-main.snowflakecomputing.com', /^nslookup my-org-main\.snowflakecomputing\.com$/],
])('a name that does not resolve (%s of %s)', async (code, name, remedy) => {
  const nameless = createTransport({
    lookup: (_name, _options, done) => done(Object.assign(new Error(`getaddrinfo ${code}`), { code }), []),
  });
  const faults = faultsOf(await examineOver(nameless, name));
  expect(faults).toMatchObject([{ check: 'host', remedy: expect.stringMatching(remedy) }]);
  expect(faults[0]!.says).toMatch(/does not resolve|could not be resolved just now/);
});

it('a certificate that this machine does not trust', async () => {
  const front = await startTlsFront(sandbox.url, await selfSigned(['my-org-main.snowflakecomputing.com']));
  open.push(front);
  const diagnosis = await examineOver(homeward(), `my-org-main.snowflakecomputing.com:${front.port}`);
  expect(faultsOf(diagnosis)).toMatchObject([
    { check: 'host', remedy: 'export NODE_EXTRA_CA_CERTS=<certificate authority of your network, PEM>' },
  ]);
});

it('a certificate for another name', async () => {
  const certificate = await selfSigned(['another.snowflakecomputing.com']);
  const front = await startTlsFront(sandbox.url, certificate);
  open.push(front);
  const diagnosis = await examineOver(homeward(certificate.cert), `my-org-main.snowflakecomputing.com:${front.port}`);
  expect(faultsOf(diagnosis)).toMatchObject([{ check: 'host', remedy: expect.stringMatching(/^openssl s_client/) }]);
});

/** A gateway of the same configuration, with this token for Snowflake. */
async function startOwnGateway(token: string): Promise<{ port: string }> {
  const env = { SNOWFLAKE_HOST: sandbox.url, SNOWFLAKE_PAT: token, COULOIR_PORT: '0' };
  const { settings } = loadSettings({ env, cwd: folder, home: folder, cortex: cortexKnowledge });
  const quiet = { ...settings, log: { level: 'silent' as const }, masterKey: new Secret('sk-of-the-gateway') };
  const gateway = await startGateway({ settings: quiet });
  open.push({ close: () => gateway.close({ delayMs: 0, timeoutMs: 0 }) });
  return { port: new URL(gateway.url).port };
}

it('a gateway that runs takes its key and answers a chat, and its tokens are counted', async () => {
  const { port } = await startOwnGateway(TOKEN);
  const own = { COULOIR_PORT: port, COULOIR_MASTER_KEY: 'sk-of-the-gateway' };
  const { faults, diagnosis } = await examine({ url: sandbox.url, env: own });
  expect(faults).toEqual([]);
  expect(diagnosis.findings.slice(-2)).toMatchObject([
    { check: 'port', says: `A gateway answers on 127.0.0.1:${port} and lists 2 models.` },
    { check: 'gateway', says: `small answers through the gateway on 127.0.0.1:${port}.` },
  ]);
  expect(sandbox.requests.at(-1)?.body).toMatchObject({ model: 'llama3.1-8b', max_completion_tokens: 16 });
  expect(diagnosis.spent.calls, 'two models, one of them streamed, in SQL and through the gateway').toBe(5);
});

it('a gateway that runs with the key of another configuration', async () => {
  const { port } = await startOwnGateway(TOKEN);
  const env = { COULOIR_PORT: port, COULOIR_MASTER_KEY: 'sk-of-somebody' };
  const { faults, out } = await examine({ url: sandbox.url, env });
  expect(faults).toMatchObject([
    { check: 'port', says: `The gateway on 127.0.0.1:${port} has another key than this configuration.` },
  ]);
  expect(out).not.toContain('sk-of-somebody');
});

it('a gateway that runs with what the configuration was yesterday', async () => {
  const { port } = await startOwnGateway('of-yesterday');
  const env = { COULOIR_PORT: port, COULOIR_MASTER_KEY: 'sk-of-the-gateway' };
  const { faults } = await examine({ url: sandbox.url, env });
  expect(faults).toMatchObject([
    {
      check: 'gateway',
      subject: 'small',
      remedy: 'Restart couloir serve, so that it runs with this configuration.',
    },
  ]);
  expect(faults[0]!.says).toMatch(
    /^small answers doctor, and through the gateway on 127\.0\.0\.1:\d+ it does not \(HTTP 502\): Snowflake said: Programmatic access token is invalid\./,
  );
});

it('for people: a line for each finding, and what it cost', async () => {
  const env = { COULOIR_PORT: '0', SNOWFLAKE_HOST: sandbox.url, SNOWFLAKE_PAT: 'not-the-one' };
  const { out, err, code } = await run(['doctor'], env, folder);
  const lines = out.split('\n');
  expect(lines.map((line) => line[0]).join('')).toBe('✔✔✔✔✘–––––––––✔–S');
  expect(lines[4]).toMatch(
    /^✘ Credential \(127\.0\.0\.1:\d+\): .*Programmatic access token is invalid\. .* → ALTER USER <user> ADD PROGRAMMATIC ACCESS TOKEN couloir;/,
  );
  expect(lines.at(-1)).toBe('Spent nothing.');
  expect({ code, err }).toEqual({ code: 1, err: 'couloir: 1 check failed.' });
});
