// Where settings come from, and which source wins.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { explainSettings } from '../../src/config/explain.ts';
import { formatProblem } from '../../src/config/problem.ts';
import type { CredentialSettings } from '../../src/config/settings.ts';
import { Secret } from '../../src/kit/secret.ts';
import { listChatModels } from '../../src/upstream/catalogue.ts';
import { fixture, folder, load } from './load.ts';

function tokenOf(credential: CredentialSettings): string | undefined {
  return credential.kind === 'snowflake-token' && credential.token instanceof Secret
    ? credential.token.reveal()
    : undefined;
}

const TOKEN = { SNOWFLAKE_ACCOUNT: 'acme-main', SNOWFLAKE_PAT: 'the-token' };

describe('without a file', () => {
  it('an account and a token serve the whole catalogue, chat models under three names each', () => {
    const { settings, source, notes } = load(undefined, TOKEN);
    expect(source).toBe('environment');
    expect(notes).toEqual([]);
    expect(settings.deployments.map(({ modelName }) => modelName)).toEqual([
      ...listChatModels().map(({ id }) => id),
      'snowflake-arctic-embed-m-v1.5',
      'snowflake-arctic-embed-m',
      'e5-base-v2',
      'snowflake-arctic-embed-l-v2.0',
    ]);
    expect(settings.aliases).toMatchObject({
      'cortex-sonnet-4-6': { model: 'claude-sonnet-4-6', hidden: false },
      'cortex-g5-2': { model: 'openai-gpt-5.2', hidden: false },
      'cortex-llama3-1-8b': { model: 'llama3.1-8b', hidden: false },
      'cortex-claude-4-sonnet': { model: 'claude-4-sonnet', hidden: true },
    });
    expect(settings).toMatchObject({ server: { host: '127.0.0.1', port: 4000 }, dropParams: true, retries: 2 });
    expect(settings.masterKey).toBeUndefined();
  });

  it.each([
    [{ SNOWFLAKE_ACCOUNT_ID: 'acme-main' }, { account: 'acme-main' }],
    [{ SNOWFLAKE_ACCOUNT_IDENTIFIER: 'acme-main' }, { account: 'acme-main' }],
    [{ SNOWFLAKE_HOST: 'acme-main.snowflakecomputing.com' }, { apiBase: 'acme-main.snowflakecomputing.com' }],
    [{ SNOWFLAKE_API_BASE: 'http://127.0.0.1:4010', SNOWFLAKE_ACCOUNT: 'other' }, { apiBase: 'http://127.0.0.1:4010' }],
  ])('the account may be in %j', (env, base) => {
    expect(load(undefined, { ...env, SNOWFLAKE_PAT: 't' }).settings.deployments[0]!.base).toEqual(base);
  });

  it.each(['SNOWFLAKE_PAT', 'SNOWFLAKE_CORTEX_PAT', 'SNOWFLAKE_TOKEN', 'SNOWFLAKE_JWT', 'SNOWFLAKE_API_KEY'])(
    'the token may be in %s',
    (variable) => {
      const { credential } = load(undefined, { SNOWFLAKE_ACCOUNT: 'acme-main', [variable]: 'the-token' }).settings
        .deployments[0]!;
      expect(tokenOf(credential)).toBe('the-token');
    },
  );

  it('no account means the sandbox, and a token without one is told', () => {
    expect(load(undefined)).toMatchObject({ source: 'sandbox', notes: [], settings: { deployments: [], aliases: {} } });
    const { source, notes } = load(undefined, { SNOWFLAKE_PAT: 't' });
    expect(source).toBe('sandbox');
    expect(notes.map(formatProblem)).toEqual([
      'SNOWFLAKE_PAT: is set, but no account is: nothing is sent to Snowflake. Set SNOWFLAKE_ACCOUNT to use it.',
    ]);
  });
});

