import { readFileSync } from 'node:fs';
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Duplex } from 'node:stream';
import { GatewayError, toGatewayError } from '../errors/error.ts';
import { CHAT } from '../exchange/dialects.ts';
import type { ExchangeDeps } from '../exchange/deps.ts';
import type { ClientDialect, Exchange } from '../exchange/exchange.ts';
import { retryHeaders } from '../exchange/refuse.ts';
import { newRecord } from '../exchange/new-record.ts';
import { run } from '../exchange/run.ts';
import type { AdminHalf } from './admin/half.ts';
import type { Settings } from '../config/settings.ts';
import type { Clock } from '../kit/clock.ts';
import { type Random, timedId } from '../kit/random.ts';
import { ClientErrors, MOST_HEADER_BYTES } from './client-errors.ts';
import { announcesTooMuch, readBody, tooLarge } from './body.ts';
import { BodyMemory } from './body-memory.ts';
import { PREFLIGHT_HEADERS } from './cors.ts';
import { credentialOf } from './credential.ts';
import { HttpReply } from './reply.ts';
import type { PageHandler, Visit } from './pages/page.ts';
import type { RunningExchanges } from './running.ts';
import { dialectOfPage, dialectOfPath, findRoute, pathOf } from './router.ts';
import type { PageName } from './surface.ts';

interface ServerOptions {
  /** What the settings make of it: asked anew for each request, which keeps it to its end. */
  current: () => { deps: ExchangeDeps; pages: Record<PageName, PageHandler> };
  running: RunningExchanges;
  /** `leaving`: clients are asked to connect elsewhere; `closed`: nothing new is taken, either. */
  state: () => 'open' | 'leaving' | 'closed';
  admin: AdminHalf;
  clock: Pick<Clock, 'after'>;
  random: Random;
  settings: Settings['server'];
}

/** How late a timeout can be noticed. */
const CHECK_EVERY_MS = 5_000;
/** What is told to the end. */
const TOLD_TO_THE_END = new Set<PageName>(['liveness', 'readiness', 'metrics']);

/** The data plane: plain node:http, one route table, nothing between a socket and `exchange/run`. */
export function createDataPlane(options: ServerOptions): Server {
  const { current, running, state, admin, settings } = options;
  const errors = new ClientErrors();
  const memory = new BodyMemory();
  const handle = (request: IncomingMessage, response: ServerResponse) => {
    const { deps, pages } = current();
    errors.begun(response);
    if (state() !== 'open') response.setHeader('connection', 'close');
    const path = pathOf(request.url);
    if (admin.takes(request, path)) return void serveAdmin(admin, request, response, deps);
    if (request.method === 'OPTIONS') return preflight(response);
    try {
      const { route, params } = findRoute(request.method === 'HEAD' ? 'GET' : (request.method ?? 'GET'), path);
      if ('page' in route) {
        const dialect = dialectOfPage(route, request.headers);
        if (state() === 'closed' && !TOLD_TO_THE_END.has(route.page)) throw shuttingDown();
        return void servePage(pages[route.page], dialect, { request, response, params }, deps);
      }
      const cancel = new AbortController();
      const exchange = serveExchange(request, response, path, params.model, route.exchange, cancel, memory, deps);
      return running.add(exchange, (reason) => cancel.abort(reason));
    } catch (cause) {
      return refuse(response, deps, dialectOfPath(path), toGatewayError(cause));
    }
  };
  const { headersTimeoutMs, requestTimeoutMs, tls } = settings;
  const limits = {
    connectionsCheckingInterval: Math.ceil(Math.min(CHECK_EVERY_MS, headersTimeoutMs / 4, requestTimeoutMs / 4)),
    maxHeaderSize: MOST_HEADER_BYTES,
    // Other offers (`h2c`, which Java's client makes with every request) are passed over, as RFC 9110 allows.
    shouldUpgradeCallback: ({ headers }: IncomingMessage) => /\bwebsocket\b/i.test(headers.upgrade ?? ''),
  };
  const server =
    tls === undefined ? createServer(limits, handle) : createTlsServer({ ...limits, ...readCertificate(tls) }, handle);
  limitServer(server, settings);
  errors.listen(server, options.clock, options.random);
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    if (announcesTooMuch(request)) {
      const { deps } = current();
      return refuse(response, deps, dialectOfPath(pathOf(request.url)), tooLarge(), { connection: 'close' });
    }
    response.writeContinue();
    handle(request, response);
  });
  server.on('upgrade', (_request, socket: Duplex) => refuseWebSocket(socket, current().deps.random.text(24)));
  return server;
}

