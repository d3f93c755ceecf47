import type { LoadedSettings } from './load.ts';
import type { DeploymentSettings } from './settings.ts';

/** One setting as `couloir config explain` shows it. Secrets are redacted. */
export interface Explained {
  setting: string;
  value: string;
  /** `--port`, `SNOWFLAKE_ACCOUNT`, `config.yaml:5:9` or `default`. */
  origin: string;
}

/** Every value that holds, with the place it comes from. */
export function explainSettings({ settings, origins, source, configFile }: LoadedSettings): Explained[] {
  const originOf = (setting: string): string => origins[setting] ?? 'default';
  const row = (setting: string, value: unknown): Explained => ({
    setting,
    value: show(value),
    origin: originOf(setting),
  });
  const section = (name: string, values: object): Explained[] =>
    Object.entries(values).map(([key, value]) => row(`${name}.${key}`, value));
  const { server, timeouts } = settings;
  const whence = configFile ?? origins['deployments'] ?? source;
  return [
    row('server.host', server.host),
    row('server.port', server.port),
    row('server.tls', server.tls ?? 'off'),
    row('server.drainDelayMs', server.drainDelayMs),
    row('server.drainTimeoutMs', server.drainTimeoutMs),
    row('server.workers', server.workers),
    row('server.headersTimeoutMs', server.headersTimeoutMs),
    row('server.requestTimeoutMs', server.requestTimeoutMs),
    row('server.keepAliveMs', server.keepAliveMs),
    row('server.maxConnections', server.maxConnections),
    settings.masterKey === undefined
      ? { setting: 'masterKey', value: 'generated, kept in the home folder', origin: 'default' }
      : row('masterKey', settings.masterKey),
    row('dropParams', settings.dropParams),
    row('retries', settings.retries),
    ...section('timeouts', timeouts),
    ...section('routing', settings.routing),
    ...section('pacing', settings.pacing),
    ...section('limits', settings.limits),
    row('telemetry.openMetrics', settings.telemetry.openMetrics),
    row('telemetry.traces', settings.telemetry.traces?.url ?? 'off'),
    row('disabledMends', settings.disabledMends),
    row('log.level', settings.log.level),
    ...[...settings.deployments, ...settings.wildcards].map((deployment) => ({
      setting: `deployments.${deployment.modelName}`,
      value: show(describe(deployment)),
      origin: origins[`deployments.${deployment.id}`] ?? whence,
    })),
    ...Object.entries(settings.aliases).map(([name, { model, hidden }]) => ({
      setting: `aliases.${name}`,
      value: hidden ? `${model} (not listed)` : model,
      origin: origins[`aliases.${name}`] ?? whence,
    })),
  ];
}

/** Headers and preset fields are shown by name: operators put keys there too. */
function describe(deployment: DeploymentSettings): Record<string, unknown> {
  const { id, provider, model, base, credential, weight, order, promptCaching, defaults, extraHeaders } = deployment;
  return {
    id,
    provider,
    model,
    ...('apiBase' in base ? { apiBase: redactUrl(base.apiBase) } : base),
    credential: credential.kind,
    ...(deployment.role === undefined ? {} : { role: deployment.role }),
    ...(deployment.warehouse === undefined ? {} : { warehouse: deployment.warehouse }),
    weight,
    order,
    ...(deployment.rpm === undefined ? {} : { rpm: deployment.rpm }),
    ...(deployment.tpm === undefined ? {} : { tpm: deployment.tpm }),
    ...(deployment.maxParallel === undefined ? {} : { maxParallel: deployment.maxParallel }),
    ...(deployment.tags.length === 0 ? {} : { tags: deployment.tags }),
    promptCaching,
    ...(deployment.cortexApi === undefined ? {} : { cortexApi: deployment.cortexApi }),
    ...(deployment.timeouts === undefined ? {} : { timeouts: deployment.timeouts }),
    ...(deployment.retries === undefined ? {} : { retries: deployment.retries }),
    ...(deployment.price === undefined ? {} : { price: deployment.price }),
    ...(Object.keys(defaults).length === 0 ? {} : { defaults: Object.keys(defaults) }),
    ...(Object.keys(extraHeaders).length === 0 ? {} : { headers: Object.keys(extraHeaders) }),
  };
}

/** A query may carry a key. */
function redactUrl(url: string): string {
  return url.replace(/\?.*$/, '?[secret]');
}

function show(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
