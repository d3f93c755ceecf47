// One fault each, and doctor names that one: what it is, what mends it, and nothing else.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { afterEach, expect, it } from 'vitest';
import { systemClock } from '../../src/kit/clock.ts';
import { createCortexSandbox, type CortexSandbox, parseFault, type SandboxOptions } from '../../src/sandbox/index.ts';
import { startCollectingFront } from './fronts.ts';
import { examine, run, TOKEN, TWO_MODELS } from './patient.ts';

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

async function snowflake(options: SandboxOptions = {}): Promise<CortexSandbox> {
  const sandbox = await createCortexSandbox(options);
  open.push(sandbox);
  return sandbox;
}

async function tellSandbox({ url }: CortexSandbox, path: string, body: object): Promise<void> {
  const answer = await fetch(`${url}/sandbox/${path}`, { method: 'POST', body: JSON.stringify(body) });
  expect(answer.status).toBe(200);
}

it('finds nothing in a healthy account, and spends next to nothing', async () => {
  const { url, requests } = await snowflake();
  const listed = await examine({ url });
  expect(listed.faults).toEqual([]);
  expect(listed.diagnosis.findings.map(({ check, status }) => `${check} ${status}`)).toEqual([
    'config ok',
    'files ok',
    'host ok',
    'clock ok',
    'credential ok',
    'role ok',
    'sql ok',
    'region ok',
    'models ok',
    'limits ok',
    'streaming ok',
    'warehouse ok',
    'function ok',
    'usage ok',
    'port ok',
    'gateway skipped',
  ]);
  expect(listed).toMatchObject({ code: 0, err: '', diagnosis: { ok: true } });
  // Two models, one of them streamed too and in SQL; one call of the list of models, four statements, one greeting.
  expect(listed.diagnosis.spent).toMatchObject({ calls: 4, statements: 4, warehouseStatements: 2 });
  expect(listed.diagnosis.spent.usd).toBeLessThan(0.01);
  expect(requests).toHaveLength(9);
});

it('finds nothing without a configuration file either, where every model of the catalogue is called once', async () => {
  const { url } = await snowflake();
  const { faults, diagnosis } = await examine({ url, config: undefined });
  expect(faults).toEqual([]);
  expect(diagnosis.findings.find(({ check }) => check === 'models')?.says).toMatch(/^(\d+) of \1 deployments answered/);
});

it('of a whole catalogue nobody expects every model in every region', async () => {
  const { url } = await snowflake({ account: { region: 'AWS_US_EAST_1', crossRegion: 'DISABLED' } });
  const { faults, diagnosis, code } = await examine({ url, config: undefined });
  expect(new Set(faults.map(({ check, status }) => `${check} ${status}`))).toEqual(new Set(['models warning']));
  expect(faults[0]!.remedy).toBe("ALTER ACCOUNT SET CORTEX_ENABLED_CROSS_REGION = 'ANY_REGION';");
  expect({ code, ok: diagnosis.ok }).toEqual({ code: 0, ok: true });
});

it('what fails in SQL alone is a warning: the gateway does without', async () => {
  const account = await snowflake();
  await tellSandbox(account, 'grants', {
    grant: [{ granted: 'SNOWFLAKE.CORTEX_REST_API_USER', to: 'SANDBOX_ROLE' }],
    revoke: [{ granted: 'SNOWFLAKE.CORTEX_USER', to: 'PUBLIC' }],
  });
  const { faults, code } = await examine({ url: account.url });
  expect(faults).toMatchObject([
    {
      check: 'function',
      status: 'warning',
      subject: 'llama3.1-8b',
      says: expect.stringMatching(
        /^Snowflake did not carry out a statement: .*Unknown user-defined function SNOWFLAKE\.CORTEX\.COMPLETE .* The gateway does not need it: llama3\.1-8b answers over REST\.$/,
      ),
      remedy: 'GRANT DATABASE ROLE SNOWFLAKE.CORTEX_USER TO ROLE SANDBOX_ROLE;',
    },
  ]);
  expect(code).toBe(0);
});

it('a model that answers and is in no catalogue is a warning: what is assumed of it may be wrong', async () => {
  const { url } = await snowflake();
  const config = TWO_MODELS.replace('llama3.1-8b', 'MY_DB.PUBLIC.TUNED');
  const { faults, code } = await examine({ url, config });
  expect(faults).toMatchObject([
    {
      check: 'models',
      status: 'warning',
      subject: 'small',
      says: `Couloir's catalogue does not have "MY_DB.PUBLIC.TUNED": a context window of 128000 and at most 8192 output tokens are assumed, and no tools or images. Set context_window and max_output_tokens where they differ.`,
    },
  ]);
  expect(code).toBe(0);
  const told = `${config}    context_window: 32000\n    max_output_tokens: 4096\n`;
  expect((await examine({ url, config: told })).faults).toEqual([]);
});

