import type { IncomingMessage, ServerResponse } from 'node:http';
import type { JsonObject } from '../ir/json.ts';
import type { Identify } from '../policy/identify.ts';
import type { RouteTable } from '../policy/route.ts';
import type { Probe } from '../upstream/probe.ts';
import { credentialOf } from './credential.ts';
import { listModels } from './models.ts';
import { replyOn } from './reply.ts';
import type { PageHandler, PageName } from './surface.ts';

interface PageOptions {
  version: string;
  sandbox: boolean;
  identify: Identify;
  routes: RouteTable;
  /** Unix seconds that `GET /v1/models` gives as every model's `created`. */
  catalogueDate: number;
  /** True while new requests are taken. */
  isReady(): boolean;
  probe: Probe;
}

/** The gateway's own answers. Liveness and readiness are open, as orchestrators call them without a key. */
export function createPages(options: PageOptions): Record<PageName, PageHandler> {
  const json = (response: ServerResponse, status: number, body: JsonObject | string) =>
    replyOn(response).json(status, {}, JSON.stringify(body));
  const requireKey = (request: IncomingMessage) => options.identify(credentialOf(request.headers));
  return {
    root: (_request, response) =>
      json(response, 200, {
        name: 'couloir',
        version: options.version,
        sandbox: options.sandbox,
        serves: [
          'POST /v1/chat/completions',
          'GET /v1/models',
          'GET /health/liveness',
          'GET /health/readiness',
          'GET /health',
        ],
      }),
    models(request, response) {
      requireKey(request);
      json(response, 200, listModels(options.routes, options.catalogueDate));
    },
    liveness: (_request, response) => json(response, 200, "I'm alive!"),
    readiness: (_request, response) =>
      options.isReady() ? json(response, 200, { status: 'ready' }) : json(response, 503, { status: 'shutting down' }),
    async health(request, response) {
      requireKey(request);
      const results = await options.probe();
      const healthy = results.filter((result) => !('error' in result));
      const unhealthy = results.filter((result) => 'error' in result);
      json(response, unhealthy.length === 0 ? 200 : 503, {
        healthy_endpoints: healthy,
        unhealthy_endpoints: unhealthy,
        healthy_count: healthy.length,
        unhealthy_count: unhealthy.length,
      });
    },
  };
}
