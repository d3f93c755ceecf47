import { createHash } from 'node:crypto';
import type { CredentialSettings } from '../../config/settings.ts';
import { Secret } from '../../kit/secret.ts';

/** The same text for the same credential, wherever it was written down. Holds no secret. */
export function credentialKey(credential: CredentialSettings): string {
  return createHash('sha256').update(describe(credential)).digest('hex');
}

function describe(value: unknown): string {
  if (value instanceof Secret) return JSON.stringify(['secret', value.reveal()]);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? '';
  const entries = Object.entries(value).toSorted(([left], [right]) => (left < right ? -1 : 1));
  return `{${entries.map(([name, inner]) => `${name}:${describe(inner)}`).join(',')}}`;
}
