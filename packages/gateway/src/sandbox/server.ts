import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { inspect } from 'node:util';
import { type Clock, systemClock } from '../kit/clock.ts';
import { Lru } from '../kit/lru.ts';
import { type AccountSettings, createAccount } from './account.ts';
import type { PlannedFault } from './admin/fault-plan.ts';
import type { SandboxCredentials } from './credentials/settings.ts';
import { CredentialStore } from './credentials/store.ts';
import { errorReply, refuse } from './errors.ts';
import type { ModelLimit } from './limits.ts';
import { PromptCache } from './prompt-cache.ts';
import { readBody } from './read-body.ts';
import { type LoggedRequest, type OpenEntry, RequestLog, type RequestMemory } from './request-log.ts';
import { answerCall } from './routes.ts';
import { StatementStore } from './sql/statement-store.ts';
import type { AccountWorld } from './account-surface.ts';
import type { SandboxReply, Scenario } from './surface.ts';
import { DEFAULT_SWITCHES, type Switches } from './switches.ts';
import { type Delivery, writeReply } from './write-reply.ts';

export interface SandboxOptions {
  /** 0, the default, takes any free port. */
  port?: number;
  host?: string;
  /** The same seed gives the same request ids, call ids and texts. */
  seed?: string;
  /** Only those that differ from `DEFAULT_SWITCHES`. */
  switches?: Partial<Switches>;
  /** Scripts by model name, for prompts that bring none. */
  scenario?: Scenario;
  /** What differs from an account in which everything is open. */
  account?: Partial<AccountSettings>;
  /** Requests and tokens per minute by model, `*` for every other; none unless said. */
  limits?: Record<string, ModelLimit>;
  /** Random faults, as `parseFault` reads them: `5%:503`, `503`, `5%:stall=2s@llama3.1-8b`, `20%:mixed`. */
  faults?: PlannedFault[];
  /** Who may pass; any token that begins with `sandbox-` unless said. */
  credentials?: SandboxCredentials;
  /** What is kept of past requests: the last thousand, and 64 MiB of their bodies, unless said. */
  remember?: Partial<RequestMemory>;
  /** Gets one line per request. */
  log?: (line: string) => void;
  clock?: Clock;
}

export interface CortexSandbox {
  /** `http://127.0.0.1:4010`; Cortex paths follow as under an account's host. */
  readonly url: string;
  readonly port: number;
  /** The newest requests, oldest first; without the sandbox's own calls. */
  readonly requests: readonly LoggedRequest[];
  /** Tokens, keys and sessions, to add and to revoke. */
  readonly credentials: CredentialStore;
  /** Requests whose answers are not complete. */
  readonly openRequests: number;
  readonly openConnections: number;
  /** Drops every connection and stops listening. */
  close(): Promise<void>;
}

const KEEP_ALIVE_MS = 60_000;
const ATTEMPTS_KEPT = { capacity: 10_000, ttlMs: 3_600_000, weigh: () => 1 };

/**
 * Starts a simulated Cortex on this machine.
 * @throws Error `EADDRINUSE` and its like when it cannot listen.
 */
export async function createCortexSandbox(options: SandboxOptions = {}): Promise<CortexSandbox> {
  const { port = 0, host = '127.0.0.1', clock = systemClock, log = () => undefined } = options;
  const requests = new RequestLog(options.remember);
  const sockets = new Set<Socket>();
  const world = createWorld(options, clock, { requests, openConnections: () => sockets.size });
  let count = 0;

  const server = createServer((request, response) => {
    count += 1;
    const requestId = requestIdOf(`${world.seed}\0${count}`);
    const { method = 'GET', url: path = '/', headers } = request;
    const entry = requests.begin({ method, path, headers, requestId, startedAt: clock.now() });
    const gone = new AbortController();
    let delivery: Delivery | undefined;
    // A write to a client that has just left: 'close' follows and says so.
    response.on('error', () => undefined);
    response.on('close', () => {
      // A reset of our own leaves the response unfinished too, but by then the exchange has settled.
      const ending = delivery ?? (response.writableFinished ? 'complete' : 'aborted');
      if (response.headersSent) entry.status = response.statusCode;
      requests.end(entry, clock.now(), ending);
      log(`${method} ${path} ${entry.status ?? 'reset'}${ending === 'aborted' ? ' aborted' : ''} ${requestId}`);
      gone.abort(new Error('The client left.'));
    });
    exchange(request, response, entry, gone.signal).then(
      (delivered) => (delivery = delivered),
      () => response.destroy(),
    );
  });

  async function exchange(
    request: IncomingMessage,
    response: ServerResponse,
    entry: OpenEntry,
    gone: AbortSignal,
  ): Promise<Delivery> {
    const { method, requestId } = entry;
    response.setHeader('X-Snowflake-Request-ID', requestId);
    response.setHeader('x-couloir-sandbox', '1');
    // Clients correct their clock by it.
    response.setHeader('Date', new Date(clock.now()).toUTCString());
    const read = await readBody(request);
    requests.keepBody(entry, read);
    let reply: SandboxReply;
    try {
      const [, pathname = '', search = ''] = /^([^?]*)\??(.*)$/s.exec(entry.path) ?? [];
      const query = new URLSearchParams(search);
      reply = answerCall({ method, pathname, query, headers: request.headers, read, requestId, entry }, world);
    } catch (cause) {
      log(`${method} ${entry.path} failed in the sandbox itself: ${inspect(cause)}`);
      reply = errorReply(refuse('internal-error'), requestId);
    }
    return writeReply(response, reply, clock, gone);
  }

  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const bound = (server.address() as AddressInfo).port;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    port: bound,
    requests: requests.entries,
    credentials: world.credentials,
    get openRequests() {
      return requests.open;
    },
    get openConnections() {
      return sockets.size;
    },
    close: () =>
      new Promise<void>((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function createWorld(
  options: SandboxOptions,
  clock: Clock,
  traffic: Pick<AccountWorld, 'requests' | 'openConnections'>,
): AccountWorld {
  const { seed = 'couloir', switches, scenario, account, limits, faults } = options;
  const now = () => clock.now();
  const attempts = new Lru<number>({ ...ATTEMPTS_KEPT, now });
  return {
    clock,
    cache: new PromptCache({ now }),
    switches: { ...DEFAULT_SWITCHES, ...switches },
    seed,
    ...(scenario === undefined ? {} : { scenario }),
    account: createAccount({
      seed,
      now,
      ...(account === undefined ? {} : { settings: account }),
      ...(limits === undefined ? {} : { limits }),
      ...(faults === undefined ? {} : { faults }),
    }),
    credentials: new CredentialStore(options.credentials ?? {}, { now, seed }),
    statements: new StatementStore(),
    ...traffic,
    attempt(fingerprint) {
      const earlier = attempts.get(fingerprint) ?? 0;
      attempts.set(fingerprint, earlier + 1);
      return earlier;
    },
  };
}

/** A version 4 uuid that follows from its source. */
function requestIdOf(source: string): string {
  const digest = createHash('sha256').update(source).digest('hex');
  return digest.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-4$3-a$4-$5');
}
