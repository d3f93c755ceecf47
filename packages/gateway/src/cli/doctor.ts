import { homeFolder } from '../config/home.ts';
import { type LoadedSettings, loadSettings } from '../config/load.ts';
import { ConfigError } from '../config/problem.ts';
import { diagnose, diagnoseProblems, type Diagnosis } from '../doctor/diagnose.ts';
import { writeFinding, writeSpent } from '../doctor/write-report.ts';
import { systemClock } from '../kit/clock.ts';
import { systemRandom } from '../kit/random.ts';
import { suggest } from '../kit/suggest.ts';
import { resolveDeployment } from '../upstream/deployment.ts';
import { cortexKnowledge } from '../upstream/knowledge.ts';
import { createTokenSources } from '../upstream/tokens/source.ts';
import { createTransport, type Transport } from '../upstream/transport.ts';
import { VERSION } from '../version.ts';
import type { Console } from './console.ts';
import { CommandError } from './failure.ts';

export interface DoctorFlags {
  config?: string;
  model?: string;
  json?: true;
}

/**
 * Examines the configuration and everything it leads to, one line for each finding.
 * @throws CommandError with exit code 1 when anything failed, 2 when it is the configuration
 */
export async function doctor(flags: DoctorFlags, console: Console, transport = createTransport()): Promise<void> {
  const diagnosis = await examineAndClose(flags, console, transport);
  if (flags.json) console.out(JSON.stringify(diagnosis, null, 2));
  else console.out(writeSpent(diagnosis.spent));
  if (diagnosis.ok) return;
  const failed = diagnosis.findings.filter(({ status }) => status === 'failed');
  if (failed.some(({ check }) => check === 'config')) throw new CommandError('the configuration cannot be used.', 2);
  throw new CommandError(failed.length === 1 ? '1 check failed.' : `${failed.length} checks failed.`);
}

async function examineAndClose(flags: DoctorFlags, console: Console, transport: Transport): Promise<Diagnosis> {
  try {
    return await examine(flags, console, transport);
  } finally {
    await transport.close();
  }
}

async function examine(flags: DoctorFlags, console: Console, transport: Transport): Promise<Diagnosis> {
  const tell: Parameters<typeof diagnose>[2] = (finding) => {
    if (!flags.json) console.out(writeFinding(finding));
  };
  const home = homeFolder(console.env);
  let loaded: LoadedSettings;
  try {
    loaded = loadSettings({
      ...(flags.config === undefined ? {} : { configFile: flags.config }),
      env: console.env,
      cwd: console.cwd,
      home,
      cortex: cortexKnowledge,
    });
  } catch (cause) {
    if (!(cause instanceof ConfigError)) throw cause;
    const diagnosis = diagnoseProblems(cause.problems);
    for (const finding of diagnosis.findings) tell(finding);
    return diagnosis;
  }
  // What it would warn of in the log of a server are findings here.
  const world = { clock: systemClock, random: systemRandom, transport, warn: () => undefined };
  const tokensFor = createTokenSources(world);
  const chosen = choose(loaded, flags.model).map((deployment) => resolveDeployment(deployment, tokensFor));
  const context = {
    loaded,
    cwd: console.cwd,
    home,
    transport,
    clock: systemClock,
    userAgent: `couloir/${VERSION}`,
    signal: new AbortController().signal,
  };
  return diagnose(context, chosen, tell);
}

/** Those that serve a name or alias; all without one. */
function choose({ settings }: LoadedSettings, name: string | undefined): LoadedSettings['settings']['deployments'] {
  const { deployments, aliases } = settings;
  if (name === undefined) return deployments;
  const model = aliases[name]?.model ?? name;
  const chosen = deployments.filter(({ modelName }) => modelName === model);
  if (chosen.length > 0) return chosen;
  const near = suggest(name, [...deployments.map(({ modelName }) => modelName), ...Object.keys(aliases)]);
  const hint = near === undefined ? '' : ` Did you mean "${near}"?`;
  throw new CommandError(`no model "${name}" is configured.${hint}`, 2);
}
