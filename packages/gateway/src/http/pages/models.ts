import { GatewayError } from '../../errors/error.ts';
import type { JsonObject } from '../../ir/json.ts';
import type { RouteTable } from '../../policy/route.ts';
import { isCatalogued } from '../../upstream/catalogue.ts';
import type { Deployment } from '../../upstream/deployment.ts';
import { pageOf } from './model-list.ts';
import { type PageHandler, type Visit, answer } from './page.ts';
import { queryOf } from './query.ts';

interface ModelPagesOptions {
  routes: RouteTable;
  /** Unix seconds: the catalogue's date, as no model has a birthday here. */
  catalogueDate: number;
}

/** `GET /v1/models` and `/v1/models/{id}`, in Anthropic's shape for clients that say `anthropic-version`. */
export function modelPages({ routes, catalogueDate }: ModelPagesOptions): {
  models: PageHandler;
  model: PageHandler;
} {
  const asksAnthropic = ({ request }: Visit) =>
    request.headers['anthropic-version'] !== undefined || (request.url ?? '').startsWith('/anthropic/');
  return {
    models(visit) {
      const listed = routes.listed();
      if (!asksAnthropic(visit)) {
        const data = listed.map(({ name, deployment }) => openaiModel(name, deployment, catalogueDate));
        return answer(visit.response, 200, { object: 'list', data });
      }
      const all = listed.map(({ name }) => name);
      const { names, hasMore } = pageOf(all, queryOf(visit.request));
      answer(visit.response, 200, {
        data: names.map((name) => anthropicModel(name, catalogueDate)),
        has_more: hasMore,
        first_id: names[0] ?? null,
        last_id: names.at(-1) ?? null,
      });
    },
    model(visit) {
      const name = visit.params.id ?? '';
      const [deployment] = routes.find(name).deployments;
      if (deployment === undefined) throw new GatewayError('not-found', `The model "${name}" is not served here.`);
      const model = asksAnthropic(visit)
        ? anthropicModel(name, catalogueDate)
        : openaiModel(name, deployment, catalogueDate);
      answer(visit.response, 200, model);
    },
  };
}

/** OpenAI's object, with what agents and their users want to know in the fields other gateways use for it. */
function openaiModel(id: string, { capabilities, provider, model }: Deployment, created: number): JsonObject {
  return {
    id,
    object: 'model',
    created,
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
      // The catalogue does not have it: all of this is what its family can.
      ...(provider === 'cortex' && !isCatalogued(model) ? { assumed: true } : {}),
    },
  };
}

function anthropicModel(id: string, created: number): JsonObject {
  return { type: 'model', id, display_name: id, created_at: new Date(created * 1000).toISOString() };
}
