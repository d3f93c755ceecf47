import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Settings } from './config/settings.ts';
import { GatewayError } from './errors/error.ts';
import type { ExchangeDeps } from './exchange/deps.ts';
import { createKeepAlive } from './exchange/stream-out.ts';
import { createThinkingMemory } from './exchange/thinking-memory.ts';
import { createPages } from './http/pages/index.ts';
import { createDataPlane } from './http/server.ts';
import { systemClock } from './kit/clock.ts';
import { systemRandom } from './kit/random.ts';
import type { Secret } from './kit/secret.ts';
import { identifyByMasterKey } from './policy/identify.ts';
import { createRepeatGuard } from './policy/repeat-guard.ts';
import { createRouteTable } from './policy/route.ts';
import { sqliteExchangeLog } from './store/sqlite/exchanges.ts';
import { openDatabase } from './store/sqlite/open.ts';
import { sqliteResponseStore } from './store/sqlite/responses.ts';
import { createLogger } from './telemetry/log.ts';
import { CATALOGUE_DATE } from './upstream/catalogue.ts';
import { type Deployment, resolveDeployment } from './upstream/deployment.ts';
import { createProbe } from './upstream/probe.ts';
import { createRemoteMedia } from './upstream/remote-media.ts';
import { createTokenSources } from './upstream/tokens/source.ts';
import { createTransport } from './upstream/transport.ts';
import { VERSION } from './version.ts';

export interface GatewayOptions {
  settings: Settings & { masterKey: Secret };
  /** The upstream is the sandbox: said wherever the gateway speaks of itself. */
  sandbox?: boolean;
  /** The embedded database; in memory unless said. */
  databaseFile?: string;
}

export interface Gateway {
  /** `http://127.0.0.1:4000`, with the port that was really taken. */
  url: string;
  /** Takes no further request, lets running answers end (`drainMs`, 30 s unless said), cuts the rest. */
  close(drainMs?: number): Promise<void>;
}

const DRAIN_MS = 30_000;
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
}: GatewayOptions): Promise<Gateway> {
  const clock = systemClock;
  const log = createLogger(settings.log.level);
  const transport = createTransport();
  const warn = (message: string) => log.warn({ event: 'credential' }, message);
  const tokensFor = createTokenSources({ clock, random: systemRandom, transport, warn });
  const deployments = settings.deployments.map((deployment) => resolveDeployment(deployment, tokensFor));
  const media = createRemoteMedia(clock);
  const keepAlive = createKeepAlive(clock);
  const routes = createRouteTable(deployments, settings.aliases, systemRandom);
  const identify = identifyByMasterKey(settings.masterKey);
  const database = openDatabase(databaseFile);
  const exchanges = sqliteExchangeLog(database, {
    retentionMs: EXCHANGE_RETENTION_MS,
    clock,
    warn: (message) => log.warn({ event: 'exchange-records' }, message),
  });
  const running = new Set<Promise<void>>();
  let draining = false;

  const deps: ExchangeDeps = {
    settings,
    clock,
    random: systemRandom,
    log,
    transport,
    fetchImage: media.fetchImage,
    identify,
    admit() {
      if (draining)
        throw new GatewayError(
          'shutting-down',
          'The gateway is shutting down. Try again: another instance may answer.',
        );
    },
    routes,
    memory: createThinkingMemory(() => clock.now()),
    repeats: createRepeatGuard(() => clock.now()),
    responses: sqliteResponseStore(database, { retentionMs: RESPONSE_RETENTION_MS, now: () => clock.now() }),
    exchanges,
    keepAlive,
    userAgent: `couloir/${VERSION}`,
    nameOf: (deployment: Deployment) =>
      deployment.provider === 'cortex' ? 'Snowflake' : new URL(deployment.origin).host,
  };
  const pages = createPages({
    version: VERSION,
    sandbox,
    deps,
    catalogueDate: CATALOGUE_DATE,
    isReady: () => !draining,
    probe: createProbe(deployments, transport),
  });
  const server = createDataPlane({
    deps,
    pages,
    running,
    ...(settings.server.tls === undefined ? {} : { tls: settings.server.tls }),
  });
  await listen(server, settings.server);

  return {
    url: urlOf(server, settings.server),
    async close(drainMs = DRAIN_MS) {
      draining = true;
      const closed = once(server, 'close');
      server.close();
      server.closeIdleConnections();
      const cut = clock.after(drainMs, () => server.closeAllConnections());
      await closed;
      cut();
      await Promise.all(running);
      exchanges.flush();
      keepAlive.close();
      await Promise.all([transport.close(), media.close()]);
      database.close();
    },
  };
}

async function listen(server: Server, { host, port }: Settings['server']): Promise<void> {
  server.listen(port, host);
  await once(server, 'listening');
}

function urlOf(server: Server, { host, tls }: Settings['server']): string {
  const { port } = server.address() as AddressInfo;
  const shown = host.includes(':') ? `[${host}]` : host;
  return `${tls === undefined ? 'http' : 'https'}://${shown}:${port}`;
}
