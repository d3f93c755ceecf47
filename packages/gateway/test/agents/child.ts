// Runs programs the way a user would: with an own home, a clean environment and no terminal.
import { execFile } from 'node:child_process';
import { delimiter, join, resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '../../../..');

export interface ChildResult {
  exitCode: number;
  stdout: string;
  stderr: string;
}

export interface ChildOptions {
  cwd: string;
  home: string;
  env?: Record<string, string>;
  /** Said to it before its input ends. */
  input?: string;
  timeoutMs?: number;
}

export interface RunningChild {
  /** Resolves also when the program fails: its exit code and words are the caller's to judge. */
  ended: Promise<ChildResult>;
  /** What Ctrl-C does. */
  interrupt(): void;
}

/** Variables of this process that a child may see. Git's own must not leak: under a hook they name another repository. */
const INHERITED = [
  'LANG',
  'TERM',
  'TMPDIR',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'NODE_EXTRA_CA_CERTS',
  'SystemRoot',
];

export function childEnvironment(home: string, extra: Record<string, string> = {}): Record<string, string> {
  const inherited = INHERITED.flatMap((name) => {
    const value = process.env[name] ?? process.env[name.toLowerCase()];
    return value === undefined ? [] : [[name, value] as const];
  });
  const path = [join(ROOT, 'node_modules/.bin'), process.env['PATH']].join(delimiter);
  return { ...Object.fromEntries(inherited), HOME: home, USERPROFILE: home, PATH: path, CI: '1', ...extra };
}

export function runChild(command: string, args: string[], options: ChildOptions): Promise<ChildResult> {
  return startChild(command, args, options).ended;
}

export function startChild(command: string, args: string[], options: ChildOptions): RunningChild {
  const { promise: ended, resolve: end } = Promise.withResolvers<ChildResult>();
  const child = execFile(
    command,
    args,
    {
      cwd: options.cwd,
      env: childEnvironment(options.home, options.env),
      timeout: options.timeoutMs ?? 60_000,
      maxBuffer: 64 * 1024 * 1024,
    },
    (error, stdout, stderr) => {
      const exitCode = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      end({ exitCode, stdout, stderr: exitCode === -1 ? `${stderr}\n${error?.message}` : stderr });
    },
  );
  child.stdin?.end(options.input);
  return { ended, interrupt: () => void child.kill('SIGINT') };
}