it('flags win over the environment, which wins over the file', () => {
  const file = 'server: { host: 10.0.0.1, port: 1, workers: 2 }\nlog: { level: warn }\nmodels: [{ name: a }]\n';
  const at = (env: object, flags: object) => {
    const { settings, origins } = load(file, { ...TOKEN, ...env }, flags);
    const { host, port, workers } = settings.server;
    return [{ host, port, workers }, settings.log.level, origins['server.port'], origins['log.level']];
  };
  expect(at({}, {})).toEqual([
    { host: '10.0.0.1', port: 1, workers: 2 },
    'warn',
    'config.yaml:1:33',
    'config.yaml:2:15',
  ]);
  expect(at({ COULOIR_PORT: '2', COULOIR_LOG_LEVEL: 'error', COULOIR_WORKERS: '3' }, {})).toEqual([
    { host: '10.0.0.1', port: 2, workers: 3 },
    'error',
    'COULOIR_PORT',
    'COULOIR_LOG_LEVEL',
  ]);
  expect(at({ COULOIR_PORT: '2', NUM_WORKERS: '3' }, { port: 3, logLevel: 'debug', workers: 4 })).toEqual([
    { host: '10.0.0.1', port: 3, workers: 4 },
    'debug',
    '--port',
    '--log-level',
  ]);
});

it('reads every key of our own file', () => {
  const { settings, notes } = load(fixture('full.couloir.yaml'), {
    COULOIR_KEY: 'the-master-key',
    SNOWFLAKE_PAT: 'one',
    CHINA_TOKEN: 'two',
  });
  expect(notes).toEqual([]);
  expect(settings).toMatchObject({
    server: {
      host: '0.0.0.0',
      port: 4100,
      tls: { keyFile: join(folder, 'tls/key.pem'), certFile: join(folder, 'tls/cert.pem') },
      drainDelayMs: 5_000,
      drainTimeoutMs: 60_000,
      workers: 2,
      headersTimeoutMs: 10_000,
      requestTimeoutMs: 60_000,
      keepAliveMs: 120_000,
      maxConnections: 500,
    },
    aliases: { fast: { model: 'big', hidden: false }, old: { model: 'claude-sonnet-4-6', hidden: true } },
    dropParams: false,
    retries: 5,
    timeouts: { totalMs: 3_600_000, firstByteMs: 120_000, idleMs: 45_000 },
    disabledMends: ['tool-index-zero'],
    log: { level: 'warn' },
  });
  expect(settings.masterKey?.reveal()).toBe('the-master-key');
  const [claude, big, gpt] = settings.deployments;
  expect(claude).toMatchObject({
    provider: 'cortex',
    model: 'claude-sonnet-4-6',
    base: { account: 'acme-main' },
    weight: 1,
    order: 0,
    tags: [],
    promptCaching: 'auto',
  });
  expect(big).toMatchObject({
    modelName: 'big',
    model: 'llama3.1-405b',
    base: { apiBase: 'acme.snowflakecomputing.cn' },
    credential: { kind: 'snowflake-token', type: 'OAUTH' },
    cortexApi: 'chat-completions',
    weight: 2,
    order: 1,
    timeouts: { totalMs: 600_000, firstByteMs: 90_000, idleMs: 500 },
    retries: 0,
    dropParams: false,
    promptCaching: 'off',
    defaults: { temperature: 0.1, stop: ['END'] },
    extraHeaders: { 'X-Team': 'platform' },
    price: { input: 0.000003, output: 0.000015, cacheRead: 0.0000003, cacheWrite: 0.00000375 },
    contextWindow: 100_000,
    maxOutputTokens: 4_000,
  });
  expect(gpt).toMatchObject({ provider: 'openai', model: 'gpt-5', base: { apiBase: 'https://api.openai.com/v1' } });
});

