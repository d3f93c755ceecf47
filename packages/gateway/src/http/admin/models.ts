import type { Model, ModelList, Price } from '@couloir/sdk';
import { priceOf } from '../../policy/price.ts';
import type { Deployment } from '../../upstream/deployment.ts';
import type { AdminWorld } from './world.ts';

/** The models that clients can ask for, each with its other names. What can be done is told of its first deployment. */
export function listModels(listed: ReturnType<AdminWorld['listed']>, deployments: readonly Deployment[]): ModelList {
  const byModel = Map.groupBy(listed, ({ deployment }) => deployment.modelName);
  const models = [...byModel].map(([name, entries]): Model => {
    const { deployment } = entries[0]!;
    return {
      name,
      aliases: entries.map((entry) => entry.name).filter((other) => other !== name),
      deployments: deployments.filter(({ modelName }) => modelName === name).length,
      ...describe(deployment),
    };
  });
  return { models };
}

function describe({
  dialect,
  provider,
  model,
  capabilities,
  price,
}: Deployment): Omit<Model, 'name' | 'aliases' | 'deployments'> {
  const isEmbedding = dialect === 'cortex-embed';
  return {
    kind: isEmbedding ? 'embedding' : 'chat',
    provider,
    upstreamModel: model,
    family: capabilities.family,
    contextWindow: capabilities.contextWindow,
    maxOutputTokens: isEmbedding ? null : capabilities.maxOutputTokens,
    capabilities: {
      tools: !isEmbedding && capabilities.tools,
      vision: !isEmbedding && capabilities.vision,
      structuredOutput: !isEmbedding && capabilities.structuredOutput !== 'none',
      reasoning: !isEmbedding && capabilities.reasoning !== 'none',
      efforts: isEmbedding ? [] : [...capabilities.efforts],
      promptCaching: !isEmbedding && capabilities.cacheMinTokens > 0,
    },
    price: showPrice({ model, ...(price === undefined ? {} : { price }) }),
  };
}

function showPrice(deployment: Pick<Deployment, 'model' | 'price'>): Price | null {
  const { input, output, cacheRead, cacheWrite } = priceOf(deployment);
  if (input === undefined || output === undefined) return null;
  return {
    input: perMillion(input),
    output: perMillion(output),
    cacheRead: cacheRead === undefined ? null : perMillion(cacheRead),
    cacheWrite: cacheWrite === undefined ? null : perMillion(cacheWrite),
  };
}

/** Per token to per million, without the digits that binary fractions add. */
function perMillion(usdPerToken: number): number {
  return Number((usdPerToken * 1e6).toPrecision(10));
}
