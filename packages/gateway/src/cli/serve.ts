import path from 'node:path';
import type { LoadedSettings } from '../config/load.ts';
import { formatProblem } from '../config/problem.ts';
import { findOpenFiles } from '../doctor/open-files.ts';
import type { Gateway, GatewayOptions } from '../gateway.ts';
import { createLogger } from '../telemetry/log.ts';
import { type BannerFacts, writeBanner } from './banner.ts';
import type { Console } from './console.ts';
import { endOnCrash } from './crash.ts';
import { reloadOnChange } from './reload.ts';
import type { ServeFlags } from './serve-flags.ts';
import { createSettingsSource, runnable } from './settings-source.ts';
import { closeOnSignal, reloadOnSignal } from './signals.ts';

/** Starts the gateway, with a sandbox beside it when nothing names an account, and stays until a signal. */
export async function serve(flags: ServeFlags, console: Console): Promise<void> {
  const source = createSettingsSource(flags, console);
  const reading = source.read();
  const { loaded, key } = reading;
  tellNotes(loaded, console);
  tellOpenFiles(loaded, source.home, console);

  const sandbox = loaded.source === 'sandbox' ? await startSandbox() : undefined;
  const settings = runnable(reading, sandbox?.url);
  const log = createLogger(settings.log.level);
  const gateway = await start({
    settings,
    log,
    sandbox: sandbox !== undefined,
    databaseFile: path.join(source.home, 'couloir.db'),
  }).catch(async (cause: unknown) => {
    await sandbox?.close();
    throw cause;
  });
  const reloading = reloadOnChange({ source, gateway, settings, sandboxUrl: sandbox?.url, log, console });
  const close = async () => {
    reloading.stop();
    await gateway.close();
    await sandbox?.close();
  };
  closeOnSignal(close, console);
  reloadOnSignal(() => reloading.now());
  endOnCrash({ close, log, failed: gateway.failed });

  const banner: BannerFacts = {
    url: gateway.url,
    ...(sandbox === undefined ? {} : { sandboxUrl: sandbox.url }),
    key,
    models: settings.deployments.map(({ modelName }) => modelName),
    aliases: settings.aliases,
  };
  if (flags.json) console.out(JSON.stringify(startedJson(banner)));
  else console.out(writeBanner(banner));
}

async function startSandbox() {
  const { createCortexSandbox } = await import('../sandbox/index.ts');
  return createCortexSandbox({ port: 0 });
}

/** One process, or several that look like one. */
async function start(options: GatewayOptions): Promise<Gateway> {
  if (options.settings.server.workers === 1) {
    const { startGateway } = await import('../gateway.ts');
    return startGateway(options);
  }
  const { startWorkers } = await import('../workers/primary.ts');
  return startWorkers(options);
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

/** Those that no note speaks of yet. */
function tellOpenFiles(loaded: LoadedSettings, home: string, console: Console): void {
  for (const { file, what } of findOpenFiles({ loaded, home, cwd: console.cwd })) {
    if (loaded.notes.some(({ message }) => message.includes(file))) continue;
    console.err(`warning: other users of this machine can read ${what}. Run: chmod 600 ${file}`);
  }
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
