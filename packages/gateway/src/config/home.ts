/** The folder Couloir keeps its own things in: `$COULOIR_HOME`, else `~/.couloir`. */
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Random } from '../kit/random.ts';
import { Secret } from '../kit/secret.ts';
import type { Environment } from './interpolate.ts';
import { ConfigError } from './problem.ts';

export function homeFolder(environment: Environment): string {
  const named = environment['COULOIR_HOME'];
  return named ? resolve(named) : join(homedir(), '.couloir');
}

/**
 * The master key of this home: read, or made and kept (folder 0700, file 0600) on first use.
 *
 * @throws ConfigError when others may read the file, when it holds no key, or when the folder cannot be written.
 */
export function readOrCreateMasterKey(home: string, random: Random): { key: Secret; file: string; created: boolean } {
  const file = join(home, 'master-key');
  const kept = readKey(file);
  if (kept !== undefined) return { key: kept, file, created: false };
  const key = `sk-couloir-${random.text(40)}`;
  try {
    mkdirSync(home, { recursive: true, mode: 0o700 });
    // An older folder may be wider open; the umask may have taken nothing away.
    chmodSync(home, 0o700);
    writeFileSync(file, `${key}\n`, { mode: 0o600, flag: 'wx' });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const raced = code === 'EEXIST' ? readKey(file) : undefined;
    if (raced !== undefined) return { key: raced, file, created: false };
    throw new ConfigError([
      {
        path: home,
        message: `the generated master key cannot be kept there (${code}). Set COULOIR_MASTER_KEY, or point COULOIR_HOME to a folder that can be written.`,
      },
    ]);
  }
  return { key: new Secret(key), file, created: true };
}

/** The master key that this home keeps, if it does. @throws ConfigError when others may read it, or it is no key. */
export function readMasterKey(home: string): Secret | undefined {
  return readKey(join(home, 'master-key'));
}

function readKey(file: string): Secret | undefined {
  let text: string;
  try {
    refuseOpenFile(file);
    text = readFileSync(file, 'utf8').trim();
  } catch (cause) {
    if (cause instanceof ConfigError) throw cause;
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw new ConfigError([{ path: file, message: `the master key cannot be read (${code}).` }]);
  }
  if (text.length < 8) {
    throw new ConfigError([{ path: file, message: 'the file holds no master key. Remove it to have a new one made.' }]);
  }
  return new Secret(text);
}

/** Windows has no such permission bits. */
function refuseOpenFile(file: string): void {
  const { mode } = statSync(file);
  if (process.platform === 'win32' || (mode & 0o077) === 0) return;
  throw new ConfigError([
    { path: file, message: `other users of this machine can read the master key. Run: chmod 600 ${file}` },
  ]);
}
