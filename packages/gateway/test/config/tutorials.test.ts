// The files that tutorials print must run as they are.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { formatProblem } from '../../src/config/problem.ts';
import { resolveDeployment } from '../../src/upstream/deployment.ts';
import { offlineTokens } from '../support/tokens.ts';
import { errorOf, fixture, folder, load, place } from './load.ts';

afterEach(() => rmSync(join(folder, '.env'), { force: true }));

const where = (loaded: ReturnType<typeof load>) =>
  loaded.settings.deployments.map(
    (deployment) =>
      `${deployment.modelName} -> ${deployment.model} ${resolveDeployment(deployment, offlineTokens()).url}`,
  );

describe("Snowflake's quickstart for Cursor", () => {
  const file = fixture('quickstart.litellm.yaml');
  const filledIn = file.replace('<youraccount>', 'acme-main');

  it('serves cortex-claude-4-sonnet with the token and the key of the .env file beside it', async () => {
    place('quickstart.env', '.env');
    const loaded = load(filledIn);
    expect(where(loaded)).toEqual([
      'cortex-claude-4-sonnet -> claude-4-sonnet https://acme-main.snowflakecomputing.com/api/v2/cortex/v1/messages',
    ]);
    const { settings } = loaded;
    expect(settings).toMatchObject({
      dropParams: true,
      retries: 2,
      server: { host: '127.0.0.1', port: 4000 },
      timeouts: { totalMs: 1_800_000, firstByteMs: 120_000, idleMs: 120_000 },
    });
    expect(settings.masterKey?.reveal()).toBe('sk-cursor-stand-in');
    const deployment = resolveDeployment(settings.deployments[0]!, offlineTokens());
    expect(await deployment.tokens.headersFor(deployment.origin)).toEqual({
      authorization: 'Bearer stand-in-for-the-token',
      'x-snowflake-authorization-token-type': 'PROGRAMMATIC_ACCESS_TOKEN',
    });
  });

  it('names the two settings without effect, and where they stand', () => {
    const { notes } = load(filledIn, { SNOWFLAKE_PAT: 'pat/x', LITELLM_MASTER_KEY: 'sk-master' });
    expect(notes.map(formatProblem)).toEqual([
      'config.yaml:7:7 model_list.0.litellm_params.stream: has no effect: the client decides whether an answer is streamed.',
      'config.yaml:16:3 general_settings.disable_spend_logs: has no effect: no spend log is kept.',
    ]);
  });

  it('prefers the process environment to the .env file', () => {
    place('quickstart.env', '.env');
    expect(load(filledIn, { LITELLM_MASTER_KEY: 'sk-from-the-shell' }).settings.masterKey?.reveal()).toBe(
      'sk-from-the-shell',
    );
  });

  it('runs with its placeholder when the environment names the account', () => {
    place('quickstart.env', '.env');
    expect(where(load(file, { SNOWFLAKE_ACCOUNT: 'acme-main' }))).toEqual([
      'cortex-claude-4-sonnet -> claude-4-sonnet https://acme-main.snowflakecomputing.com/api/v2/cortex/v1/messages',
    ]);
  });

  it('says what is missing: the account, the token, the master key', () => {
    expect(errorOf(file, { SNOWFLAKE_PAT: 'pat/x', LITELLM_MASTER_KEY: 'sk-master' })).toBe(
      'config.yaml:5:17 model_list.0.litellm_params.api_base: still has the placeholder "<youraccount>". Write your account identifier there, or set SNOWFLAKE_ACCOUNT.',
    );
    expect(errorOf(filledIn)).toBe(
      [
        'config.yaml:15:15 general_settings.master_key: the environment variable LITELLM_MASTER_KEY is not set. Set it, or put it into the .env file beside the configuration. Or set COULOIR_MASTER_KEY.',
        'config.yaml:6:16 model_list.0.litellm_params.api_key: the environment variable SNOWFLAKE_PAT is not set. Set it, or put it into the .env file beside the configuration.',
      ].join('\n'),
    );
  });

  it('points at a sandbox by its api_base alone', () => {
    const text = file.replace('https://<youraccount>.snowflakecomputing.com', 'http://127.0.0.1:4010');
    expect(where(load(text, { SNOWFLAKE_PAT: 'sandbox-me', LITELLM_MASTER_KEY: 'sk-master' }))).toEqual([
      'cortex-claude-4-sonnet -> claude-4-sonnet http://127.0.0.1:4010/api/v2/cortex/v1/messages',
    ]);
  });
});

describe("LiteLLM's page on its Snowflake provider", () => {
  const file = fixture('provider-docs.litellm.yaml');
  const forTools = fixture('provider-docs-tools.litellm.yaml');
  const urls = [
    'claude-sonnet -> claude-sonnet-4-5 https://acme-main.snowflakecomputing.com/api/v2/cortex/v1/messages',
    'llama4-maverick -> llama4-maverick https://acme-main.snowflakecomputing.com/api/v2/cortex/v1/chat/completions',
  ];

  it('takes api_base with /cortex/v1, which LiteLLM itself doubles', () => {
    const filledIn = (text: string) => text.replaceAll('<account>', 'acme-main').replaceAll('<your-pat>', 'abc');
    expect(where(load(filledIn(file)))).toEqual(urls);
    expect(where(load(filledIn(forTools)))).toEqual(urls.slice(0, 1));
  });

  it('fills both placeholders from the environment, under the names that page uses', async () => {
    const env = {
      SNOWFLAKE_API_BASE: 'https://acme-main.snowflakecomputing.com/api/v2/cortex/v1',
      SNOWFLAKE_API_KEY: 'pat/abc',
    };
    const loaded = load(file, env);
    expect(where(loaded)).toEqual(urls);
    const { tokens, origin } = resolveDeployment(loaded.settings.deployments[0]!, offlineTokens());
    expect((await tokens.headersFor(origin))['authorization']).toBe('Bearer abc');
  });
});

