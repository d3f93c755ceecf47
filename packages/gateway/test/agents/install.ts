import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { runChild } from './child.ts';

/**
 * Installs a package of an agent from npm into a cache of its own (`$XDG_CACHE_HOME/couloir-agents`), so that
 * it is no dependency of the project, and returns the folder it is in. Install scripts stay off: where one
 * only copies a binary into place, install the package that holds the binary.
 */
async function installPackage(packageName: string, version: string): Promise<string> {
  const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'couloir-agents');
  const folder = join(cache, `${packageName.replaceAll(/[^a-z0-9]+/g, '-')}-${version}`);
  if ((await readManifest(folder))?.['installed'] !== true) {
    await mkdir(folder, { recursive: true });
    const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', '--prefix', folder];
    const result = await runChild('npm', [...args, `${packageName}@${version}`], {
      cwd: folder,
      home: homedir(),
      timeoutMs: 240_000,
    });
    if (result.exitCode !== 0) throw new Error(`npm cannot install ${packageName}@${version}:\n${result.stderr}`);
    await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, installed: true }));
  }
  return join(folder, 'node_modules', packageName);
}

/** The script that a command of a package runs. */
export async function installAgent(packageName: string, version: string, command: string): Promise<string> {
  const home = await installPackage(packageName, version);
  const bin = (await readManifest(home))?.['bin'];
  const script = typeof bin === 'object' && bin !== null ? (bin as Record<string, unknown>)[command] : bin;
  if (typeof script !== 'string') throw new Error(`${packageName}@${version} has no command ${command}`);
  return join(home, script);
}

/** The binary at `path` of the package for this machine, `name-linux-x64` and its like. */
export async function installBinary(name: string, version: string, path: string, variant = ''): Promise<string> {
  const home = await installPackage(`${name}-${process.platform}-${process.arch}${variant}`, version);
  const binary = join(home, path);
  await chmod(binary, 0o755);
  return binary;
}

async function readManifest(folder: string): Promise<Record<string, unknown> | undefined> {
  try {
    return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Record<string, unknown>;
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
    throw cause;
  }
}
