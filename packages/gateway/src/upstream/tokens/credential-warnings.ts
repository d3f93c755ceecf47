import { statSync } from 'node:fs';
import type { CredentialSettings, SecretSource } from '../../config/settings.ts';
import { Secret } from '../../kit/secret.ts';
import { expiryWarning } from './expiry-warning.ts';
import { readSecretFile } from './token-file.ts';

/** What works now and will not for long, or lets others in: told before the first request. Whole sentences. */
export function credentialWarnings(credential: CredentialSettings, nowMs: number): string[] {
  if (credential.kind === 'snowflake-key-pair') return openToOthers(credential.privateKey, 'private key');
  if (credential.kind !== 'snowflake-token') return [];
  return [...expiry(credential.token, nowMs), ...openToOthers(credential.token, 'token', credential.type)];
}

function expiry(source: SecretSource, nowMs: number): string[] {
  const warning =
    source instanceof Secret
      ? expiryWarning(source.reveal(), 'by-hand', nowMs)
      : expiryWarning(readSecretFile(source.file, 'token').trim(), 'in-a-file', nowMs);
  return warning === undefined ? [] : [warning];
}

/**
 * A warning and no refusal: containers mount their secrets as they like. A platform's own token (Snowpark
 * containers) is not even worth that, and Windows has no such permission bits.
 */
function openToOthers(source: SecretSource, what: string, type?: string): string[] {
  if (source instanceof Secret || process.platform === 'win32' || type === 'OAUTH') return [];
  if ((statSync(source.file).mode & 0o007) === 0) return [];
  return [`Other users of this machine can read the ${what} file ${source.file}. Run: chmod 600 ${source.file}`];
}
