import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server as TlsServer } from 'node:tls';
import type { Settings } from './config/settings.ts';
import { GatewayError } from './errors/error.ts';
import { createKeepAlive } from './exchange/stream-out.ts';
import { createThinkingMemory } from './exchange/thinking-memory.ts';
import { type Generation, openGeneration, type RunnableSettings, type World } from './generation.ts';
import { createAdminHalf } from './http/admin/half.ts';
import { type DrainTimes, drainServer } from './http/drain.ts';
import { RunningExchanges } from './http/running.ts';
import { createDataPlane, limitServer, readCertificate, shuttingDown } from './http/server.ts';
import { systemClock } from './kit/clock.ts';
import { systemMemory } from './kit/memory.ts';
import { systemRandom } from './kit/random.ts';
import { createAdmission } from './policy/admission/admission.ts';
import { createMemoryPressure } from './policy/admission/memory-pressure.ts';
import { createCooldowns } from './policy/cooldowns.ts';
import { createPacer } from './policy/pacing/pacer.ts';
import { judgeReadiness } from './policy/readiness.ts';
import { createRepeatGuard } from './policy/repeat-guard.ts';
import { createTraffic } from './policy/routing/traffic.ts';
import { partOf, type Siblings } from './siblings.ts';
import { openCheckpoints } from './store/sqlite/checkpoints.ts';
import { sqliteExchangeRecords } from './store/sqlite/exchange-records.ts';
import { sqliteExchangeLog } from './store/sqlite/exchanges.ts';
import { openDatabase } from './store/sqlite/open.ts';
import { sqliteResponseStore } from './store/sqlite/responses.ts';
import { createLogger, type Logger } from './telemetry/log.ts';
import { createExchangeMetrics } from './telemetry/metrics/exchange-metrics.ts';
import { createProcessMetrics } from './telemetry/metrics/process-metrics.ts';
import { Registry } from './telemetry/metrics/registry.ts';
import { createStateMetrics, type GatewayState } from './telemetry/metrics/state-metrics.ts';
import type { Tracer } from './telemetry/trace.ts';
import { createRemoteMedia } from './upstream/remote-media.ts';
import { hearFailingTokens } from './upstream/tokens/failing.ts';
import { createTokenSources } from './upstream/tokens/source.ts';
import { createTransport } from './upstream/transport.ts';
import { VERSION } from './version.ts';

export interface GatewayOptions {
  settings: RunnableSettings;
  /** The upstream is the sandbox: said wherever the gateway speaks of itself. */
  sandbox?: boolean;
  /** The embedded database; in memory unless said. */
  databaseFile?: string;
  /** Where log lines go; stderr unless said. */
  log?: Logger;
  /** The other processes, where there are several. */
  siblings?: Siblings;
}

export interface Gateway {
  /** `http://127.0.0.1:4000`, with the port that was really taken. */
  url: string;
  /**
   * Other settings for what comes from now on; what runs ends with those it began with. The certificate is read again.
   * The address, whether there is a certificate, and where traces go stay as they were at the start.
   * @throws GatewayError `invalid-request` for a deployment or a certificate that cannot work: then nothing has changed
   */
  reload(settings: RunnableSettings): void | Promise<void>;
  /** Takes no further request, lets running answers end (see `server.drain_*`), cuts the rest with an error that says so. */
  close(times?: Partial<DrainTimes>): Promise<void>;
  /** Resolves when it has given up: then nothing is served any more. Absent where that cannot be. */
  failed?: Promise<Error>;
}

/** As long as OpenAI keeps them. */
const RESPONSE_RETENTION_MS = 30 * 24 * 60 * 60 * 1000;
/** A quarter's accounts can be made from them. */
const EXCHANGE_RETENTION_MS = 90 * 24 * 60 * 60 * 1000;

/**
 * The composition root: builds the real world from settings, and listens.
 * @throws GatewayError `invalid-request` for a deployment that cannot work, and Node's error for a port that is taken
 */