describe("LiteLLM's tutorial for Cursor", () => {
  const first = fixture('cursor-tutorial.litellm.yaml');
  const models = fixture('cursor-tutorial-models.litellm.yaml');
  const budgets = fixture('cursor-tutorial-budgets.litellm.yaml');

  it('serves two providers under the key it prints, and warns of that', () => {
    const loaded = load(first, { OPENAI_API_KEY: 'a', ANTHROPIC_API_KEY: 'b' });
    expect(where(loaded)).toEqual([
      'gpt-4o -> gpt-4o https://api.openai.com/v1/chat/completions',
      'claude-3-5-sonnet -> claude-3-5-sonnet-20241022 https://api.anthropic.com/v1/messages',
    ]);
    expect(loaded.settings.masterKey?.reveal()).toBe('sk-1234567890');
    expect(loaded.notes.map(formatProblem)).toEqual([
      'master_key: is the example key of a tutorial, which anybody can guess. Choose another before others can reach this port.',
    ]);
  });

  it('serves three providers', () => {
    const loaded = load(models, { OPENAI_API_KEY: 'a', ANTHROPIC_API_KEY: 'b', GEMINI_API_KEY: 'c' });
    expect(where(loaded)).toEqual([
      'gpt-4o -> gpt-4o https://api.openai.com/v1/chat/completions',
      'claude-3-5-sonnet -> claude-3-5-sonnet-20241022 https://api.anthropic.com/v1/messages',
      'gemini-pro -> gemini-1.5-pro https://generativelanguage.googleapis.com/v1beta/openai/chat/completions',
    ]);
    expect(loaded.settings.masterKey).toBeUndefined();
    expect(loaded.notes).toEqual([]);
  });

  it('starts with those that have a key and warns of the others', () => {
    const loaded = load(models, { ANTHROPIC_API_KEY: 'b' });
    expect(loaded.settings.deployments.map(({ modelName }) => modelName)).toEqual(['claude-3-5-sonnet']);
    expect(loaded.notes.map(formatProblem)).toEqual([
      'config.yaml:5:16 model_list.0.litellm_params.api_key: the model "gpt-4o" is left out: the environment variable OPENAI_API_KEY is not set. Set it, or put it into the .env file beside the configuration.',
      'config.yaml:15:16 model_list.2.litellm_params.api_key: the model "gemini-pro" is left out: the environment variable GEMINI_API_KEY is not set. Set it, or put it into the .env file beside the configuration.',
    ]);
  });

  it('lists everything that is missing when nothing can be served', () => {
    expect(errorOf(models).split('\n')).toEqual([
      expect.stringMatching(/^config\.yaml:5:16 .*OPENAI_API_KEY is not set/),
      expect.stringMatching(/^config\.yaml:10:16 .*ANTHROPIC_API_KEY is not set/),
      expect.stringMatching(/^config\.yaml:15:16 .*GEMINI_API_KEY is not set/),
    ]);
  });

  it('serves the catalogue from the account of the environment where it lists no model', () => {
    const { settings, source, notes } = load(budgets, { SNOWFLAKE_ACCOUNT: 'acme-main', SNOWFLAKE_PAT: 'pat/x' });
    expect(source).toBe('file');
    expect(settings.masterKey?.reveal()).toBe('sk-1234567890');
    expect(settings.deployments.map(({ modelName }) => modelName)).toContain('claude-sonnet-4-6');
    expect(settings.aliases['cortex-sonnet-4-6']).toEqual({ model: 'claude-sonnet-4-6', hidden: false });
    expect(notes.map(formatProblem)).toContain(
      'model_list: is not there: every model of the catalogue is served, from SNOWFLAKE_ACCOUNT and SNOWFLAKE_PAT.',
    );
  });

  it('leaves that to the sandbox where there is no account either, and says so', () => {
    const { settings, source, notes } = load(budgets);
    expect([source, settings.deployments, settings.aliases]).toEqual(['sandbox', [], {}]);
    expect(settings.masterKey?.reveal()).toBe('sk-1234567890');
    expect(notes.map(formatProblem)).toContain(
      'model_list: is not there, and neither is an account: what is served is simulated. List models, or set SNOWFLAKE_ACCOUNT and SNOWFLAKE_PAT.',
    );
  });

  it('an account without a token is a mistake there too', () => {
    expect(errorOf(budgets, { SNOWFLAKE_ACCOUNT: 'acme-main' })).toMatch(
      /^SNOWFLAKE_ACCOUNT: is set, but there is no token/,
    );
  });
});
