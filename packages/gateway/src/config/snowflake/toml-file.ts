import { readFileSync, statSync } from 'node:fs';
import { parse, TomlError } from 'smol-toml';
import type { Environment } from '../interpolate.ts';
import { ConfigError, type ConfigNote } from '../problem.ts';

/** Tables and plain values; lists and dates are left away, no connection has any. */
export interface TomlTable {
  [key: string]: TomlTable | string | number | boolean;
}

/** Variables with which Snowflake's clients bear files that others may read. */
const BEARING = ['SF_SKIP_TOKEN_FILE_PERMISSIONS_VERIFICATION', 'SKIP_TOKEN_FILE_PERMISSIONS_VERIFICATION'];

/**
 * A configuration file of Snowflake's clients; undefined when there is none.
 * @throws ConfigError when it is open to others, as Snowflake CLI refuses it, or cannot be read
 */
export function readTomlFile(
  file: string,
  environment: Environment,
  note: (note: ConfigNote) => void,
): TomlTable | undefined {
  let text: string;
  try {
    checkMode(file, environment, note);
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    if (cause instanceof ConfigError) throw cause;
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new ConfigError([{ path: file, message: `the file cannot be read (${code}). Run: chown $USER ${file}` }]);
  }
  return parseToml(text, file);
}

/** @throws ConfigError with line and column. The text may hold secrets and is not quoted. */
export function parseToml(text: string, file: string): TomlTable {
  try {
    return onlyTables(parse(text.replace(/^\uFEFF/, '')));
  } catch (cause) {
    if (!(cause instanceof TomlError)) throw cause;
    const what = /^Invalid TOML document: ([^\n]*)/.exec(cause.message)?.[1] ?? 'it is no TOML';
    const place = { file, line: cause.line, column: cause.column };
    throw new ConfigError([{ place, path: '', message: `The TOML cannot be read: ${what.replace(/\.?$/, '.')}` }]);
  }
}

function onlyTables(value: object): TomlTable {
  const table: TomlTable = {};
  for (const [key, inner] of Object.entries(value) as [string, unknown][]) {
    if (typeof inner === 'string' || typeof inner === 'number' || typeof inner === 'boolean') table[key] = inner;
    else if (typeof inner === 'object' && inner !== null && !Array.isArray(inner) && !(inner instanceof Date)) {
      table[key] = onlyTables(inner);
    }
  }
  return table;
}

/** Windows has no such permission bits. */
function checkMode(file: string, environment: Environment, note: (note: ConfigNote) => void): void {
  const { mode } = statSync(file);
  if (process.platform === 'win32' || (mode & 0o077) === 0) return;
  const bears = BEARING.some((name) => environment[name]?.toLowerCase() === 'true');
  const message = `other users of this machine can ${(mode & 0o022) === 0 ? 'read' : 'change'} the file. Run: chmod 600 ${file}`;
  if (!bears || (mode & 0o022) !== 0) throw new ConfigError([{ path: file, message }]);
  note({ severity: 'warning', path: file, message });
}