describe("LiteLLM's file", () => {
  const loaded = () => load(fixture('everything.litellm.yaml'));

  it('credentials by name, weights, limits, prices and preset fields arrive', () => {
    const [main, spare] = loaded().settings.deployments;
    expect(main).toMatchObject({
      id: 'agent-main',
      modelName: 'agent',
      base: { apiBase: 'https://acme-main.snowflakecomputing.com' },
      weight: 3,
      order: 0,
      retries: 4,
      timeouts: { firstByteMs: 300_000, idleMs: 60_000 },
      defaults: { temperature: 0.2, metadata: { team: 'platform' } },
      extraHeaders: { 'X-Team': 'platform' },
      price: { input: 0.000003, output: 0.000015, cacheRead: 0.0000003 },
      contextWindow: 200_000,
      maxOutputTokens: 32_000,
    });
    expect(tokenOf(main!.credential)).toBe('pat/from-the-file');
    expect(spare).toMatchObject({
      modelName: 'agent',
      base: { account: 'acme_spare.eu-west-1' },
      weight: 75,
      order: 2,
      dropParams: false,
    });
  });

  it('a wildcard is the whole catalogue, and other providers keep their addresses', () => {
    const { settings } = loaded();
    expect(settings.deployments.filter(({ modelName }) => modelName.startsWith('snowflake/'))).toHaveLength(
      listChatModels().length,
    );
    expect(settings.deployments.find(({ modelName }) => modelName === 'snowflake/llama3.1-8b')).toMatchObject({
      model: 'llama3.1-8b',
    });
    expect(settings.deployments.find(({ modelName }) => modelName === 'local')).toMatchObject({
      provider: 'openai',
      credential: { kind: 'none' },
    });
    expect(settings.deployments.find(({ modelName }) => modelName === 'azure-mini')?.base).toEqual({
      apiBase: 'https://acme.openai.azure.com/openai/v1',
    });
    expect(settings.aliases).toEqual({
      'gpt-4o': { model: 'agent', hidden: false },
      'old-agent': { model: 'agent', hidden: true },
    });
    expect(settings.retries).toBe(1);
  });

  it('says of everything else that it has no effect', () => {
    const notes = loaded().notes.map(({ severity, path }) => `${severity} ${path}`);
    expect(notes).toEqual([
      'ignored model_list.0.model_info.access_groups',
      'ignored model_list.4.litellm_params.api_version',
      'warning litellm_settings.drop_parms',
      'ignored general_settings.database_url',
      'warning model_list.5.litellm_params.model',
    ]);
  });

  it('every deployment has an id of its own that survives a restart', () => {
    const ids = () => loaded().settings.deployments.map(({ id }) => id);
    expect(new Set(ids()).size).toBe(ids().length);
    expect(ids()).toEqual(ids());
  });

  it('included files add their models', () => {
    writeFileSync(
      join(folder, 'more.yaml'),
      'model_list:\n  - model_name: b\n    litellm_params: { model: snowflake/llama3.1-8b }\n',
    );
    const text =
      'include: [more.yaml]\nmodel_list:\n  - model_name: a\n    litellm_params: { model: snowflake/claude-sonnet-4-6 }\n';
    const { settings } = load(text, TOKEN);
    expect(settings.deployments.map(({ modelName }) => modelName)).toEqual(['a', 'b']);
  });

  it('a credential whose variable is not set leaves its model out', () => {
    const text = fixture('everything.litellm.yaml').replace('SNOWFLAKE_PAT: pat/from-the-file', 'UNUSED: x');
    const { settings, notes } = load(text);
    expect(settings.deployments.map(({ modelName }) => modelName)).toEqual(['local', 'azure-mini']);
    expect(notes.filter(({ message }) => message.includes('SNOWFLAKE_PAT is not set'))).toHaveLength(4);
  });
});

it('a model that Cortex nearly has is told, with its name', () => {
  const { settings, notes } = load('models: [{ name: agent, model: claude-sonet-4-6 }]\n', TOKEN);
  expect(settings.deployments.map(({ model }) => model)).toEqual(['claude-sonet-4-6']);
  expect(notes).toMatchObject([
    { severity: 'warning', path: 'models.0', message: expect.stringContaining('Did you mean "claude-sonnet-4-6"?') },
  ]);
});

it('an alias of a model that is not served is told and dropped', () => {
  const { settings, notes } = load(
    'models: [{ name: sonnet, model: claude-sonnet-4-6 }]\naliases: { good: sonnet, bad: sonet }\n',
    TOKEN,
  );
  expect(settings.aliases).toEqual({ good: { model: 'sonnet', hidden: false } });
  expect(notes.map(formatProblem)).toEqual([
    'aliases.bad: points to "sonet", which is not served (did you mean "sonnet"?). The alias is left out.',
  ]);
});

it('explains each value with its origin', () => {
  const rows = explainSettings(
    load('server: { port: 9 }\nmodels: [{ name: a }]\n', { ...TOKEN, COULOIR_MASTER_KEY: 'sk-secret' }),
  );
  expect(rows).toContainEqual({ setting: 'server.port', value: '9', origin: 'config.yaml:1:17' });
  expect(rows).toContainEqual({ setting: 'server.host', value: '127.0.0.1', origin: 'default' });
  expect(rows).toContainEqual({ setting: 'masterKey', value: '"[secret]"', origin: 'COULOIR_MASTER_KEY' });
});
