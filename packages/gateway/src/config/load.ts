import { dirname, join } from 'node:path';
import { GatewayError } from '../errors/error.ts';
import { Secret } from '../kit/secret.ts';
import type { CortexKnowledge } from './cortex-knowledge.ts';
import { DEFAULTS } from './defaults.ts';
import { distinctIds } from './deployment-id.ts';
import { type Draft, originAt } from './draft.ts';
import { DOT_ENV, withDotEnv } from './env.ts';
import { liveAliases, liveFallbacks } from './live-names.ts';
import { findConfigFile, type OnFile, readConfigFile } from './file.ts';
import type { Environment } from './interpolate.ts';
import { readServer, type ServerFlags } from './server.ts';
import { ConnectionFiles } from './snowflake/connection-files.ts';
import { locateIn } from './snowflake/folder.ts';
import type { ConfigNote, Problem } from './problem.ts';
import { ConfigError } from './problem.ts';
import type { Settings } from './settings.ts';
import { readTelemetry } from './telemetry.ts';
import { draftFromEnvironment } from './zero-config.ts';

export interface LoadOptions {
  /** As given with `--config`: relative to `cwd`. */
  configFile?: string;
  flags?: ServerFlags;
  /** The process's environment; a `.env` file beside the configuration is added to it here. */
  env: Environment;
  cwd: string;
  /** Couloir's own folder, where a `couloir.yaml` is looked for last. */
  home: string;
  cortex: CortexKnowledge;
  /** Told of every file that was read or looked for, even when loading fails: to watch them. */
  onFile?: OnFile;
}

export interface LoadedSettings {
  settings: Settings;
  /** What has no effect or was left out. Nothing here stops the start. */
  notes: ConfigNote[];
  /** `sandbox`: no file lists a model and no account was found; `settings` has no deployments. */
  source: 'file' | 'environment' | 'sandbox';
  configFile?: string;
  /** Where each setting comes from, by its path in Settings; what is not named is a default. */
  origins: Record<string, string>;
}

/**
 * Flags over environment over file over defaults, as one immutable Settings.
 *
 * @throws ConfigError with every problem found: bad YAML, wrong values, missing credentials, impossible addresses.
 */
export function loadSettings(options: LoadOptions): LoadedSettings {
  const { cwd, cortex, onFile = () => undefined } = options;
  const file = findConfigFile({ ...options, env: withDotEnv(options.env, cwd) });
  const folder = file === undefined ? cwd : dirname(file);
  onFile(join(folder, DOT_ENV));
  const environment = withDotEnv(options.env, folder);
  const files = new ConnectionFiles(environment);
  const world = { environment, files, locate: locateIn(folder, environment) };
  const draft =
    file === undefined ? draftFromEnvironment(world, cortex) : readConfigFile(file, cwd, world, cortex, onFile);
  draft.notes.push(...files.notes);
  const sandbox = isLeftToSandbox(draft, file);

  const masterKey = readMasterKey(draft, environment);
  const server = readServer(draft, options.flags ?? {}, environment, {
    cwd,
    configFolder: folder,
  });
  checkDeployments(draft, cortex);
  if (!sandbox) requireDeployments(draft);
  const telemetry = readTelemetry(draft, environment);
  if (draft.problems.length > 0) throw new ConfigError(distinct(draft.problems));

  const served = distinctIds(draft.deployments.map((deployment) => deployment.settings));
  const settings: Settings = {
    server: server.server,
    ...(masterKey === undefined ? {} : { masterKey }),
    deployments: served.filter(({ modelName }) => !modelName.includes('*')),
    wildcards: served.filter(({ modelName }) => modelName.includes('*')),
    aliases: liveAliases(draft),
    dropParams: draft.dropParams ?? DEFAULTS.dropParams,
    retries: draft.retries ?? DEFAULTS.retries,
    timeouts: withRoom({ ...DEFAULTS.timeouts, ...draft.timeouts }),
    routing: liveFallbacks(draft, { ...DEFAULTS.routing, ...draft.routing }),
    pacing: { ...DEFAULTS.pacing, ...draft.pacing },
    limits: { ...DEFAULTS.limits, ...draft.limits },
    telemetry,
    disabledMends: draft.disabledMends ?? [],
    log: { level: server.logLevel ?? draft.log?.level ?? DEFAULTS.log.level },
  };
  return {
    settings,
    notes: distinct([...draft.notes, ...draft.incomplete.map(leftOut)]),
    source: sandbox ? 'sandbox' : file === undefined ? 'environment' : 'file',
    ...(file === undefined ? {} : { configFile: file }),
    origins: { ...deploymentOrigins(draft), ...draft.origins },
  };
}

