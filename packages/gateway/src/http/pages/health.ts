import type { Identify } from '../../policy/identify.ts';
import type { Probe } from '../../upstream/probe.ts';
import { credentialOf } from '../credential.ts';
import { type PageHandler, answer } from './page.ts';

interface HealthPagesOptions {
  identify: Identify;
  /** True while new requests are taken. */
  isReady: () => boolean;
  probe: Probe;
}

/** Liveness and readiness are open, as orchestrators call them without a key; the probe spends tokens and is not. */
export function healthPages(options: HealthPagesOptions): Record<'liveness' | 'readiness' | 'health', PageHandler> {
  return {
    // LiteLLM's very words: some checks compare them.
    liveness: ({ response }) => answer(response, 200, "I'm alive!"),
    readiness: ({ response }) =>
      options.isReady()
        ? answer(response, 200, { status: 'ready' })
        : answer(response, 503, { status: 'shutting down' }),
    async health({ request, response }) {
      options.identify(credentialOf(request.headers));
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
