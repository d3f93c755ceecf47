import type { JsonObject } from '../ir/json.ts';
import type { RouteTable } from '../policy/route.ts';

/**
 * `GET /v1/models`: OpenAI's list, with what agents and their users want to know of a model in the
 * fields other gateways use for it. `created` is the catalogue's date, as no model has one here.
 */
export function listModels(routes: RouteTable, createdAt: number): JsonObject {
  return {
    object: 'list',
    data: routes.listed().map(({ name, deployment }) => {
      const { capabilities, provider, model } = deployment;
      return {
        id: name,
        object: 'model',
        created: createdAt,
        owned_by: provider === 'cortex' ? 'snowflake' : provider,
        root: model,
        context_window: capabilities.contextWindow,
        context_length: capabilities.contextWindow,
        max_output_tokens: capabilities.maxOutputTokens,
        capabilities: {
          family: capabilities.family,
          tools: capabilities.tools,
          vision: capabilities.vision,
          structured_output: capabilities.structuredOutput !== 'none',
          reasoning: capabilities.reasoning !== 'none',
          reasoning_efforts: [...capabilities.efforts],
          prompt_caching: capabilities.cacheMinTokens > 0,
        },
      };
    }),
  };
}