/** By id, as `config explain` asks for them. */
function deploymentOrigins(draft: Draft): Record<string, string> {
  return Object.fromEntries(
    draft.deployments.flatMap(({ settings, place }) =>
      place === undefined ? [] : [[`deployments.${settings.id}`, originAt(place)] as const],
    ),
  );
}

function readMasterKey(draft: Draft, environment: Environment): Secret | undefined {
  const variable = ['COULOIR_MASTER_KEY', 'LITELLM_MASTER_KEY'].find((name) => environment[name]?.trim());
  const key = variable === undefined ? draft.masterKey : new Secret(environment[variable]!.trim());
  if (variable !== undefined) draft.origins['masterKey'] = variable;
  if (key === undefined) {
    if (draft.masterKeyProblem !== undefined) {
      const { message, ...where } = draft.masterKeyProblem;
      draft.problems.push({ ...where, message: `${message} Or set COULOIR_MASTER_KEY.` });
    }
    return undefined;
  }
  const value = key.reveal();
  if (!/^[\x21-\x7e]+$/.test(value)) {
    draft.problems.push({
      path: draft.origins['masterKey'] ?? 'master_key',
      message: 'the master key is empty or has spaces or characters that no HTTP header may carry.',
    });
  } else if (/^sk-1234(567890)?$/.test(value)) {
    draft.notes.push({
      severity: 'warning',
      path: 'master_key',
      message:
        'is the example key of a tutorial, which anybody can guess. Choose another before others can reach this port.',
    });
  }
  return key;
}

function checkDeployments(draft: Draft, cortex: CortexKnowledge): void {
  for (const { settings, place, path } of draft.deployments) {
    const at = { ...(place === undefined ? {} : { place }), path };
    try {
      for (const message of cortex.check(settings)) draft.notes.push({ severity: 'warning', ...at, message });
    } catch (cause) {
      if (!(cause instanceof GatewayError)) throw cause;
      draft.problems.push({ ...(place === undefined ? {} : { place }), path, message: cause.publicMessage });
    }
  }
}

function isLeftToSandbox({ deployments, incomplete, modelsFromEnvironment }: Draft, file: string | undefined): boolean {
  return deployments.length + incomplete.length === 0 && (file === undefined || modelsFromEnvironment === true);
}

/** One that works is enough to start; with none, what each of them lacks is the error. */
function requireDeployments(draft: Draft): void {
  if (draft.deployments.length > 0) return;
  if (draft.incomplete.length > 0) draft.problems.push(...draft.incomplete);
  else if (draft.problems.length === 0) {
    draft.problems.push({
      path: '',
      message: 'No model is listed, so there is nothing to serve. Add one, or start without a configuration file.',
    });
  }
}

function leftOut({ modelName, message, ...where }: Draft['incomplete'][number]): ConfigNote {
  const subject = message.startsWith('the environment') ? '' : 'it ';
  return { ...where, severity: 'warning', message: `the model "${modelName}" is left out: ${subject}${message}` };
}

/** An answer may take as long as its longest silence. */
function withRoom(timeouts: Settings['timeouts']): Settings['timeouts'] {
  return { ...timeouts, totalMs: Math.max(timeouts.totalMs, timeouts.firstByteMs, timeouts.idleMs) };
}

function distinct<T extends Problem>(problems: readonly T[]): T[] {
  const seen = new Set<string>();
  return problems.filter((problem) => {
    const key = JSON.stringify([problem.place, problem.message]);
    return !seen.has(key) && seen.add(key);
  });
}
