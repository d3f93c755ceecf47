import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Settings } from './config/settings.ts';
import { GatewayError } from './errors/error.ts';
import type { ExchangeDeps } from './exchange/deps.ts';
import { createKeepAlive } from './exchange/stream-out.ts';
import { createThinkingMemory } from './exchange/thinking-memory.ts';
import { createPages } from './http/pages.ts';
import { createDataPlane } from './http/server.ts';
import { systemClock } from './kit/clock.ts';
import { systemRandom } from './kit/random.ts';
import type { Secret } from './kit/secret.ts';
import { identifyByMasterKey } from './policy/identify.ts';
import { createRouteTable } from './policy/route.ts';
import { createLogger } from './telemetry/log.ts';
import { CATALOGUE_DATE } from './upstream/catalogue.ts';
import { type Deployment, resolveDeployment } from './upstream/deployment.ts';
import { createProbe } from './upstream/probe.ts';
import { createRemoteMedia } from './upstream/remote-media.ts';
import { createTransport } from './upstream/transport.ts';
import { VERSION } from './version.ts';

export interface GatewayOptions {
  settings: Settings & { masterKey: Secret };
  /** The upstream is the sandbox: said wherever the gateway speaks of itself. */
  sandbox?: boolean;
}

export interface Gateway {
  /** `http://127.0.0.1:4000`, with the port that was really taken. */
  url: string;
  /** Takes no further request, lets running answers end (`drainMs`, 30 s unless said), cuts the rest. */
  close(drainMs?: number): Promise<void>;
}

const DRAIN_MS = 30_000;

/**
 * The composition root: builds the real world from settings, and listens.
 * @throws GatewayError `invalid-request` for a deployment that cannot work, and Node's error for a port that is taken
 */
export async function startGateway({ settings, sandbox = false }: GatewayOptions): Promise<Gateway> {
  const clock = systemClock;
  const log = createLogger(settings.log.level);
  const deployments = settings.deployments.map(resolveDeployment);
  const transport = createTransport();
  const media = createRemoteMedia(clock);
  const keepAlive = createKeepAlive(clock);
  const routes = createRouteTable(deployments, settings.aliases, systemRandom);
  const identify = identifyByMasterKey(settings.masterKey);
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
    keepAlive,
    userAgent: `couloir/${VERSION}`,
    nameOf: (deployment: Deployment) =>
      deployment.provider === 'cortex' ? 'Snowflake' : new URL(deployment.origin).host,
  };
  const pages = createPages({
    version: VERSION,
    sandbox,
    identify,
    routes,
    catalogueDate: CATALOGUE_DATE,
    isReady: () => !draining,
    probe: createProbe(deployments, transport),
  });
  const server = createDataPlane({
    deps,
    pages,
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
      keepAlive.close();
      await Promise.all([transport.close(), media.close()]);
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
