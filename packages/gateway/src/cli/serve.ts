import { readFileSync } from 'node:fs';
import path from 'node:path';
import { catalogueDeployments } from '../config/catalogue-deployments.ts';
import { homeFolder, readOrCreateMasterKey } from '../config/home.ts';
import { type LoadedSettings, loadSettings } from '../config/load.ts';
import { formatProblem } from '../config/problem.ts';
import type { ServerFlags } from '../config/server.ts';
import type { Settings } from '../config/settings.ts';
import { startGateway } from '../gateway.ts';
import { systemRandom } from '../kit/random.ts';
import { Secret } from '../kit/secret.ts';
import { createCortexSandbox } from '../sandbox/index.ts';
import { cortexKnowledge } from '../upstream/knowledge.ts';
import { type BannerFacts, type KeyFacts, writeBanner } from './banner.ts';
import type { Console } from './console.ts';
import { CommandError } from './failure.ts';
import { closeOnSignal } from './signals.ts';

export interface ServeFlags {
  config?: string;
  host?: string;
  port?: number;
  tlsKey?: string;
  tlsCert?: string;
  ssl_keyfile_path?: string;
  ssl_certfile_path?: string;
  logLevel?: Settings['log']['level'];
  debug?: true;
  detailed_debug?: true;
  json?: true;
}

/** Sandbox tokens are no secret: the simulated Snowflake takes any that begins so. */
const SANDBOX_TOKEN = new Secret('sandbox-couloir');

/** Starts the gateway, with a sandbox beside it when nothing names an account, and stays until a signal. */
export async function serve(flags: ServeFlags, console: Console): Promise<void> {
  const home = homeFolder(console.env);
  const loaded = loadSettings({
    ...(flags.config === undefined ? {} : { configFile: flags.config }),
    flags: serverFlags(flags),
    env: console.env,
    cwd: console.cwd,
    home,
    cortex: cortexKnowledge,
  });
  tellNotes(loaded, console);
  checkTlsFiles(loaded.settings);
  const { masterKey, facts } = masterKeyOf(loaded, home);

  const sandbox = loaded.source === 'sandbox' ? await createCortexSandbox({ port: 0 }) : undefined;
  const settings = {
    ...(sandbox === undefined ? loaded.settings : withSandbox(loaded.settings, sandbox.url)),
    masterKey,
  };
  const gateway = await startGateway({
    settings,
    sandbox: sandbox !== undefined,
    databaseFile: path.join(home, 'couloir.db'),
  }).catch(async (cause: unknown) => {
    await sandbox?.close();
    throw cause;
  });
  const banner: BannerFacts = {
    url: gateway.url,
    ...(sandbox === undefined ? {} : { sandboxUrl: sandbox.url }),
    key: facts,
    models: settings.deployments.map(({ modelName }) => modelName),
    aliases: settings.aliases,
  };
  if (flags.json) console.out(JSON.stringify(startedJson(banner)));
  else console.out(writeBanner(banner));

  closeOnSignal(async () => {
    await gateway.close();
    await sandbox?.close();
  }, console);
}

function serverFlags(flags: ServeFlags): ServerFlags {
  const tlsKey = flags.tlsKey ?? flags.ssl_keyfile_path;
  const tlsCert = flags.tlsCert ?? flags.ssl_certfile_path;
  const logLevel = flags.logLevel ?? (flags.detailed_debug ? 'trace' : flags.debug ? 'debug' : undefined);
  return {
    ...(flags.host === undefined ? {} : { host: flags.host }),
    ...(flags.port === undefined ? {} : { port: flags.port }),
    ...(tlsKey === undefined ? {} : { tlsKey }),
    ...(tlsCert === undefined ? {} : { tlsCert }),
    ...(logLevel === undefined ? {} : { logLevel }),
  };
}

/** Warnings are told; what merely has no effect is counted, and `config check` lists it. */
function tellNotes({ notes, configFile }: LoadedSettings, console: Console): void {
  for (const note of notes.filter(({ severity }) => severity === 'warning'))
    console.err(`warning: ${formatProblem(note)}`);
  const ignored = notes.filter(({ severity }) => severity === 'ignored').length;
  if (ignored === 0 || configFile === undefined) return;
  console.err(
    `${ignored} ${ignored === 1 ? 'setting has' : 'settings have'} no effect here; \`couloir config check ${configFile}\` lists them.`,
  );
}

function checkTlsFiles({ server: { tls } }: Settings): void {
  for (const file of tls === undefined ? [] : [tls.keyFile, tls.certFile]) {
    try {
      readFileSync(file);
    } catch (cause) {
      throw new CommandError(`the TLS file ${file} cannot be read (${(cause as NodeJS.ErrnoException).code}).`, 2);
    }
  }
}

function masterKeyOf({ settings, origins }: LoadedSettings, home: string): { masterKey: Secret; facts: KeyFacts } {
  if (settings.masterKey !== undefined) {
    const origin = origins['masterKey'] ?? 'the configuration';
    return { masterKey: settings.masterKey, facts: { kind: 'given', origin } };
  }
  const { key, file, created } = readOrCreateMasterKey(home, systemRandom);
  return { masterKey: key, facts: created ? { kind: 'generated', file, value: key.reveal() } : { kind: 'kept', file } };
}

function withSandbox(settings: Settings, url: string): Settings {
  const credential = { kind: 'snowflake-token', token: SANDBOX_TOKEN } as const;
  return { ...settings, ...catalogueDeployments({ base: { apiBase: url }, credential }, cortexKnowledge) };
}

function startedJson({ url, sandboxUrl, key, models, aliases }: BannerFacts): Record<string, unknown> {
  return {
    url,
    sandbox: sandboxUrl ?? null,
    ...(key.kind === 'generated' ? { key: key.value } : {}),
    keyFrom: key.kind === 'given' ? key.origin : key.file,
    models,
    aliases: Object.keys(aliases).filter((name) => !aliases[name]!.hidden),
  };
}