export async function startGateway({
  settings,
  sandbox = false,
  databaseFile = ':memory:',
  siblings,
  log = createLogger(settings.log.level),
}: GatewayOptions): Promise<Gateway> {
  const clock = systemClock;
  const now = () => clock.now();
  const transport = createTransport();
  const warn = (message: string) => log.warn({ event: 'credential' }, message);
  const media = createRemoteMedia(clock);
  const keepAlive = createKeepAlive(clock);
  const database = openDatabase(databaseFile);
  const warnOfRecords = (message: string) => log.warn({ event: 'exchange-records' }, message);
  const checkpoints = openCheckpoints({ database, file: databaseFile, warn: warnOfRecords });
  const exchanges = sqliteExchangeLog(database, {
    retentionMs: EXCHANGE_RETENTION_MS,
    clock,
    warn: warnOfRecords,
    checkpoints,
  });
  const part = siblings ?? { index: 0, count: 1 };
  const bounds = boundsOf(settings, part);
  const pacer = createPacer({
    clock,
    ...bounds.pace,
    ...(siblings === undefined ? {} : { openCounter: siblings.openCounter }),
  });
  const isShortOfMemory = createMemoryPressure({
    now,
    memory: { ...systemMemory, totalBytes: () => systemMemory.totalBytes() / part.count },
    maxResidentBytes: () => bounds.memoryBytes,
  });
  const admission = createAdmission({
    clock,
    limits: bounds.admission,
    pressure: isShortOfMemory,
    ...(siblings === undefined ? {} : { openBound: siblings.openBound }),
  });
  const registry = new Registry();
  const stopProcessMetrics = createProcessMetrics(registry, now());
  const tracer = await openTracer(settings, log);
  const running = new RunningExchanges();
  /** `leaving`: says so to balancers and clients, and still takes what comes. */
  let state: 'open' | 'leaving' | 'closed' = 'open';

  const credentials = hearFailingTokens(createTokenSources({ clock, random: systemRandom, transport, warn }), now);
  const cooldowns = createCooldowns(settings.routing.cooldown, now);
  const memory = createThinkingMemory(now, siblings?.tell);

  const world: World = {
    clock,
    random: systemRandom,
    log,
    transport,
    tokensFor: credentials.tokensFor,
    fetchImage: media.fetchImage,
    admission: {
      ...admission,
      enter(callerId, signal) {
        if (state === 'closed') throw shuttingDown();
        return admission.enter(callerId, signal);
      },
    },
    traffic: createTraffic(now),
    cooldowns,
    pacer,
    memory,
    repeats: createRepeatGuard(now),
    responses: sqliteResponseStore(database, { retentionMs: RESPONSE_RETENTION_MS, clock, checkpoints }),
    exchanges,
    keepAlive,
    measure: createExchangeMetrics(registry),
    ...(tracer === undefined ? {} : { tracer }),
    readMetrics: siblings?.gatherMetrics ?? (() => registry.read()),
    userAgent: `couloir/${VERSION}`,
    sandbox,
    readiness: (deployments) =>
      judgeReadiness({
        isDraining: state !== 'open',
        isShortOfMemory: isShortOfMemory(),
        deployments,
        cooldowns,
        hasLostCredential: ({ tokens }) => credentials.failed(tokens, generation.settings.routing.cooldown.timeMs),
      }),
  };
  let generation = openGeneration(settings, world);
  createStateMetrics(registry, VERSION, () => stateOf(world, generation));
  const admin = createAdminHalf({
    version: VERSION,
    sandbox,
    startedAtMs: now(),
    clock,
    random: systemRandom,
    log,
    identify: (credential) => generation.identify(credential),
    isReady: () => state === 'open',
    listed: () => generation.routes.listed(),
    deployments: () => generation.deployments,
    traffic: world.traffic,
    cooldowns: world.cooldowns,
    admission,
    exchanges: sqliteExchangeRecords(database),
    ...(siblings === undefined ? {} : { gather: siblings.gatherStatuses }),
  });
  const server = createDataPlane({
    current: () => generation,
    running,
    state: () => state,
    admin,
    clock,
    random: systemRandom,
    settings: bounds.server,
  });
  await listen(server, settings.server, siblings !== undefined).catch((cause: unknown) => {
    generation.retire();
    throw cause;
  });
  siblings?.join({
    readMetrics: () => registry.read(),
    readStatus: () => admin.readStatus(),
    learn: (entry) => memory.learn(entry),
  });

  return {
    url: urlOf(server, settings.server),
    reload(changed) {
      renewCertificate(server, settings.server.tls, changed.server.tls);
      const next = openGeneration(changed, world);
      generation.retire();
      generation = next;
      Object.assign(bounds, { memoryBytes: undefined }, boundsOf(changed, part));
      pacer.limit(bounds.pace);
      admission.limit(bounds.admission);
      cooldowns.limit(changed.routing.cooldown);
      limitServer(server, bounds.server);
      log.level = changed.log.level;
    },
    async close(times = {}) {
      const { drainDelayMs, drainTimeoutMs } = bounds.server;
      state = 'leaving';
      const drained = { server, running, clock, stopTaking: () => (state = 'closed') };
      await drainServer(drained, { delayMs: drainDelayMs, timeoutMs: drainTimeoutMs, ...times });
      generation.retire();
      pacer.close();
      exchanges.flush();
      stopProcessMetrics();
      await tracer?.close();
      keepAlive.close();
      await Promise.all([transport.close(), media.close(), admin.close(), checkpoints.close()]);
      database.close();
    },
  };
}

