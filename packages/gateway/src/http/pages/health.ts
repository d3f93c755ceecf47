import type { Readiness } from '../../policy/readiness.ts';
import type { Probe } from '../../upstream/probe.ts';
import { type PageHandler, answer } from './page.ts';

interface HealthPagesOptions {
  readiness: () => Readiness;
  probe: Probe;
}

/** Liveness and readiness are open, as orchestrators call them without a key; the probe spends tokens and is not. */
export function healthPages(options: HealthPagesOptions): Record<'liveness' | 'readiness' | 'health', PageHandler> {
  return {
    // LiteLLM's very words: some checks compare them.
    liveness: ({ response }) => answer(response, 200, "I'm alive!"),
    readiness({ response }) {
      const readiness = options.readiness();
      if (readiness.ready) return answer(response, 200, { status: 'ready' });
      const { status, because } = readiness;
      answer(response, 503, { status, because });
    },
    async health({ response }) {
      const results = await options.probe();
      const healthy = results.filter((result) => !('error' in result));
      const unhealthy = results.filter((result) => 'error' in result);
      answer(response, unhealthy.length === 0 ? 200 : 503, {
        healthy_endpoints: healthy,
        unhealthy_endpoints: unhealthy,
        healthy_count: healthy.length,
        unhealthy_count: unhealthy.length,
      });
    },
  };
}
