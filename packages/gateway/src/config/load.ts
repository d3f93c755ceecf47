import { dirname } from 'node:path';
import { GatewayError } from '../errors/error.ts';
import { Secret } from '../kit/secret.ts';
import { suggest } from '../kit/suggest.ts';
import type { CortexKnowledge } from './cortex-knowledge.ts';
import { DEFAULTS } from './defaults.ts';
import { distinctIds } from './deployment-id.ts';
import { type Draft, originAt } from './draft.ts';
import { withDotEnv } from './env.ts';
import { findConfigFile, readConfigFile } from './file.ts';
import type { Environment } from './interpolate.ts';
import { readServer, type ServerFlags } from './server.ts';
import { ConnectionFiles } from './snowflake/connection-files.ts';
import { locateIn } from './snowflake/folder.ts';
import type { ConfigNote, Problem } from './problem.ts';
import { ConfigError } from './problem.ts';
import type { Settings } from './settings.ts';
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
}

export interface LoadedSettings {
  settings: Settings;
  /** What has no effect or was left out. Nothing here stops the start. */
  notes: ConfigNote[];
  /** `sandbox`: neither a file nor an account was found, and `settings` has no deployments. */
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
  const { cwd, cortex } = options;
  const file = findConfigFile({ ...options, env: withDotEnv(options.env, cwd) });
  const environment = withDotEnv(options.env, file === undefined ? cwd : dirname(file));
  const files = new ConnectionFiles(environment);
  const world = { environment, files, locate: locateIn(file === undefined ? cwd : dirname(file), environment) };
  const draft = file === undefined ? draftFromEnvironment(world, cortex) : readConfigFile(file, cwd, world, cortex);
  draft.notes.push(...files.notes);
  const sandbox = file === undefined && draft.deployments.length === 0 && draft.incomplete.length === 0;

  const masterKey = readMasterKey(draft, environment);
  const server = readServer(draft, options.flags ?? {}, environment, {
    cwd,
    configFolder: file === undefined ? cwd : dirname(file),
  });
  checkDeployments(draft, cortex);
  if (!sandbox) requireDeployments(draft);
  if (draft.problems.length > 0) throw new ConfigError(distinct(draft.problems));

  const settings: Settings = {
    server: server.server,
    ...(masterKey === undefined ? {} : { masterKey }),
    deployments: distinctIds(draft.deployments.map((deployment) => deployment.settings)),
    aliases: liveAliases(draft),
    dropParams: draft.dropParams ?? DEFAULTS.dropParams,
    retries: draft.retries ?? DEFAULTS.retries,
    timeouts: withRoom({ ...DEFAULTS.timeouts, ...draft.timeouts }),
    disabledMends: draft.disabledMends ?? [],
    log: { level: server.logLevel ?? draft.log?.level ?? DEFAULTS.log.level },
  };
  return {
    settings,
    notes: distinct([...draft.notes, ...draft.incomplete.map(leftOut)]),
    source: file !== undefined ? 'file' : sandbox ? 'sandbox' : 'environment',
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
    if ('apiBase' in settings.base && /\/inference:complete\/?$/.test(settings.base.apiBase)) {
      draft.notes.push({
        severity: 'ignored',
        ...(place === undefined ? {} : { place }),
        path,
        message: "names Cortex's legacy API; requests go to Messages or Chat Completions of the same account instead.",
      });
    }
    try {
      for (const message of cortex.check(settings)) draft.notes.push({ severity: 'warning', ...at, message });
    } catch (cause) {
      if (!(cause instanceof GatewayError)) throw cause;
      draft.problems.push({ ...(place === undefined ? {} : { place }), path, message: cause.publicMessage });
    }
  }
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

/** Aliases of models that are served; the others are told and dropped. */
function liveAliases(draft: Draft): Settings['aliases'] {
  const served = new Set(draft.deployments.map(({ settings }) => settings.modelName));
  const live = Object.entries(draft.aliases).filter(([name, { model }]) => {
    if (served.has(model)) return true;
    const near = suggest(model, served);
    draft.notes.push({
      severity: 'warning',
      path: `aliases.${name}`,
      message: `points to "${model}", which is not served${near === undefined ? '' : ` (did you mean "${near}"?)`}. The alias is left out.`,
    });
    return false;
  });
  return Object.fromEntries(live);
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
