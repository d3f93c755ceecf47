import { expect, it } from 'vitest';
import { catalogueDeployments } from '../config/catalogue-deployments.ts';
import { Secret } from '../kit/secret.ts';
import { offlineTokens } from '../../test/support/tokens.ts';
import { type Deployment, resolveDeployment } from './deployment.ts';
import { cataloguedAccounts, type LiveCatalogue, mergeLiveModels, tellLive } from './live-catalogue.ts';

const CATALOGUE = {
  models: [
    { name: 'claude-sonnet-4-6', alias: 'cortex-sonnet-4-6' },
    { name: 'openai-gpt-5', alias: 'cortex-g5' },
  ],
  embeddings: ['e5-base-v2'],
};

const credential = { kind: 'snowflake-token', token: new Secret('t') } as const;

function served(): Deployment[] {
  const tokens = offlineTokens();
  const connection = { base: { account: 'acme-main' }, credential, role: 'ANALYST' };
  return catalogueDeployments(connection, CATALOGUE).deployments.map((one) => resolveDeployment(one, tokens));
}

function merge(listed: string[]): LiveCatalogue & { lacking: string[] } {
  const deployments = served();
  const accounts = cataloguedAccounts(deployments);
  const live = mergeLiveModels(new Map(accounts.map((account) => [account, listed])), deployments);
  const lacking = deployments.filter(({ id }) => live.unlisted.has(id)).map(({ model }) => model);
  return { ...live, lacking };
}

it('a whole catalogue of one account is asked for once; what was named one by one is not', () => {
  const catalogued = served();
  const own = catalogued.map((one): Deployment => {
    const named = { ...one };
    delete named.ofCatalogue;
    return named;
  });
  expect(cataloguedAccounts([...catalogued, ...own])).toMatchObject([
    { url: 'https://acme-main.snowflakecomputing.com/api/v2/cortex/models', deployments: { length: 3 } },
  ]);
  expect(cataloguedAccounts(own)).toEqual([]);
});

it('a model that only the account knows is served as its family is, under the names that the catalogue gives', () => {
  const { deployments, aliases } = merge(['claude-sonnet-4-6', 'openai-gpt-5', 'claude-opus-9', 'llama9-9b']);
  expect(deployments).toMatchObject([
    {
      modelName: 'claude-opus-9',
      model: 'claude-opus-9',
      dialect: 'anthropic-messages',
      url: 'https://acme-main.snowflakecomputing.com/api/v2/cortex/v1/messages',
      role: 'ANALYST',
      extraHeaders: { 'X-Snowflake-Role': 'ANALYST' },
      capabilities: { family: 'claude', maxOutputTokens: 64_000 },
    },
    { modelName: 'llama9-9b', dialect: 'openai-chat', capabilities: { family: 'other', tools: false } },
  ]);
  expect(new Set([...deployments, ...served()].map(({ id }) => id)).size).toBe(5);
  expect(aliases).toEqual({
    'cortex-claude-opus-9': { model: 'claude-opus-9', hidden: true },
    'cortex-opus-9': { model: 'claude-opus-9', hidden: false },
    'cortex-llama9-9b': { model: 'llama9-9b', hidden: false },
  });
});

it('a model that the account does not list is marked, an embedding model only where the list knows such', () => {
  expect(merge(['claude-sonnet-4-6']).lacking).toEqual(['openai-gpt-5']);
  expect(merge(['claude-sonnet-4-6', 'snowflake-arctic-embed-m']).lacking).toEqual(['openai-gpt-5', 'e5-base-v2']);
});

it.each([[[]], [['something-else-1b']]])(
  'a list that has nothing of the catalogue says nothing of it: %j',
  (listed) => {
    expect(merge(listed).lacking).toEqual([]);
  },
);

it('no name is taken that could be no model, nor one that is served already', () => {
  expect(merge(['', '../../x', 'a b', 'x'.repeat(200), 'claude-sonnet-4.6']).deployments).toEqual([]);
});

it('is told in one line', () => {
  expect(tellLive(merge(['claude-sonnet-4-6', 'claude-opus-9']))).toBe(
    'acme-main.snowflakecomputing.com lists claude-opus-9, which the catalogue does not serve: with the defaults of their family where it does not know them. It lacks 1 of the catalogue; GET /v1/models leaves them out.',
  );
});
