import { readFileSync } from 'node:fs';
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Duplex } from 'node:stream';
import { GatewayError, toGatewayError } from '../errors/error.ts';
import type { ExchangeDeps } from '../exchange/deps.ts';
import type { ClientDialect } from '../exchange/exchange.ts';
import { retryHeaders } from '../exchange/refuse.ts';
import { run } from '../exchange/run.ts';
import { announcesTooMuch, readBody, tooLarge } from './body.ts';
import { PREFLIGHT_HEADERS } from './cors.ts';
import { credentialOf } from './credential.ts';
import { replyOn } from './reply.ts';
import type { PageHandler, Visit } from './pages/page.ts';
import { dialectOfPage, dialectOfPath, findRoute, pathOf } from './router.ts';
import type { PageName } from './surface.ts';

interface ServerOptions {
  deps: ExchangeDeps;
  pages: Record<PageName, PageHandler>;
  /** Holds the exchanges that have not been settled, also those whose client has gone. */
  running: Set<Promise<void>>;
  tls?: { keyFile: string; certFile: string };
}

/** Slow-header clients are cut by Node.js itself; bodies may take as long as a slow uplink needs for 64 MiB. */
const HEADERS_TIMEOUT_MS = 30_000;
const REQUEST_TIMEOUT_MS = 300_000;
/** Longer than the idle time of common load balancers (60 s), which must be the ones to close. */
const KEEP_ALIVE_MS = 75_000;

/** The data plane: plain node:http, one route table, nothing between a socket and `exchange/run`. */
export function createDataPlane({ deps, pages, running, tls }: ServerOptions): Server {
  const handle = (request: IncomingMessage, response: ServerResponse) => {
    if (request.method === 'OPTIONS') return preflight(response);
    const path = pathOf(request.url);
    try {
      const { route, params } = findRoute(request.method === 'HEAD' ? 'GET' : (request.method ?? 'GET'), path);
      if ('page' in route) {
        const dialect = dialectOfPage(route, request.headers);
        return void servePage(pages[route.page], dialect, { request, response, params }, deps);
      }
      const exchange = serveExchange(request, response, path, params.model, route.exchange, deps);
      running.add(exchange);
      return void exchange.finally(() => running.delete(exchange));
    } catch (cause) {
      return refuse(response, deps, dialectOfPath(path), toGatewayError(cause));
    }
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
    if (announcesTooMuch(request)) {
      return refuse(response, deps, dialectOfPath(pathOf(request.url)), tooLarge(), { connection: 'close' });
    }
    response.writeContinue();
    handle(request, response);
  });
  // Codex and others try a WebSocket first: told at once that there is none, they go on over HTTP.
  server.on('upgrade', (_request, socket: Duplex) => {
    socket.on('error', () => socket.destroy());
    socket.end('HTTP/1.1 426 Upgrade Required\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
  });
  return server;
}

async function serveExchange(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  modelInPath: string | undefined,
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
        modelInPath,
        headers: request.headers,
        credential: credentialOf(request.headers),
        readBody: () => readBody(request),
        images: new Map(),
        reply: replyOn(response),
        signal: cancel.signal,
        receivedAtMs: deps.clock.now(),
        receivedAtMicros: deps.clock.micros(),
        record: { attempts: 0, notes: [], upstreamWaitMicros: 0, simulated: false, answeredRequestIds: [] },
      },
      deps,
    );
  } finally {
    stopDeadline();
  }
}

async function servePage(page: PageHandler, dialect: ClientDialect, visit: Visit, deps: ExchangeDeps): Promise<void> {
  try {
    await page(visit);
  } catch (cause) {
    refuse(visit.response, deps, dialect, toGatewayError(cause));
  }
}

function preflight(response: ServerResponse): void {
  response.writeHead(204, PREFLIGHT_HEADERS).end();
}

/** Errors outside an exchange, in the envelope of the path's dialect. */
function refuse(
  response: ServerResponse,
  deps: ExchangeDeps,
  { codec }: ClientDialect,
  error: GatewayError,
  headers: Record<string, string> = {},
): void {
  if (error.kind === 'client-left') return;
  const requestId = deps.random.text(24);
  if (error.kind === 'internal') deps.log.error({ event: 'refused', requestId, err: error.detail.cause });
  const allow = error.detail.allow === undefined ? {} : { allow: [...error.detail.allow, 'OPTIONS'].join(', ') };
  replyOn(response).json(
    error.status,
    { 'x-request-id': requestId, 'request-id': requestId, ...retryHeaders(error), ...allow, ...headers },
    codec.writeError(error, requestId),
  );
}
