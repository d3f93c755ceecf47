import type { ExchangeDeps } from '../../exchange/deps.ts';
import { responseHistory } from '../../exchange/response-history.ts';
import { countTokens } from '../../protocols/anthropic-messages/count-tokens.ts';
import { estimateInputTokens } from '../../protocols/openai-responses/token-estimate.ts';
import type { Readiness } from '../../policy/readiness.ts';
import type { Probe } from '../../upstream/probe.ts';
import type { MetricFamily } from '../../telemetry/metrics/registry.ts';
import type { PageName } from '../surface.ts';
import { countPage } from './count.ts';
import { embeddingsPage } from './embeddings.ts';
import { healthPages } from './health.ts';
import { keyedPages } from './keyed-page.ts';
import { metricsPage } from './metrics.ts';
import { modelPages } from './models.ts';
import { type PageHandler, answer } from './page.ts';
import { responsePages } from './responses.ts';

interface PageOptions {
  version: string;
  sandbox: boolean;
  deps: ExchangeDeps;
  /** Unix seconds that `GET /v1/models` gives as every model's `created`. */
  catalogueDate: number;
  readiness: () => Readiness;
  probe: Probe;
  readMetrics: () => MetricFamily[] | Promise<MetricFamily[]>;
  /** To everybody, not only to those who have a key. */
  openMetrics: boolean;
}

/** Every answer that the gateway gives by itself. */
export function createPages({
  version,
  sandbox,
  deps,
  catalogueDate,
  readiness: judge,
  probe,
  readMetrics,
  openMetrics,
}: PageOptions): Record<PageName, PageHandler> {
  const { health, liveness, readiness } = healthPages({ readiness: judge, probe });
  const scraped = metricsPage(readMetrics);
  const keyed = {
    health,
    ...modelPages({ routes: deps.routes, catalogueDate }),
    ...responsePages(deps.responses),
    'count-tokens': countPage(countTokens),
    'count-input-tokens': countPage(async (body, callerId) =>
      estimateInputTokens(await responseHistory.recall(body, callerId, deps.responses)),
    ),
    metrics: scraped,
  };
  return {
    root: ({ response }) => answer(response, 200, { name: 'couloir', version, sandbox, models: '/v1/models' }),
    // Claude Code asks this before anything else.
    hello: ({ response }) => answer(response, 200, { name: 'couloir' }),
    liveness,
    readiness,
    embeddings: embeddingsPage(deps),
    ...keyedPages(keyed, deps),
    ...(openMetrics ? { metrics: scraped } : {}),
  };
}
