import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { Unavailable } from './variant.ts';

interface Manifest {
  dependencies: Record<string, string>;
  overrides?: Record<string, string>;
}

/**
 * Installs packages once into a cache of their own, so that they are no dependencies of this project.
 * @returns the folder that holds them
 * @throws Unavailable when npm cannot
 */
export function installFromNpm(name: string, { dependencies, overrides = {} }: Manifest): string {
  const folder = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'couloir-bench', name);
  const file = join(folder, 'package.json');
  const manifest = { private: true, dependencies, overrides };
  const done = JSON.stringify({ ...manifest, installed: true });
  const modules = join(folder, 'node_modules');
  if (readIfThere(file) === done) return modules;
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, JSON.stringify(manifest));
  const words = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const { status, stderr } = spawnSync('npm', words, { cwd: folder, encoding: 'utf8' });
  if (status !== 0) {
    throw new Unavailable(`npm cannot install ${Object.keys(dependencies).join(', ')}: ${stderr.slice(-300)}`);
  }
  writeFileSync(file, done);
  return modules;
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw cause;
  }
}