/** Loaded only where a collector is configured: its libraries take longer to load than everything else. */
async function openTracer({ telemetry: { traces } }: Settings, log: Logger): Promise<Tracer | undefined> {
  if (traces === undefined) return undefined;
  const { createOtlpTracer } = await import('./telemetry/otlp.ts');
  const headers = Object.fromEntries(Object.entries(traces.headers).map(([name, value]) => [name, value.reveal()]));
  const { url, serviceName } = traces;
  const warn = (message: string) => log.warn({ event: 'traces' }, message);
  return createOtlpTracer({ url, headers, serviceName, version: VERSION, clock: systemClock, warn });
}

function stateOf({ admission, traffic, cooldowns, pacer }: World, { deployments }: Generation): GatewayState {
  const { running, queued, shed } = admission.view();
  const tripped = new Map(cooldowns.view().map(({ id, state }) => [id, state]));
  const states = { open: 'cooling', 'half-open': 'half-open' } as const;
  return {
    running,
    queued,
    shed,
    deployments: deployments.map(({ id, model }) => {
      const state = tripped.get(id);
      return { id, model, inFlight: traffic.of(id).inFlight, state: state === undefined ? 'healthy' : states[state] };
    }),
    pacing: pacer.view(),
  };
}

/** What this process may take on of what the settings allow to all. */
function boundsOf({ pacing, limits, server }: Settings, part: Pick<Siblings, 'index' | 'count'>) {
  const { maxRunning, maxRunningPerKey, maxQueued, queueWaitMs, maxMemoryMb } = limits;
  return {
    pace: { maxWaitMs: pacing.maxWaitMs, mostQueuedPerKey: partOf(pacing.maxQueue, part) },
    admission: {
      // Places move between processes (leased-bound.ts), waiting lines do not.
      running: maxRunning,
      queued: partOf(maxQueued, part),
      maxWaitMs: queueWaitMs,
      ...(maxRunningPerKey === undefined ? {} : { perCaller: maxRunningPerKey }),
    },
    server: { ...server, maxConnections: Math.max(1, partOf(server.maxConnections, part)) },
    memoryBytes: maxMemoryMb === undefined ? undefined : (maxMemoryMb * 1024 * 1024) / part.count,
  };
}

/** @throws GatewayError `invalid-request` */
function renewCertificate(server: Server, before: Settings['server']['tls'], after: Settings['server']['tls']): void {
  if (before === undefined || after === undefined || !(server instanceof TlsServer)) return;
  try {
    server.setSecureContext(readCertificate(after));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : 'for an unknown reason';
    throw new GatewayError(
      'invalid-request',
      `The certificate ${after.certFile} with the key ${after.keyFile} cannot be used (${why}). The old one stays.`,
      { cause },
    );
  }
}

/**
 * Of several processes each listens for itself where the system can share a port: what is handed from one process to
 * another is lost, open and silent, when the other dies on the way.
 */
async function listen(server: Server, { host, port }: Settings['server'], isOneOfSeveral: boolean): Promise<void> {
  server.listen({ host, port, ...(isOneOfSeveral && SHARES_PORTS ? { reusePort: true, exclusive: true } : {}) });
  await once(server, 'listening');
}

const SHARES_PORTS = process.platform === 'linux' || process.platform === 'freebsd';

function urlOf(server: Server, { host, tls }: Settings['server']): string {
  const { port } = server.address() as AddressInfo;
  const shown = host.includes(':') ? `[${host}]` : host;
  return `${tls === undefined ? 'http' : 'https'}://${shown}:${port}`;
}