it('a model whose name is misspelled is told once, with the name that was meant', async () => {
  const { url } = await snowflake();
  const { faults } = await examine({ url, config: TWO_MODELS.replace('llama3.1-8b', 'llama-3.1-8b') });
  expect(faults).toMatchObject([
    {
      check: 'models',
      status: 'failed',
      says: expect.stringMatching(/unknown model.* Did you mean "llama3\.1-8b"\?$/),
    },
  ]);
});

interface Fault {
  fault: string;
  sandbox?: SandboxOptions;
  admin?: [path: string, body: object];
  env?: Record<string, string>;
  config?: string;
  check: string;
  subject?: string;
  says: RegExp;
  remedy: string | RegExp;
}

const TABLE: Fault[] = [
  {
    fault: 'a wrong token',
    env: { SNOWFLAKE_PAT: 'of-another-account' },
    check: 'credential',
    says: /Programmatic access token is invalid\. \(HTTP 401, code 394400/,
    remedy: 'ALTER USER <user> ADD PROGRAMMATIC ACCESS TOKEN couloir; then export SNOWFLAKE_PAT=<its secret>',
  },
  {
    fault: 'a user without a network policy',
    sandbox: { credentials: { tokens: { [TOKEN]: { networkPolicy: false } } } },
    check: 'credential',
    says: /Network policy is required\. \(HTTP 401, code 390432/,
    remedy:
      'ALTER USER <user> SET NETWORK_POLICY = <policy>; or ALTER AUTHENTICATION POLICY <policy> SET PAT_POLICY = (NETWORK_POLICY_EVALUATION = ENFORCED_NOT_REQUIRED);',
  },
  {
    fault: 'a role without Cortex',
    admin: ['grants', { revoke: [{ granted: 'SNOWFLAKE.CORTEX_USER', to: 'PUBLIC' }] }],
    check: 'role',
    says: /Not Authorized \(HTTP 403/,
    remedy: 'GRANT DATABASE ROLE SNOWFLAKE.CORTEX_USER TO ROLE SANDBOX_ROLE;',
  },
  {
    fault: 'a role that the user may not take',
    config: TWO_MODELS.replace("token: '${SNOWFLAKE_PAT}'", "token: '${SNOWFLAKE_PAT}', role: NOBODY"),
    check: 'role',
    says: /Role 'NOBODY' specified in the connect string does not exist or not authorized/,
    remedy: 'GRANT ROLE NOBODY TO USER <user>;',
  },
  {
    fault: 'a trial account',
    sandbox: { account: { restApi: false } },
    check: 'role',
    says: /This account is not allowed to access this endpoint/,
    remedy: 'Ask Snowflake support to enable the Cortex REST API for this account.',
  },
  {
    fault: 'a model that is not in the region',
    sandbox: { account: { region: 'AWS_EU_CENTRAL_1', crossRegion: 'DISABLED' } },
    check: 'models',
    subject: 'claude-sonnet-4-6',
    says: /unavailable in your region.* By Snowflake's documentation it is in AWS_EU_WEST_2, and these cross-region settings reach it: ANY_REGION, AWS_GLOBAL, AWS_US, AWS_US_GOV, AWS_EU, /,
    remedy: "ALTER ACCOUNT SET CORTEX_ENABLED_CROSS_REGION = 'ANY_REGION';",
  },
  {
    fault: 'a model that is not on the allowlist',
    sandbox: { account: { modelsAllowlist: 'llama3.1-8b' } },
    check: 'models',
    subject: 'claude-sonnet-4-6',
    says: /not authorized or not available in your region/,
    remedy: /^ALTER ACCOUNT SET CORTEX_MODELS_ALLOWLIST = 'All';/,
  },
  {
    fault: 'a model that Cortex does not have',
    config: TWO_MODELS.replace('claude-sonnet-4-6', 'llama9-9b'),
    check: 'models',
    subject: 'llama9-9b',
    says: /unknown model/,
    remedy: 'SHOW CORTEX BASE MODELS;',
  },
  {
    fault: 'a spent budget',
    sandbox: { account: { spentModels: ['claude-sonnet-4-6'] } },
    check: 'models',
    subject: 'claude-sonnet-4-6',
    says: /budget exceeded \(HTTP 402/,
    remedy: /SET_SPENDING_LIMIT/,
  },
  {
    fault: 'a limit per minute that is used up',
    sandbox: { limits: { 'claude-sonnet-4-6': { requestsPerMinute: 0 } } },
    check: 'limits',
    subject: 'claude-sonnet-4-6',
    says: /HTTP 429.*6000000 tokens and 10000 requests per minute for claude-sonnet-4-6/,
    remedy: /ask Snowflake support for a higher limit/,
  },
  {
    fault: 'throttling in the clothes of a 400',
    sandbox: { faults: [parseFault('throttled@llama3.1-8b')] },
    check: 'limits',
    subject: 'small',
    says: /all requests were throttled by remote service \(HTTP 400/,
    remedy: /ask Snowflake support for a higher limit/,
  },
  {
    fault: 'a clock that is five minutes slow',
    sandbox: { clock: { ...systemClock, now: () => systemClock.now() + 300_000 } },
    check: 'clock',
    says: /is (299|300) s behind that of 127\.0\.0\.1/,
    remedy: /timedatectl|sntp|w32tm/,
  },
  {
    fault: 'a role that may not see the usage view',
    admin: ['grants', { revoke: [{ granted: 'SNOWFLAKE.USAGE_VIEWER', to: 'SANDBOX_ROLE' }] }],
    check: 'usage',
    says: /does not exist or not authorized/,
    remedy: 'GRANT DATABASE ROLE SNOWFLAKE.USAGE_VIEWER TO ROLE SANDBOX_ROLE;',
  },
  {
    fault: 'a user without a warehouse',
    sandbox: { account: { warehouse: '' } },
    check: 'warehouse',
    says: /SANDBOX_USER has no default warehouse and the configuration names none/,
    remedy: 'ALTER USER SANDBOX_USER SET DEFAULT_WAREHOUSE = <warehouse>;',
  },
];

it.each(TABLE)('$fault', async ({ sandbox, admin, env, config, check, subject, says, remedy }) => {
  const account = await snowflake(sandbox);
  if (admin !== undefined) await tellSandbox(account, ...admin);
  const { faults, code, out, err } = await examine({
    url: account.url,
    ...(env === undefined ? {} : { env }),
    ...(config === undefined ? {} : { config }),
  });
  expect(faults.map((fault) => fault.check)).toEqual([check]);
  expect(faults[0]!.says).toMatch(says);
  if (typeof remedy === 'string') expect(faults[0]!.remedy).toBe(remedy);
  else expect(faults[0]!.remedy).toMatch(remedy);
  expect(faults[0]!.subject).toBe(subject);
  expect({ code, err }).toEqual({ code: 1, err: 'couloir: 1 check failed.' });
  expect(out).not.toContain(env?.['SNOWFLAKE_PAT'] ?? TOKEN);
});

it('what needs the credential is left alone without it, and says so', async () => {
  const { url, requests } = await snowflake();
  const { diagnosis } = await examine({ url, env: { SNOWFLAKE_PAT: 'of-another-account' } });
  const skipped = diagnosis.findings.filter(({ status }) => status === 'skipped');
  expect(skipped.map(({ check }) => check)).toEqual([
    'role',
    'sql',
    'region',
    'models',
    'limits',
    'streaming',
    'warehouse',
    'function',
    'usage',
    'gateway',
  ]);
  const because = 'Not looked at, because "Credential" failed.';
  expect(new Set(skipped.slice(0, -1).map(({ says }) => says))).toEqual(new Set([because]));
  expect(requests.map(({ path }) => path)).toEqual(['/', '/api/v2/cortex/models']);
  expect(diagnosis.spent).toMatchObject({ calls: 0, inputTokens: 0, statements: 0 });
});

/** Forty words at a pace that no collected answer shows. */
const UNHURRIED = { scenario: { 'llama3.1-8b': 'pace 15ms\nrepeat 40 word' } };

it('a stream that arrives as it is written is well, however slow', async () => {
  const { url } = await snowflake(UNHURRIED);
  expect((await examine({ url })).faults).toEqual([]);
});

it('a proxy that collects streams', async () => {
  const { url } = await snowflake(UNHURRIED);
  const front = await startCollectingFront(url);
  open.push(front);
  const { faults } = await examine({ url: `http://127.0.0.1:${front.port}` });
  expect(faults).toMatchObject([
    { check: 'streaming', subject: 'small', remedy: expect.stringMatching(/^proxy_buffering off;/) },
  ]);
  expect(faults[0]!.says).toMatch(/^All \d+ events of a stream came at once after \d+ ms/);
});

it.skipIf(process.platform === 'win32')(
  'a configuration with a secret that everybody can read (not on Windows, whose files have no modes)',
  async () => {
    const { url } = await snowflake();
    const config = TWO_MODELS.replace("'${SNOWFLAKE_PAT}'", TOKEN);
    const { faults, out } = await examine({ url, config, mode: 0o644 });
    expect(faults).toMatchObject([{ check: 'files', remedy: expect.stringMatching(/^chmod 600 .*couloir\.yaml$/) }]);
    expect(out).not.toContain(TOKEN);
    expect((await examine({ url, config, mode: 0o600 })).faults).toEqual([]);
  },
);

it('a port that another program has', async () => {
  const { url } = await snowflake();
  const other = createServer((_request, response) => response.end('hello')).listen(0, '127.0.0.1');
  await once(other, 'listening');
  open.push(other);
  const { port } = other.address() as AddressInfo;
  const { faults } = await examine({ url, env: { COULOIR_PORT: String(port) } });
  expect(faults).toMatchObject([
    {
      check: 'port',
      says: `127.0.0.1:${port} is taken by a program that is no gateway.`,
      remedy: `lsof -i :${port}, or couloir serve --port ${port + 1}`,
    },
  ]);
});

it('a host that nobody listens on', async () => {
  const gone = await createCortexSandbox();
  const { url } = gone;
  await gone.close();
  const { faults } = await examine({ url });
  expect(faults).toMatchObject([{ check: 'host', remedy: `curl -v ${url}/` }]);
  expect(faults[0]!.says).toMatch(/it refused the connection/);
});

it.each([403, 404])('an account that Snowflake does not have answers everything with %i', async (status) => {
  const nowhere = createServer((_request, response) => response.writeHead(status).end('<html>')).listen(0, '127.0.0.1');
  await once(nowhere, 'listening');
  open.push(nowhere);
  const { port } = nowhere.address() as AddressInfo;
  const { faults } = await examine({ url: `http://127.0.0.1:${port}` });
  expect(faults).toMatchObject([
    {
      check: 'credential',
      remedy: expect.stringMatching(/CURRENT_ORGANIZATION_NAME\(\) \|\| '-' \|\| CURRENT_ACCOUNT_NAME\(\);$/),
    },
  ]);
});

it('an address that leads to a login page, where no credential follows', async () => {
  const asked: (string | undefined)[] = [];
  const portal = createServer(({ url, headers }, response) => {
    asked.push(headers.authorization === undefined ? undefined : url);
    response.writeHead(302, { location: 'https://login.example.com/sso?relay=secret' }).end();
  }).listen(0, '127.0.0.1');
  await once(portal, 'listening');
  open.push(portal);
  const { port } = portal.address() as AddressInfo;
  const { faults, out } = await examine({ url: `http://127.0.0.1:${port}` });
  expect(faults).toMatchObject([
    {
      check: 'credential',
      says: 'Snowflake said: moved to https://login.example.com/sso (HTTP 302). The address answers with a redirect, which is not followed with a credential: check account and api_base, and that no proxy on the way wants a sign-in.',
      remedy: expect.stringMatching(/CURRENT_ORGANIZATION_NAME/),
    },
  ]);
  expect(out).not.toContain('relay');
  expect(asked, 'the greeting, and one call with the token').toEqual([undefined, '/api/v2/cortex/models']);
});

it('no account at all is exit code 2', async () => {
  const { code, faults } = await examine({ url: '', env: { SNOWFLAKE_PAT: '' }, config: undefined });
  expect(code).toBe(2);
  expect(faults).toMatchObject([{ check: 'config', remedy: expect.stringMatching(/^export SNOWFLAKE_ACCOUNT=/) }]);
});

it('a configuration that cannot be used is exit code 2', async () => {
  const { code, faults, diagnosis, err } = await examine({ url: 'http://127.0.0.1:1', config: 'modles: []\n' });
  expect(code).toBe(2);
  expect(faults[0]).toMatchObject({ check: 'config', status: 'failed' });
  expect(faults[0]!.says).toMatch(/couloir\.yaml:1:1 modles/);
  expect(diagnosis.findings.at(-1)).toMatchObject({ check: 'gateway', status: 'skipped' });
  expect(err).toBe('couloir: the configuration cannot be used.');
});

it('a model that is not configured is a mistake of usage; an alias stands for its model', async () => {
  const { url } = await snowflake();
  const config = `${TWO_MODELS}aliases: { quick: small }\n`;
  const { diagnosis } = await examine({ url, config, words: ['--model', 'quick'] });
  expect(diagnosis.findings.find(({ check }) => check === 'models')?.says).toMatch(/^1 of 1 deployments answered/);
  expect(diagnosis.spent.calls).toBe(3);
  const unknown = await run(
    ['doctor', '--model', 'cluade-sonnet'],
    { SNOWFLAKE_HOST: url, SNOWFLAKE_PAT: TOKEN },
    tmpdir(),
  );
  expect(unknown).toMatchObject({
    code: 2,
    out: '',
    err: expect.stringMatching(/^couloir: no model "cluade-sonnet" is configured\./),
  });
});
