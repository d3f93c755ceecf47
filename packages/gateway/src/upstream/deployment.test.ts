import { describe, expect, it } from 'vitest';
import type { DeploymentSettings } from '../config/settings.ts';
import { Secret } from '../kit/secret.ts';
import { resolveDeployment } from './deployment.ts';

const settings = (over: Partial<DeploymentSettings>): DeploymentSettings => ({
  id: 'one',
  modelName: 'public',
  provider: 'cortex',
  model: 'claude-sonnet-4-6',
  base: { account: 'acme-main' },
  credential: { kind: 'snowflake-token', token: new Secret('t') },
  weight: 1,
  order: 0,
  promptCaching: 'auto',
  defaults: {},
  extraHeaders: {},
  ...over,
});

const CORTEX = 'https://acme-main.snowflakecomputing.com/api/v2/cortex';

describe('where a model is served', () => {
  it.each<[string, Partial<DeploymentSettings>, string, string]>([
    ['Claude goes to Messages', {}, 'anthropic-messages', `${CORTEX}/v1/messages`],
    ['all else to Chat Completions', { model: 'openai-gpt-5' }, 'openai-chat', `${CORTEX}/v1/chat/completions`],
    ['fine-tuned models too', { model: 'db.schema.claude' }, 'openai-chat', `${CORTEX}/v1/chat/completions`],
    ['unless told otherwise', { cortexApi: 'chat-completions' }, 'openai-chat', `${CORTEX}/v1/chat/completions`],
    [
      'by a pasted endpoint',
      { base: { apiBase: `${CORTEX}/v1/chat/completions` } },
      'openai-chat',
      `${CORTEX}/v1/chat/completions`,
    ],
    [
      'the legacy endpoint only gives the account',
      { base: { apiBase: `${CORTEX}/inference:complete` } },
      'anthropic-messages',
      `${CORTEX}/v1/messages`,
    ],
    [
      'OpenAI',
      { provider: 'openai', model: 'gpt-4o', base: { apiBase: 'https://api.openai.com/v1' } },
      'openai-chat',
      'https://api.openai.com/v1/chat/completions',
    ],
    [
      'Anthropic',
      { provider: 'anthropic', base: { apiBase: 'https://api.anthropic.com' } },
      'anthropic-messages',
      'https://api.anthropic.com/v1/messages',
    ],
  ])('%s', (_what, over, dialect, url) => {
    expect(resolveDeployment(settings(over))).toMatchObject({ dialect, url, origin: new URL(url).origin });
  });
});

it("takes the operator's limits over the catalogue's", () => {
  const { capabilities } = resolveDeployment(settings({ contextWindow: 5_000, maxOutputTokens: 700 }));
  expect(capabilities).toMatchObject({
    contextWindow: 5_000,
    maxOutputTokens: 700,
    defaultOutputTokens: 700,
    family: 'claude',
  });
});

it('takes an OpenAI-compatible endpoint at its word about tools', () => {
  const base = { apiBase: 'http://127.0.0.1:11434/v1' };
  expect(resolveDeployment(settings({ provider: 'openai', model: 'qwen3', base })).capabilities).toMatchObject({
    family: 'openai',
    tools: true,
  });
});

it('refuses an account where a provider needs a URL', () => {
  expect(() => resolveDeployment(settings({ provider: 'openai' }))).toThrow(
    'The model "public" of provider "openai" names a Snowflake account. Give it an api_base instead.',
  );
});
