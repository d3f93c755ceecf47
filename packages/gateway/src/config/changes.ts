import { settingsText } from './settings-text.ts';
import type { DeploymentSettings, Settings } from './settings.ts';

export interface SettingsChanges {
  /** What holds from now on, in words without secrets: `models added: a, b`. */
  applied: string[];
  /** What the file says and only a restart brings. */
  needsRestart: string[];
}

/** Fixed once the gateway listens. */
const FIXED = ['host', 'port', 'workers'] as const;
const LIVE_SERVER = [
  'drainDelayMs',
  'drainTimeoutMs',
  'headersTimeoutMs',
  'requestTimeoutMs',
  'keepAliveMs',
  'maxConnections',
] as const;
const WHOLE = [
  'aliases',
  'dropParams',
  'retries',
  'timeouts',
  'routing',
  'pacing',
  'limits',
  'disabledMends',
  'log',
] as const;

/** What another reading of the configuration changes. Names of models and settings only: values may be secret. */
export function compareSettings(before: Settings, after: Settings): SettingsChanges {
  const differs = (one: unknown, other: unknown) => settingsText(one) !== settingsText(other);
  const changed = <T extends object>(from: T, to: T, keys: readonly (keyof T & string)[]) =>
    keys.filter((key) => differs([from[key]], [to[key]]));
  const { server: old } = before;
  const { server } = after;
  const switchesTls = (old.tls === undefined) !== (server.tls === undefined);
  const settings = [
    ...changed(old, server, LIVE_SERVER).map((key) => `server.${key}`),
    ...(!switchesTls && differs([old.tls], [server.tls]) ? ['server.tls'] : []),
    ...(before.telemetry.openMetrics === after.telemetry.openMetrics ? [] : ['telemetry.openMetrics']),
    ...changed(before, after, WHOLE),
  ];
  return {
    applied: [
      ...compareModels(modelsOf(before), modelsOf(after)),
      ...(differs([before.masterKey], [after.masterKey]) ? ['master key changed'] : []),
      ...(settings.length === 0 ? [] : [`settings changed: ${settings.join(', ')}`]),
    ],
    needsRestart: [
      ...changed(old, server, FIXED).map((key) => `server.${key}`),
      ...(switchesTls ? ['server.tls'] : []),
      ...(differs([before.telemetry.traces], [after.telemetry.traces]) ? ['telemetry.otlp'] : []),
    ],
  };
}

/** `after` with everything that only a restart changes as it is in `running`. */
export function withFixed<S extends Settings>(running: Settings, after: S): S {
  const { host, port, workers, tls } = running.server;
  const { tls: newTls, ...server } = after.server;
  const certificate = tls === undefined ? undefined : (newTls ?? tls);
  const { traces } = running.telemetry;
  return {
    ...after,
    server: { ...server, host, port, workers, ...(certificate === undefined ? {} : { tls: certificate }) },
    telemetry: { openMetrics: after.telemetry.openMetrics, ...(traces === undefined ? {} : { traces }) },
  };
}

/** The deployments of each public name. */
function modelsOf({ deployments, wildcards }: Settings): Map<string, DeploymentSettings[]> {
  return Map.groupBy([...deployments, ...wildcards], ({ modelName }) => modelName);
}

function compareModels(before: Map<string, DeploymentSettings[]>, after: Map<string, DeploymentSettings[]>): string[] {
  const names = {
    added: [...after.keys()].filter((name) => !before.has(name)),
    removed: [...before.keys()].filter((name) => !after.has(name)),
    changed: [...after].flatMap(([name, deployments]) => {
      const old = before.get(name);
      return old === undefined || settingsText(old) === settingsText(deployments) ? [] : [name];
    }),
  };
  return Object.entries(names).flatMap(([how, which]) =>
    which.length === 0 ? [] : [`models ${how}: ${which.join(', ')}`],
  );
}
