import fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { GatewayError, toGatewayError } from '../../errors/error.ts';
import { writeError } from '../../protocols/openai-error.ts';
import { adminApi } from './api.ts';
import { consolePages } from './console.ts';
import { SECURITY_HEADERS } from './security-headers.ts';
import type { AdminWorld } from './world.ts';

export interface AdminApp {
  routing(request: IncomingMessage, response: ServerResponse): void;
  close(): Promise<void>;
}

/** Fastify without a listener of its own: requests come in through `routing`. */
export async function createAdminApp(world: AdminWorld): Promise<AdminApp> {
  const tell = (cause: FastifyError | GatewayError, request: FastifyRequest, reply: FastifyReply) => {
    const error = asGatewayError(cause);
    if (error.kind === 'internal') world.log.error({ event: 'admin', requestId: request.id, err: error.detail.cause });
    return reply
      .code(error.status)
      .headers({ ...SECURITY_HEADERS, 'x-request-id': request.id })
      .headers(error.detail.allow === undefined ? {} : { allow: error.detail.allow.join(', ') })
      .send(writeError(error, request.id));
  };
  const app: FastifyInstance = fastify({
    logger: false,
    genReqId: () => world.random.text(24),
    routerOptions: { ignoreDuplicateSlashes: true },
    frameworkErrors: (cause, request, reply) => void tell(cause, request, reply),
  });
  app.addHook('onRequest', async (request, reply) => {
    reply.headers({ ...SECURITY_HEADERS, 'x-request-id': request.id });
  });
  app.setErrorHandler(tell);
  app.setNotFoundHandler((request, reply) => tell(nothingThere(request), request, reply));
  await app.register((scope) => adminApi(scope, world));
  await app.register(consolePages);
  await app.ready();
  return app;
}

/** Fastify's own refusals (a path that cannot be decoded, a body nobody asked for) are the client's to mend. */
function asGatewayError(cause: FastifyError | GatewayError): GatewayError {
  if (cause instanceof GatewayError) return cause;
  const { statusCode = 500 } = cause;
  return statusCode < 500
    ? new GatewayError('invalid-request', `The request cannot be read: ${cause.message}.`)
    : toGatewayError(cause);
}

function nothingThere({ method, url }: FastifyRequest): GatewayError {
  const [path = '/'] = url.split('?');
  if (method !== 'GET' && method !== 'HEAD') {
    const message = `${path.slice(0, 200)} takes GET only: the admin API reads, it changes nothing.`;
    return new GatewayError('method-not-allowed', message, { allow: ['GET'] });
  }
  return new GatewayError(
    'no-such-route',
    `There is nothing at ${path.slice(0, 200)}. The console is at /console/, the admin API at /admin/api/status, models, exchanges and usage.`,
  );
}
