import { describe, expect, it } from 'vitest';
import type { DeploymentSettings } from '../config/settings.ts';
import { Secret } from '../kit/secret.ts';
import { offlineTokens } from '../../test/support/tokens.ts';
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
  tags: [],
  promptCaching: 'auto',
  defaults: {},
  extraHeaders: {},
  ...over,
});

const CORTEX = 'https://acme-main.snowflakecomputing.com/api/v2/cortex';
const AI_GATEWAY = 'https://acme-main.snowflakecomputing.com/api/v2/aigateways/SNOWFLAKE/v1';

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
      'the legacy endpoint by its own address',
      { base: { apiBase: `${CORTEX}/inference:complete` } },
      'cortex-complete',
      `${CORTEX}/inference:complete`,
    ],
    ['or by its name', { cortexApi: 'complete' }, 'cortex-complete', `${CORTEX}/inference:complete`],
    ['an AI Gateway with Claude', { base: { apiBase: AI_GATEWAY } }, 'anthropic-messages', `${AI_GATEWAY}/messages`],
    [
      'an AI Gateway with any other model',
      { model: 'openai-gpt-5', base: { apiBase: `${AI_GATEWAY}/chat/completions` } },
      'openai-chat',
      `${AI_GATEWAY}/chat/completions`,
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
    expect(resolveDeployment(settings(over), offlineTokens())).toMatchObject({
      dialect,
      url,
      origin: new URL(url).origin,
    });
  });
});

it.each<[string, Partial<DeploymentSettings>, RegExp]>([
  ['Claude by chat completions', { base: { apiBase: `${AI_GATEWAY}/chat/completions` } }, /through messages only/],
  ['others by messages', { model: 'llama3.1-8b', base: { apiBase: `${AI_GATEWAY}/messages` } }, /only Claude through/],
  ['the legacy endpoint', { base: { apiBase: AI_GATEWAY }, cortexApi: 'complete' }, /has no inference:complete/],
])('an AI Gateway does not serve %s', (_what, over, says) => {
  expect(() => resolveDeployment(settings(over), offlineTokens())).toThrow(says);
});

it("takes the operator's limits over the catalogue's", () => {
  const { capabilities } = resolveDeployment(settings({ contextWindow: 5_000, maxOutputTokens: 700 }), offlineTokens());
  expect(capabilities).toMatchObject({
    contextWindow: 5_000,
    maxOutputTokens: 700,
    defaultOutputTokens: 700,
    family: 'claude',
  });
});

it('takes an OpenAI-compatible endpoint at its word about tools', () => {
  const base = { apiBase: 'http://127.0.0.1:11434/v1' };
  expect(
    resolveDeployment(settings({ provider: 'openai', model: 'qwen3', base }), offlineTokens()).capabilities,
  ).toMatchObject({
    family: 'openai',
    tools: true,
  });
});

it('refuses an account where a provider needs a URL', () => {
  expect(() => resolveDeployment(settings({ provider: 'openai' }), offlineTokens())).toThrow(
    'The model "public" of provider "openai" names a Snowflake account. Give it an api_base instead.',
  );
});
