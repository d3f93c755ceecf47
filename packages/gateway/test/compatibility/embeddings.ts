// The clients of /v1/embeddings, and what they ask of it.
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { embedMany } from 'ai';
import OpenAI from 'openai';
import { expect } from 'vitest';
import type { Server } from './client.ts';
import { withVersion } from './clients/version.ts';

export const EMBEDDING_FEATURES = ['one text', 'several texts', 'more than Cortex takes at once', 'usage'] as const;

type EmbeddingFeature = (typeof EMBEDDING_FEATURES)[number];

interface EmbeddingClient {
  name: string;
  embed(texts: string[], server: Server): Promise<{ vectors: number[][]; tokens: number }>;
}

export const EMBEDDING_MODEL = 'snowflake-arctic-embed-m-v1.5';
const DIMENSIONS = 768;

export const EMBEDDING_CLIENTS: EmbeddingClient[] = [
  { name: `${withVersion('openai')}, base64`, embed: (texts, server) => embedWithOpenai(texts, server, undefined) },
  { name: `${withVersion('openai')}, floats`, embed: (texts, server) => embedWithOpenai(texts, server, 'float') },
  {
    name: `${withVersion('ai')} with ${withVersion('@ai-sdk/openai')}`,
    embed: (texts, { url, key }) =>
      embedWithAi(texts, createOpenAI({ baseURL: `${url}/v1`, apiKey: key }).embeddingModel(EMBEDDING_MODEL)),
  },
  {
    name: `${withVersion('ai')} with ${withVersion('@ai-sdk/openai-compatible')}`,
    embed(texts, { url, key }) {
      const provider = createOpenAICompatible({ name: 'couloir', baseURL: `${url}/v1`, apiKey: key });
      return embedWithAi(texts, provider.embeddingModel(EMBEDDING_MODEL));
    },
  },
];

/** @throws when the vectors are not right */
export function expectEmbeddings(feature: EmbeddingFeature, client: EmbeddingClient, server: Server): Promise<void> {
  return CHECKS[feature](client, server);
}

const CHECKS: Record<EmbeddingFeature, (client: EmbeddingClient, server: Server) => Promise<void>> = {
  async 'one text'(client, server) {
    const { vectors } = await client.embed(['How do I embed?'], server);
    expect(vectors.map(({ length }) => length)).toEqual([DIMENSIONS]);
  },

  async 'several texts'(client, server) {
    const { vectors } = await client.embed(['a red apple', 'a green apple', 'quarterly revenue'], server);
    const [red, green, revenue] = vectors;
    expect(product(red!, green!)).toBeGreaterThan(product(red!, revenue!));
  },

  async 'more than Cortex takes at once'(client, server) {
    const texts = Array.from({ length: 120 }, (_, index) => `text number ${index}`);
    const { vectors } = await client.embed(texts, server);
    expect(vectors).toHaveLength(texts.length);
    const { vectors: alone } = await client.embed([texts[100]!], server);
    expect(product(vectors[100]!, alone[0]!)).toBeCloseTo(product(alone[0]!, alone[0]!), 4);
  },

  async usage(client, server) {
    const { tokens } = await client.embed(['one two three four'], server);
    expect(tokens).toBeGreaterThan(0);
  },
};

async function embedWithOpenai(input: string[], { url, key }: Server, format: 'float' | undefined) {
  const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: key, maxRetries: 0 });
  const { data, usage } = await client.embeddings.create({
    model: EMBEDDING_MODEL,
    input,
    ...(format === undefined ? {} : { encoding_format: format }),
  });
  return { vectors: data.map(({ embedding }) => embedding), tokens: usage.prompt_tokens };
}

async function embedWithAi(values: string[], model: Parameters<typeof embedMany>[0]['model']) {
  const { embeddings, usage } = await embedMany({ model, values, maxRetries: 0 });
  return { vectors: embeddings, tokens: usage.tokens };
}

function product(left: number[], right: number[]): number {
  return left.reduce((sum, value, index) => sum + value * right[index]!, 0);
}
