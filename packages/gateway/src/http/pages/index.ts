import type { ExchangeDeps } from '../../exchange/deps.ts';
import { estimateTokens } from '../../protocols/anthropic-messages/count-tokens.ts';
import { estimateInputTokens } from '../../protocols/openai-responses/token-estimate.ts';
import type { Probe } from '../../upstream/probe.ts';
import type { PageName } from '../surface.ts';
import { countPage } from './count.ts';
import { embeddingsPage } from './embeddings.ts';
import { healthPages } from './health.ts';
import { modelPages } from './models.ts';
import { type PageHandler, answer } from './page.ts';
import { responsePages } from './responses.ts';

interface PageOptions {
  version: string;
  sandbox: boolean;
  deps: ExchangeDeps;
  /** Unix seconds that `GET /v1/models` gives as every model's `created`. */
  catalogueDate: number;
  /** True while new requests are taken. */
  isReady: () => boolean;
  probe: Probe;
}

/** Every answer that the gateway gives by itself. */
export function createPages({
  version,
  sandbox,
  deps,
  catalogueDate,
  isReady,
  probe,
}: PageOptions): Record<PageName, PageHandler> {
  const { identify, routes } = deps;
  return {
    root: ({ response }) => answer(response, 200, { name: 'couloir', version, sandbox, models: '/v1/models' }),
    // Claude Code asks this before anything else.
    hello: ({ response }) => answer(response, 200, { name: 'couloir' }),
    ...healthPages({ identify, isReady, probe }),
    ...modelPages({ identify, routes, catalogueDate }),
    ...responsePages(identify, deps.responses),
    'count-tokens': countPage(identify, (body) => ({ input_tokens: estimateTokens(body) })),
    'count-input-tokens': countPage(identify, estimateInputTokens),
    embeddings: embeddingsPage(deps),
  };
}
