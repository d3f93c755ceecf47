import { readFileSync } from 'node:fs';
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { GatewayError, toGatewayError } from '../errors/error.ts';
import type { ExchangeDeps } from '../exchange/deps.ts';
import type { ClientDialect } from '../exchange/exchange.ts';
import { retryHeaders } from '../exchange/refuse.ts';
import { run } from '../exchange/run.ts';
import { openaiChat } from '../protocols/openai-chat/index.ts';
import { announcesTooMuch, readBody, tooLarge } from './body.ts';
import { PREFLIGHT_HEADERS } from './cors.ts';
import { credentialOf } from './credential.ts';
import { replyOn } from './reply.ts';
import { type PageHandler, type PageName, SURFACE } from './surface.ts';

interface ServerOptions {
  deps: ExchangeDeps;
  pages: Record<PageName, PageHandler>;
  tls?: { keyFile: string; certFile: string };
}

/** Slow-header clients are cut by Node.js itself; bodies may take as long as a slow uplink needs for 64 MiB. */
const HEADERS_TIMEOUT_MS = 30_000;
const REQUEST_TIMEOUT_MS = 300_000;
/** Longer than the idle time of common load balancers (60 s), which must be the ones to close. */
const KEEP_ALIVE_MS = 75_000;

/** The data plane: plain node:http, one route table, nothing between a socket and `exchange/run`. */
export function createDataPlane({ deps, pages, tls }: ServerOptions): Server {
  const handle = (request: IncomingMessage, response: ServerResponse) => {
    const path = pathOf(request);
    const route = SURFACE[path];
    const method = request.method === 'HEAD' ? 'GET' : request.method;
    if (method === 'OPTIONS') return preflight(response);
    if (route === undefined) return refuse(response, deps, noSuchRoute(path));
    if (route.method !== method)
      return refuse(response, deps, wrongMethod(path, route.method), { allow: `${route.method}, OPTIONS` });
    if ('page' in route) return void servePage(pages[route.page], request, response, deps);
    void serveExchange(request, response, path, route.exchange, deps);
  };
  const limits = {
    headersTimeout: HEADERS_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
  };
  const server =
    tls === undefined
      ? createServer(limits, handle)
      : createTlsServer({ ...limits, key: readFileSync(tls.keyFile), cert: readFileSync(tls.certFile) }, handle);
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    if (announcesTooMuch(request)) return refuse(response, deps, tooLarge(), { connection: 'close' });
    response.writeContinue();
    handle(request, response);
  });
  return server;
}

async function serveExchange(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  dialect: ClientDialect,
  deps: ExchangeDeps,
): Promise<void> {
  const cancel = new AbortController();
  response.on('close', () => {
    if (!response.writableFinished) cancel.abort(new GatewayError('client-left', 'The client closed the connection.'));
  });
  const stopDeadline = deps.clock.after(deps.settings.timeouts.totalMs, () =>
    cancel.abort(
      new GatewayError(
        'upstream-timeout',
        'The answer was not complete within the time a request may take (timeouts.total).',
      ),
    ),
  );
  try {
    await run(
      {
        requestId: deps.random.text(24),
        dialect,
        path,
        credential: credentialOf(request.headers),
        readBody: () => readBody(request),
        reply: replyOn(response),
        signal: cancel.signal,
        receivedAtMs: deps.clock.now(),
        receivedAtMicros: deps.clock.micros(),
        record: { attempts: 0, notes: [], upstreamWaitMicros: 0, simulated: false },
      },
      deps,
    );
  } finally {
    stopDeadline();
  }
}

async function servePage(
  page: PageHandler,
  request: IncomingMessage,
  response: ServerResponse,
  deps: ExchangeDeps,
): Promise<void> {
  try {
    await page(request, response);
  } catch (cause) {
    refuse(response, deps, toGatewayError(cause));
  }
}

function preflight(response: ServerResponse): void {
  response.writeHead(204, PREFLIGHT_HEADERS).end();
}

/** Errors before there is an exchange, in OpenAI's envelope: the dialect of every path that is not another's. */
function refuse(
  response: ServerResponse,
  deps: ExchangeDeps,
  error: GatewayError,
  headers: Record<string, string> = {},
): void {
  const requestId = deps.random.text(24);
  if (error.kind === 'internal') deps.log.error({ event: 'refused', requestId, err: error.detail.cause });
  replyOn(response).json(
    error.status,
    { 'x-request-id': requestId, ...retryHeaders(error), ...headers },
    openaiChat.writeError(error, requestId),
  );
}

function pathOf(request: IncomingMessage): string {
  const [path] = (request.url ?? '/').split('?');
  return path!.length > 1 && path!.endsWith('/') ? path!.slice(0, -1) : path!;
}

function noSuchRoute(path: string): GatewayError {
  const routes = Object.entries(SURFACE).map(([known, { method }]) => `${method} ${known}`);
  return new GatewayError(
    'no-such-route',
    `There is nothing at ${path.slice(0, 200)}. This gateway serves: ${routes.join(', ')}. The base URL for OpenAI clients ends in /v1.`,
  );
}

function wrongMethod(path: string, method: string): GatewayError {
  return new GatewayError('method-not-allowed', `${path} takes ${method} only.`);
}
