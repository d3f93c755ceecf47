import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { SandboxOptions } from '../sandbox/index.ts';
import { CommandError } from './failure.ts';

/** What the command line registers with the simulated account. */
export interface CredentialFlags {
  /** `NAME=public-key.pem` each. */
  user: string[];
  /** Programmatic access tokens. */
  token: string[];
  /** `ID:SECRET` each. */
  oauthClient: string[];
}

/** @throws CommandError for a flag that is not of its form, or a key that cannot be read. */
export function readCredentialFlags(flags: CredentialFlags, cwd: string): NonNullable<SandboxOptions['credentials']> {
  const { user, token, oauthClient } = flags;
  return {
    ...(user.length === 0 ? {} : { users: Object.fromEntries(user.map((text) => readUser(text, cwd))) }),
    ...(token.length === 0 ? {} : { tokens: Object.fromEntries(token.map((secret) => [secret, {}])) }),
    ...(oauthClient.length === 0 ? {} : { oauth: { clients: Object.fromEntries(oauthClient.map(readClient)) } }),
  };
}

function readUser(text: string, cwd: string): [string, { publicKey: string }] {
  const [, name, file] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (name === undefined || file === undefined) {
    throw new CommandError(`"${text}" is no user. Write it like --user ADA=rsa_key.pub.`, 2);
  }
  try {
    return [name, { publicKey: readFileSync(resolve(cwd, file), 'utf8') }];
  } catch (cause) {
    throw new CommandError(`the public key ${file} cannot be read (${(cause as NodeJS.ErrnoException).code}).`, 2);
  }
}

function readClient(text: string): [string, { secret: string }] {
  const [, id, secret] = /^([^:]+):(.+)$/.exec(text) ?? [];
  if (id !== undefined && secret !== undefined) return [id, { secret }];
  throw new CommandError('an OAuth client is written like --oauth-client ID:SECRET.', 2);
}
