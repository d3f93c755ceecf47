import { createProbe } from './upstream/probe.ts';
import type { Settings } from './config/settings.ts';
import type { ExchangeDeps } from './exchange/deps.ts';
import { createPages } from './http/pages/index.ts';
import type { PageHandler } from './http/pages/page.ts';
import type { PageName } from './http/surface.ts';
import type { Secret } from './kit/secret.ts';
import { type Identify, identifyByMasterKey } from './policy/identify.ts';
import type { Pacer } from './policy/pacing/pacer.ts';
import type { Readiness } from './policy/readiness.ts';
import { createRouteTable, type RouteTable } from './policy/route.ts';
import { createRouter } from './policy/routing/router.ts';
import type { MetricFamily } from './telemetry/metrics/registry.ts';
import { CATALOGUE_DATE } from './upstream/catalogue.ts';
import { type Deployment, resolveDeployment } from './upstream/deployment.ts';
import { NOTHING_LIVE, tellLive } from './upstream/live-catalogue.ts';
import { watchLiveModels } from './upstream/live-watch.ts';
import type { TokenSources } from './upstream/tokens/source.ts';
import { VERSION } from './version.ts';

/** Settings that a gateway can run with. */
export type RunnableSettings = Settings & { masterKey: Secret };

/** What outlives a change of settings: everything that has a memory, a socket or a file. */
export interface World extends Omit<ExchangeDeps, 'settings' | 'identify' | 'routes' | 'router' | 'nameOf' | 'pacer'> {
  /** Used where the settings want it. */
  pacer: Pacer;
  readMetrics: () => MetricFamily[] | Promise<MetricFamily[]>;
  tokensFor: TokenSources;
  sandbox: boolean;
  /** Whether to send requests here, as long as these deployments are what can be asked. */
  readiness: (deployments: readonly Deployment[]) => Readiness;
}

/** Everything that follows from one reading of the settings. Exchanges keep the one they began with. */
export interface Generation {
  settings: RunnableSettings;
  deps: ExchangeDeps;
  pages: Record<PageName, PageHandler>;
  identify: Identify;
  routes: RouteTable;
  deployments: Deployment[];
  /** Ends what goes on in the background for it. */
  retire(): void;
}

/** @throws GatewayError `invalid-request` for a deployment that cannot work */
export function openGeneration(settings: RunnableSettings, world: World): Generation {
  const { tokensFor, sandbox, readiness, readMetrics, pacer, ...lasting } = world;
  const resolve = (deployment: Settings['deployments'][number]) => resolveDeployment(deployment, tokensFor);
  const deployments = settings.deployments.map(resolve);
  const { wildcards, aliases } = settings;
  const patterns = wildcards.map(resolve);
  const tableWith = (live: typeof NOTHING_LIVE) => createRouteTable({ deployments, wildcards, aliases, resolve, live });
  let table = tableWith(NOTHING_LIVE);
  const routes: RouteTable = { find: (model) => table.find(model), listed: () => table.listed() };
  const identify = identifyByMasterKey(settings.masterKey);
  const { clock, log, random, traffic, cooldowns, transport } = world;
  const deps: ExchangeDeps = {
    ...lasting,
    ...(settings.pacing.enabled ? { pacer } : {}),
    settings,
    identify,
    routes,
    router: createRouter({
      settings: settings.routing,
      traffic,
      ...(world.pacer === undefined ? {} : { pacer: world.pacer }),
      cooldowns,
      random,
      now: () => clock.now(),
    }),
    nameOf: ({ provider, origin }) => (provider === 'cortex' ? 'Snowflake' : new URL(origin).host),
  };
  const retire = watchLiveModels({
    deployments,
    transport,
    clock,
    userAgent: world.userAgent,
    warn: (message) => log.warn({ event: 'live-models' }, message),
    onChange(live) {
      table = tableWith(live);
      const { deployments: added, unlisted } = live;
      const facts = { event: 'live-models', added: added.length, unlisted: unlisted.size };
      if (added.length + unlisted.size > 0) log.info(facts, tellLive(live));
    },
  });
  const probe = createProbe(deployments, transport);
  const pages = createPages({
    version: VERSION,
    sandbox,
    deps,
    catalogueDate: CATALOGUE_DATE,
    readiness: () => readiness([...deployments, ...patterns]),
    probe,
    readMetrics,
    openMetrics: settings.telemetry.openMetrics,
  });
  return { settings, deps, pages, identify, routes, deployments, retire };
}
