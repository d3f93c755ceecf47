import { describe, expect, it } from 'vitest';
import { offlineDeployment } from '../../test/support/offline-deployment.ts';
import { offlineTokens } from '../../test/support/tokens.ts';
import type { DeploymentSettings } from '../config/settings.ts';
import { GatewayError } from '../errors/error.ts';
import { resolveDeployment } from '../upstream/deployment.ts';
import { createRouteTable } from './route.ts';

const named = (modelName: string, model = 'llama3.1-8b') => ({ ...offlineDeployment(model), id: modelName, modelName });
const wild = (modelName: string, model: string): DeploymentSettings => ({
  ...offlineDeployment('llama3.1-8b'),
  id: modelName,
  modelName,
  model,
});

const table = createRouteTable({
  deployments: [named('chat'), named('chat'), named('claude', 'claude-sonnet-4-6')],
  wildcards: [
    wild('snowflake/*', '*'),
    wild('snowflake/claude-*', 'claude-*'),
    wild('eu::*::static::*', '*-*'),
    wild('gpt/*', 'openai-*'),
  ],
  aliases: {
    best: { model: 'claude', hidden: false },
    secret: { model: 'claude', hidden: true },
    far: { model: 'gpt/gpt-5.2', hidden: false },
  },
  resolve: (settings) => resolveDeployment(settings, offlineTokens()),
});
const found = (name: string) => {
  const { name: group, deployments, effort } = table.find(name);
  return { group, ids: deployments.map(({ id }) => id), model: deployments[0]!.model, effort };
};

describe('a name', () => {
  it('is that of all deployments that share it, or an alias of one', () => {
    expect(found('chat')).toMatchObject({ group: 'chat', ids: ['chat', 'chat'] });
    expect(found('best')).toMatchObject({ group: 'claude', model: 'claude-sonnet-4-6' });
    expect(found('secret')).toMatchObject({ group: 'claude' });
    expect(found('far')).toMatchObject({ group: 'gpt/gpt-5.2', model: 'openai-gpt-5.2' });
  });

  it('may have an effort behind it, also where it is an alias', () => {
    expect(found('claude-high')).toMatchObject({ group: 'claude', effort: 'high' });
    expect(found('best-low')).toMatchObject({ group: 'claude', effort: 'low' });
  });

  it('may match patterns, of which the most particular counts; each star is filled in', () => {
    expect(found('snowflake/mistral-large2')).toMatchObject({ ids: ['snowflake/*'], model: 'mistral-large2' });
    expect(found('snowflake/claude-opus-4-8')).toMatchObject({ ids: ['snowflake/claude-*'], model: 'claude-opus-4-8' });
    expect(found('eu::llama3.1::static::8b')).toMatchObject({ model: 'llama3.1-8b' });
    expect(found('gpt/gpt-5-mini')).toMatchObject({ group: 'gpt/gpt-5-mini', model: 'openai-gpt-5-mini' });
  });

  it.each([
    ['clade', /"clade" is not served here\. Did you mean "claude"\?/],
    ['gpt', /"gpt" is not served here/],
    ['x'.repeat(5_000), /GET \/v1\/models lists what is/],
  ])('that nobody serves is told', (name, message) => {
    expect(() => table.find(name)).toThrow(message);
    try {
      table.find(name);
    } catch (cause) {
      expect((cause as GatewayError).publicMessage.length).toBeLessThan(400);
    }
  });
});

it('lists names and aliases once, without hidden ones and patterns', () => {
  expect(table.listed().map(({ name }) => name)).toEqual(['chat', 'claude', 'best', 'far']);
});
