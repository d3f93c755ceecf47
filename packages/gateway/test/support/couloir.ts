import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';

const PROGRAM = path.resolve(import.meta.dirname, '../../dist/couloir.js');

/** The built program, running as users run it. */
export interface RunningCouloir {
  url: string;
  key: string;
  /** Its working folder; what `config` said is in `config.yaml` there. */
  folder: string;
  /** Everything it wrote, for assertions on logs. */
  output(): string;
  /** Log lines of finished exchanges, newest last. */
  exchanges(): Record<string, unknown>[];
  /** The log line of the exchange a response belongs to, once it is written. */
  exchangeOf(headers: IncomingHttpHeaders): Promise<Record<string, unknown>>;
  process: ChildProcess;
  stop(): Promise<number | null>;
}

interface CouloirOptions {
  /** The text of a config file. Without it the environment decides. */
  config?: string;
  env?: Record<string, string>;
  args?: string[];
}

/** Starts `couloir serve` on a free port with a home folder and an environment of its own, and waits until it answers. */
export async function startCouloir(options: CouloirOptions = {}): Promise<RunningCouloir> {
  const home = mkdtempSync(path.join(tmpdir(), 'couloir-test-'));
  const configArgs: string[] = [];
  if (options.config !== undefined) {
    writeFileSync(path.join(home, 'config.yaml'), options.config);
    configArgs.push('--config', path.join(home, 'config.yaml'));
  }
  const child = spawn(
    process.execPath,
    [PROGRAM, 'serve', '--port', '0', '--json', ...configArgs, ...(options.args ?? [])],
    {
      cwd: home,
      env: {
        PATH: process.env.PATH,
        HOME: home,
        COULOIR_HOME: path.join(home, 'home'),
        COULOIR_MASTER_KEY: 'sk-test',
        ...options.env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let output = '';
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const started = new Promise<{ url: string; key?: string }>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      output += `${line}\n`;
      if (line.startsWith('{')) resolve(JSON.parse(line) as { url: string; key?: string });
    });
    void exited.then((code) => reject(new Error(`couloir serve ended with ${code} before it answered:\n${output}`)));
  });
  const { url, key } = await started;
  const exchanges = () =>
    output
      .split('\n')
      .filter((line) => line.includes('"event":"exchange"'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  return {
    url,
    folder: home,
    exchanges,
    exchangeOf: (headers) =>
      eventually(() => exchanges().find(({ requestId }) => requestId === headers['x-couloir-request-id'])),
    key: key ?? options.env?.COULOIR_MASTER_KEY ?? 'sk-test',
    output: () => output,
    process: child,
    async stop() {
      child.kill('SIGTERM');
      const code = await exited;
      rmSync(home, { recursive: true, force: true });
      return code;
    },
  };
}

/** Environment that points the zero-config gateway at a sandbox. */
export function sandboxAccount(sandboxUrl: string): Record<string, string> {
  return { SNOWFLAKE_API_BASE: sandboxUrl, SNOWFLAKE_PAT: 'sandbox-test' };
}

/** Waits until `check` says something, looking often; for states of another process that announce themselves to nobody. */
export async function eventually<T>(check: () => T | undefined | false, withinMs = 5_000): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const value = check();
    if (value !== undefined && value !== false) return value;
    if (performance.now() > deadline) throw new Error(`not so within ${withinMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
