/** A configuration in a folder of its own, and `couloir doctor` looking at it. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runCommandLine } from '../../src/cli/program.ts';
import type { Diagnosis, ReportedFinding } from '../../src/doctor/diagnose.ts';

export const TOKEN = 'sandbox-doctor-secret';

export interface Examination {
  code: number;
  out: string;
  err: string;
  diagnosis: Diagnosis;
  /** What is neither good nor left alone because of something else. */
  faults: ReportedFinding[];
}

interface Patient {
  /** Where Snowflake is. */
  url: string;
  env?: Record<string, string>;
  words?: string[];
  /** The text and the mode of couloir.yaml; two models unless said, no file when undefined. */
  config?: string | undefined;
  mode?: number;
}

export const TWO_MODELS = `
accounts:
  main: { host: '\${SNOWFLAKE_HOST}', token: '\${SNOWFLAKE_PAT}' }
models:
  - name: claude-sonnet-4-6
  - name: small
    model: llama3.1-8b
`;

/** Port 0 is free on every machine. */
export async function examine({ env = {}, words = [], mode = 0o644, ...patient }: Patient): Promise<Examination> {
  const config = 'config' in patient ? patient.config : TWO_MODELS;
  const folder = mkdtempSync(path.join(tmpdir(), 'couloir-doctor-'));
  const file = path.join(folder, 'couloir.yaml');
  if (config !== undefined) {
    writeFileSync(file, config);
    chmodSync(file, mode);
  }
  const environment = { SNOWFLAKE_HOST: patient.url, SNOWFLAKE_PAT: TOKEN, COULOIR_PORT: '0', HOME: folder, ...env };
  try {
    const json = await run(['doctor', '--json', ...words], environment, folder);
    const diagnosis = JSON.parse(json.out) as Diagnosis;
    const faults = diagnosis.findings.filter(({ status }) => status === 'failed' || status === 'warning');
    return { ...json, diagnosis, faults };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** One command in this process. */
export async function run(
  words: string[],
  env: Record<string, string>,
  cwd: string,
): Promise<{ code: number; out: string; err: string }> {
  const out: string[] = [];
  const err: string[] = [];
  const code = await runCommandLine(words, {
    env: { COULOIR_HOME: path.join(cwd, 'home'), ...env },
    cwd,
    out: (line) => out.push(line),
    err: (line) => err.push(line),
  });
  return { code, out: out.join('\n'), err: err.join('\n') };
}
