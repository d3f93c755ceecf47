import { explainSettings } from '../config/explain.ts';
import { homeFolder } from '../config/home.ts';
import { type LoadedSettings, loadSettings } from '../config/load.ts';
import { ConfigError, formatProblem } from '../config/problem.ts';
import { cortexKnowledge } from '../upstream/knowledge.ts';
import type { Console } from './console.ts';
import { CommandError } from './failure.ts';

export interface ConfigFlags {
  config?: string;
  json?: true;
}

/** Says what is wrong with the configuration, what was left out and what has no effect. @throws ConfigError when it cannot be used. */
export function check(flags: ConfigFlags, console: Console): void {
  if (flags.json) return checkJson(flags, console);
  const { settings, notes, source, configFile } = load(flags, console);
  const warnings = notes.filter(({ severity }) => severity === 'warning');
  const ignored = notes.filter(({ severity }) => severity === 'ignored');
  const count = settings.deployments.length;
  const name = configFile ?? 'The environment';
  if (source === 'sandbox')
    console.out(
      `${configFile === undefined ? 'There is no configuration file and' : `${configFile} lists no model, and there is`} no account, so \`couloir serve\` would start the sandbox.`,
    );
  else
    console.out(
      `${name} is good: ${count} ${count === 1 ? 'deployment' : 'deployments'}, ${Object.keys(settings.aliases).length} aliases.`,
    );
  printNotes('Warnings:', warnings, console);
  printNotes('Accepted, without effect:', ignored, console);
}

/** Prints every value that holds, with its origin and without its secrets. */
export function explain(flags: ConfigFlags, console: Console): void {
  const rows = explainSettings(load(flags, console));
  if (flags.json) {
    console.out(JSON.stringify(rows, null, 2));
    return;
  }
  const width = Math.max(...rows.map(({ setting }) => setting.length));
  for (const { setting, value, origin } of rows) console.out(`${setting.padEnd(width)}  ${value}  (${origin})`);
}

function checkJson(flags: ConfigFlags, console: Console): void {
  try {
    const { notes, source } = load(flags, console);
    console.out(JSON.stringify({ ok: true, source, problems: [], notes }, null, 2));
  } catch (cause) {
    if (!(cause instanceof ConfigError)) throw cause;
    console.out(JSON.stringify({ ok: false, problems: cause.problems, notes: [] }, null, 2));
    throw new CommandError('the configuration cannot be used.', 2);
  }
}

function load(flags: ConfigFlags, { env, cwd }: Console): LoadedSettings {
  return loadSettings({
    ...(flags.config === undefined ? {} : { configFile: flags.config }),
    env,
    cwd,
    home: homeFolder(env),
    cortex: cortexKnowledge,
  });
}

function printNotes(title: string, notes: LoadedSettings['notes'], console: Console): void {
  if (notes.length === 0) return;
  console.out(title);
  for (const note of notes) console.out(`  ${formatProblem(note)}`);
}
