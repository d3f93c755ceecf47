import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { readScenario } from '../config/scenario.ts';
import { createCortexSandbox, type SandboxOptions, SWITCHES, type Switches } from '../sandbox/index.ts';
import { readAssignments } from './assignments.ts';
import type { Console } from './console.ts';
import { CommandError } from './failure.ts';
import { type AccountFlags, readAccountFlags } from './sandbox-account.ts';
import { type CredentialFlags, readCredentialFlags } from './sandbox-credentials.ts';
import { readMemoryFlags } from './sandbox-memory.ts';
import { type RecordingFlags, startRecordings } from './sandbox-recordings.ts';
import { closeOnSignal } from './signals.ts';

export interface SandboxFlags extends AccountFlags, CredentialFlags, RecordingFlags {
  seed?: string;
  scenario?: string;
  /** `name=value` each. */
  switch: string[];
  /** `name=value` each. */
  remember: string[];
  json?: true;
}

/** Starts the simulated Snowflake alone, or what records or replays a real one, and stays until a signal. */
export async function sandbox(flags: SandboxFlags, console: Console): Promise<void> {
  const recordings = await startRecordings(flags, console);
  if (recordings !== undefined) {
    const { server } = recordings;
    console.out(flags.json ? JSON.stringify({ url: server.url }) : recordings.greeting);
    return closeOnSignal(() => server.close(), console);
  }
  const scenario = flags.scenario === undefined ? undefined : readScenarioFile(resolve(console.cwd, flags.scenario));
  const running = await createCortexSandbox({
    host: flags.host,
    port: flags.port,
    ...(flags.seed === undefined ? {} : { seed: flags.seed }),
    ...(scenario === undefined ? {} : { scenario }),
    switches: readSwitches(flags.switch),
    ...readAccountFlags(flags),
    remember: readMemoryFlags(flags.remember),
    credentials: readCredentialFlags(flags, console.cwd),
    log: (line) => console.err(line),
  });
  if (flags.json) console.out(JSON.stringify({ url: running.url }));
  else console.out(greeting(running.url));
  closeOnSignal(() => running.close(), console);
}

/** `toolIndexZero=false`, `ttl1h=accept`. @throws CommandError for a name or value that no switch has. */
export function readSwitches(pairs: readonly string[]): Partial<Switches> {
  return readAssignments<Switches>(pairs, SWITCHES, 'the sandbox has no switch', (name, text) => {
    const readings: readonly Switches[keyof Switches][] = SWITCHES[name];
    const reading = readings.find((each) => String(each) === text);
    if (reading !== undefined) return reading;
    throw new CommandError(
      `the switch "${name}" takes ${readings.join(' or ')}, like ${name}=${String(readings[0])}.`,
      2,
    );
  });
}

function readScenarioFile(file: string): NonNullable<SandboxOptions['scenario']> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new CommandError(`the scenario ${file} cannot be read (${(cause as NodeJS.ErrnoException).code}).`, 2);
  }
  return readScenario(file, text);
}

function greeting(url: string): string {
  return [
    `Couloir SANDBOX: a simulated Snowflake Cortex at ${url}. Nothing leaves this machine.`,
    '',
    '  Serve it:  SNOWFLAKE_API_BASE=' + url + ' SNOWFLAKE_PAT=sandbox-me couloir serve',
    '  Ask it:',
    `    curl -sS ${url}/api/v2/cortex/v1/chat/completions \\`,
    '      -H "Authorization: Bearer sandbox-me" -H "Content-Type: application/json" \\',
    `      -d '{"model":"claude-sonnet-4-6","messages":[{"role":"user","content":"sandbox> say Hello"}]}'`,
  ].join('\n');
}
