/** The only reader of `process.env`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import type { Environment } from './interpolate.ts';
import { ConfigError } from './problem.ts';

export const DOT_ENV = '.env';

export function processEnvironment(): Environment {
  return { ...process.env };
}

/**
 * The environment with the `.env` file of `folder` under it: what the process has wins.
 *
 * @throws ConfigError when the file exists and cannot be read.
 */
export function withDotEnv(environment: Environment, folder: string): Environment {
  const file = join(folder, DOT_ENV);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return environment;
    throw new ConfigError([
      { path: file, message: `the file cannot be read (${code}). Fix its permissions or remove it.` },
    ]);
  }
  const set = Object.entries(environment).filter(([, value]) => value !== undefined && value !== '');
  return { ...parseEnv(text), ...Object.fromEntries(set) };
}