/** What of the settings holds for a server that listens already. */
export function limitServer(
  server: Server,
  { headersTimeoutMs, requestTimeoutMs, keepAliveMs, maxConnections }: Omit<Settings['server'], 'tls'>,
): void {
  server.headersTimeout = headersTimeoutMs;
  server.requestTimeout = requestTimeoutMs;
  server.keepAliveTimeout = keepAliveMs;
  server.maxConnections = maxConnections;
  // Of several processes, the one that is full must not pass a connection on for ever.
  Object.assign(server, { dropMaxConnection: true });
}

/** @throws Error when a file cannot be read */
export function readCertificate({ keyFile, certFile }: NonNullable<Settings['server']['tls']>): {
  key: Buffer;
  cert: Buffer;
} {
  return { key: readFileSync(keyFile), cert: readFileSync(certFile) };
}

export function shuttingDown(): GatewayError {
  return new GatewayError('shutting-down', 'The gateway is shutting down. Try again: another instance may answer.');
}

/** Resolves when the answer has left, and not before. */
async function serveExchange(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  modelInPath: string | undefined,
  dialect: ClientDialect,
  cancel: AbortController,
  memory: BodyMemory,
  deps: ExchangeDeps,
): Promise<void> {
  const gone = new Promise<void>((resolve) => {
    response.on('close', () => {
      resolve();
      if (!response.writableFinished)
        cancel.abort(new GatewayError('client-left', 'The client closed the connection.'));
    });
  });
  const loan = memory.lend();
  const record = newRecord();
  const receivedAtMs = deps.clock.now();
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
        requestId: timedId(receivedAtMs, deps.random),
        dialect,
        path,
        modelInPath,
        headers: request.headers,
        credential: credentialOf(request.headers),
        readBody: () => readBody(request, loan.take),
        images: new Map(),
        reply: new HttpReply(response, deps.settings.timeouts.idleMs),
        signal: cancel.signal,
        cancel: (reason) => cancel.abort(reason),
        deadlineAtMs: receivedAtMs + deps.settings.timeouts.totalMs,
        wishes: { tags: [], fallbacks: [] },
        receivedAtMs,
        receivedAtMicros: deps.clock.micros(),
        record,
      },
      deps,
    );
    if (tookWhole(record)) loan.giveBack();
  } finally {
    stopDeadline();
  }
  await gone;
}

/** The body was sent to one upstream alone, which has answered to the end: nothing of it is on its way any more. */
function tookWhole({ tries, error }: Exchange['record']): boolean {
  return error === undefined && tries.length === 1 && tries[0]!.outcome === 'ok';
}

async function serveAdmin(
  admin: AdminHalf,
  request: IncomingMessage,
  response: ServerResponse,
  deps: ExchangeDeps,
): Promise<void> {
  try {
    await admin.serve(request, response);
  } catch (cause) {
    refuse(response, deps, CHAT, toGatewayError(cause));
  }
}

async function servePage(page: PageHandler, dialect: ClientDialect, visit: Visit, deps: ExchangeDeps): Promise<void> {
  try {
    await page(visit);
  } catch (cause) {
    refuse(visit.response, deps, dialect, toGatewayError(cause));
  }
}

/** Codex and others try a WebSocket first: told at once that there is none, they go on over HTTP. */
function refuseWebSocket(socket: Duplex, requestId: string): void {
  const because = 'There are no WebSockets here. Send the request as POST /v1/responses with "stream": true.\n';
  const head = [
    'HTTP/1.1 426 Upgrade Required',
    'upgrade: HTTP/1.1',
    'connection: upgrade, close',
    `x-request-id: ${requestId}`,
    'content-type: text/plain',
    `content-length: ${Buffer.byteLength(because)}`,
  ];
  socket.on('error', () => socket.destroy());
  socket.end(`${head.join('\r\n')}\r\n\r\n${because}`);
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
  new HttpReply(response).json(
    error.status,
    { 'x-request-id': requestId, 'request-id': requestId, ...retryHeaders(error), ...allow, ...headers },
    codec.writeError(error, requestId),
  );
}
