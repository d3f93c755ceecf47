import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  canonicalModel,
  CATALOGUE_DATE,
  describeModel,
  findChatModel,
  isEmbeddingModel,
  listChatModels,
  regionalPrice,
} from './catalogue.ts';

describe('what the data says of well-known models', () => {
  it('Claude Sonnet 4.6', () => {
    expect(describeModel('claude-sonnet-4-6')).toEqual({
      family: 'claude',
      contextWindow: 1_000_000,
      defaultOutputTokens: 16_384,
      maxOutputTokens: 64_000,
      tools: true,
      vision: true,
      structuredOutput: 'native',
      reasoning: 'adaptive',
      efforts: ['low', 'medium', 'high', 'max'],
      sampling: true,
      prefill: false,
      cacheMinTokens: 1_024,
    });
  });

  it.each([
    ['claude-opus-5', { reasoning: 'adaptive', sampling: false, prefill: false, cacheMinTokens: 4_096 }],
    ['claude-opus-4-7', { reasoning: 'adaptive', sampling: false, efforts: ['low', 'medium', 'high', 'xhigh', 'max'] }],
    ['claude-sonnet-4-5', { reasoning: 'budget', sampling: true, prefill: true, structuredOutput: 'native' }],
    ['claude-haiku-4-5', { reasoning: 'budget', cacheMinTokens: 4_096, structuredOutput: 'native' }],
    ['claude-4-sonnet', { reasoning: 'budget', structuredOutput: 'tool', vision: true }],
    ['claude-3-5-sonnet', { reasoning: 'none', vision: false, structuredOutput: 'tool' }],
    ['openai-gpt-5', { family: 'openai', reasoning: 'effort', efforts: ['minimal', 'low', 'medium', 'high'] }],
    ['openai-gpt-5.2', { tinyOutputNeedsEffort: true }],
    ['openai-gpt-5.6-sol', { toolsWithReasoning: false, efforts: ['none', 'low', 'medium', 'high'] }],
    ['openai-gpt-6-astra', { toolsWithReasoning: false }],
    ['openai-gpt-4.1', { family: 'openai', reasoning: 'none', contextWindow: 128_000, maxOutputTokens: 32_000 }],
    ['llama4-maverick', { family: 'other', tools: false, structuredOutput: 'none', defaultOutputTokens: 8_192 }],
    ['llama3.1-8b', { family: 'other', tools: false, defaultOutputTokens: 16_384 }],
  ])('%s', (name, expected) => {
    expect(describeModel(name)).toMatchObject(expected);
  });

  it('prices: Sonnet 4.6 costs 3 and 15 dollars a million tokens', () => {
    expect(findChatModel('claude-sonnet-4-6')?.price?.usdPerMillionTokens).toEqual({
      input: 3,
      output: 15,
      cacheRead: 0.3,
      cacheWrite: 3.75,
    });
  });
});

describe('where in the world', () => {
  it('a model is, and what it may take there', () => {
    expect(findChatModel('openai-gpt-5')).toMatchObject({
      rateLimit: {
        tokensPerMinute: 600_000,
        requestsPerMinute: 600,
        crossRegion: { tokensPerMinute: 1_000_000, requestsPerMinute: 10_000 },
      },
      regions: { native: [], crossRegion: ['ANY_REGION', 'AZURE_GLOBAL', 'AZURE_US', 'AZURE_EU'] },
    });
    expect(findChatModel('llama3.1-8b')?.regions?.native).toContain('AWS_EU_CENTRAL_1');
  });

  it('a request that stays in its region costs a tenth more', () => {
    expect(regionalPrice(findChatModel('claude-sonnet-4-6')!.price!)).toEqual({
      input: 3.3,
      output: 16.5,
      cacheRead: 0.33,
      cacheWrite: 4.125,
    });
  });
});

describe('names', () => {
  it.each([
    ['claude-sonnet-4-5-20250929', 'claude-sonnet-4-5'],
    ['claude-sonnet-4-5@20250929', 'claude-sonnet-4-5'],
    ['claude-sonnet-4.5', 'claude-sonnet-4-5'],
    ['Claude-Opus-4-6', 'claude-opus-4-6'],
    ['claude-sonnet-4-20250514', 'claude-4-sonnet'],
    ['claude-opus-4-0', 'claude-4-opus'],
    ['claude-3-7-sonnet-latest', 'claude-3-7-sonnet'],
    ['claude-3-5-sonnet-20241022', 'claude-3-5-sonnet'],
    ['openai-gpt-4.1', 'openai-gpt-4.1'],
  ])('%s is %s', (written, id) => {
    expect(canonicalModel(written)).toBe(id);
  });

  it('tells embedding models from chat models', () => {
    expect(isEmbeddingModel('snowflake-arctic-embed-l-v2.0')).toBe(true);
    expect(isEmbeddingModel('claude-sonnet-4-6')).toBe(false);
  });
});

describe('models nobody has heard of get the defaults of their family', () => {
  it.each([
    ['claude-sonnet-9', { family: 'claude', reasoning: 'adaptive', sampling: false, prefill: false }],
    [
      'openai-gpt-9',
      {
        family: 'openai',
        reasoning: 'effort',
        tools: true,
        toolsWithReasoning: false,
        efforts: ['none', 'low', 'medium', 'high'],
      },
    ],
    ['openai-o9', { family: 'openai', reasoning: 'effort', efforts: ['low', 'medium', 'high'] }],
    ['mydb.myschema.tuned', { family: 'other', reasoning: 'none', tools: false }],
  ])('%s', (name, expected) => {
    expect(describeModel(name)).toMatchObject(expected);
  });

  it('whatever the name', () => {
    fc.assert(
      fc.property(fc.string(), (name) => {
        const { defaultOutputTokens, maxOutputTokens, contextWindow } = describeModel(name);
        return defaultOutputTokens > 4_096 && defaultOutputTokens <= maxOutputTokens && maxOutputTokens < contextWindow;
      }),
    );
  });
});

it('every row is whole and consistent', () => {
  const models = listChatModels();
  expect(models.length).toBeGreaterThan(30);
  expect(new Set(models.map(({ id }) => id)).size).toBe(models.length);
  expect(CATALOGUE_DATE).toBeGreaterThan(1_760_000_000);
  for (const model of models) {
    expect(canonicalModel(model.id), model.id).toBe(model.id);
    expect(model.source, model.id).not.toEqual([]);
    expect(model.regions?.crossRegion, model.id).toContain('ANY_REGION');
    expect(model.defaultOutputTokens, model.id).toBeLessThanOrEqual(model.maxOutputTokens);
    expect(model.maxOutputTokens, model.id).toBeLessThan(model.contextWindow);
    expect(['adaptive', 'effort'].includes(model.reasoning), model.id).toBe(model.efforts.length > 0);
    const { usdPerMillionTokens: dollars, creditsPerMillionTokens: credits } = model.price ?? {};
    if (dollars !== undefined) expect(dollars.output / (credits?.output ?? 0), model.id).toBeCloseTo(2);
  }
});
