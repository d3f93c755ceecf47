/** Files with secrets that other users of this machine can read. */
import { readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { LoadedSettings } from '../config/load.ts';
import type { CredentialSettings, Settings } from '../config/settings.ts';
import { Secret } from '../kit/secret.ts';

const OTHERS = 0o007;

/** Secrets shorter than this are placeholders of a sandbox, and parts of other words. */
const SHORTEST_SECRET = 6;

export interface OpenFile {
  file: string;
  /** What of it is secret, after "other users can read". */
  what: string;
}

/** Windows has no such permission bits: nothing is found there. */
export function findOpenFiles({
  loaded,
  home,
  cwd,
}: {
  loaded: LoadedSettings;
  home: string;
  cwd: string;
}): OpenFile[] {
  const { settings, configFile } = loaded;
  const folder = configFile === undefined ? cwd : dirname(configFile);
  const secrets = secretsIn(settings).filter(({ length }) => length >= SHORTEST_SECRET);
  const candidates: (OpenFile | undefined)[] = [
    configFile === undefined ? undefined : { file: configFile, what: 'the configuration, which has a secret in it' },
    { file: join(folder, '.env'), what: 'the environment file, which has a secret in it' },
  ];
  const written = candidates.filter((candidate) => candidate !== undefined && holdsAny(candidate.file, secrets));
  const kept: (OpenFile | undefined)[] = [
    { file: join(home, 'master-key'), what: 'the master key' },
    { file: join(home, 'couloir.db'), what: 'the database' },
    ...(settings.server.tls === undefined ? [] : [{ file: settings.server.tls.keyFile, what: 'the TLS key' }]),
    ...settings.deployments.flatMap(({ credential }) => secretFilesOf(credential)),
  ];
  const open = [...written, ...kept].filter((candidate) => candidate !== undefined && isOpen(candidate.file));
  const distinct = new Map(open.flatMap((found) => (found === undefined ? [] : [[found.file, found] as const])));
  return [...distinct.values()];
}

function isOpen(file: string): boolean {
  const mode = statSync(file, { throwIfNoEntry: false })?.mode ?? 0;
  return process.platform !== 'win32' && (mode & OTHERS) !== 0;
}

function holdsAny(file: string, secrets: readonly string[]): boolean {
  try {
    const text = readFileSync(file, 'utf8');
    return secrets.some((secret) => text.includes(secret));
  } catch {
    return false;
  }
}

function secretsIn({ masterKey, deployments }: Settings): string[] {
  const written = deployments.flatMap(({ credential }) => Object.values(credential));
  return [masterKey, ...written].filter((value) => value instanceof Secret).map((secret) => secret.reveal());
}

/** A platform's own token (Snowpark containers) is as open as the platform wants it. */
function secretFilesOf(credential: CredentialSettings): OpenFile[] {
  if (credential.kind === 'snowflake-key-pair' && !(credential.privateKey instanceof Secret)) {
    return [{ file: credential.privateKey.file, what: 'the private key' }];
  }
  if (credential.kind !== 'snowflake-token' || credential.type === 'OAUTH' || credential.token instanceof Secret)
    return [];
  return [{ file: credential.token.file, what: 'the token' }];
}
