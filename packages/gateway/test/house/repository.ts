// What the checks look at: the tools that node_modules brings, and the files that git knows or would add.
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '../../../..');

export interface ToolRun {
  status: number;
  /** Standard output, then standard error: what a person would have seen. */
  output: string;
  stdout: string;
}

/** Runs a command of an installed package with the Node that runs this test, whatever PATH says. */
export async function runTool(packageName: string, bin: string, args: string[], cwd = ROOT): Promise<ToolRun> {
  const home = join(ROOT, 'node_modules', packageName);
  const { bin: bins } = JSON.parse(await readFile(join(home, 'package.json'), 'utf8')) as {
    bin: string | Record<string, string>;
  };
  const script = typeof bins === 'string' ? bins : bins[bin];
  if (script === undefined) throw new Error(`${packageName} has no command ${bin}`);
  return run(process.execPath, [join(home, script), ...args], cwd);
}

/** Tracked files and new ones that are not ignored, as paths from the root; undefined outside a git checkout. */
export async function listFiles(): Promise<string[] | undefined> {
  const list = [
    '-c',
    'safe.directory=*',
    'ls-files',
    '-z',
    '--cached',
    '--others',
    '--exclude-standard',
    '--deduplicate',
  ];
  const { status, stdout } = await run('git', list, ROOT);
  return status === 0 ? stdout.split('\0').filter((path) => path !== '') : undefined;
}

/** The text of a file of the repository; undefined for one that git still lists but is gone. */
export async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(join(ROOT, path), 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
    throw cause;
  }
}

function run(command: string, args: string[], cwd: string): Promise<ToolRun> {
  const path = [join(ROOT, 'node_modules/.bin'), process.env['PATH']].join(delimiter);
  const options = {
    cwd,
    maxBuffer: 64 * 1024 * 1024,
    env: { ...process.env, PATH: path, NO_COLOR: '1', FORCE_COLOR: '0' },
  };
  return new Promise((done) => {
    execFile(command, args, options, (error, stdout, stderr) => {
      const status = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
      const cause = error !== null && typeof error.code !== 'number' ? error.message : '';
      done({ status, stdout, output: [stdout, stderr, cause].filter((text) => text.trim() !== '').join('\n') });
    });
  });
}
