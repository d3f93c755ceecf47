import { Secret } from '../../kit/secret.ts';
import type { CredentialSettings, SnowflakeTokenType, WorkloadIdentityProvider } from '../settings.ts';
import { CONTAINER_TOKEN_FILE, type Locate } from '../snowflake/credential.ts';
import type { Surroundings } from '../surroundings.ts';
import type { AccountConfig } from './account-schema.ts';

const TOKEN_TYPES = { pat: 'PROGRAMMATIC_ACCESS_TOKEN', jwt: 'KEYPAIR_JWT', oauth: 'OAUTH' } as const;

/** The keys that each are a way to sign in. */
const WAYS = [
  'token',
  'token_file',
  'private_key',
  'private_key_file',
  'oauth',
  'workload_identity',
  'session',
] as const;

/** How an account says to sign in, or what is wrong at which of its keys. Undefined when it says nothing. */
export function readAccountCredential(
  account: AccountConfig,
  { locate, environment }: Pick<Surroundings, 'locate' | 'environment'>,
): { credential: CredentialSettings } | { problem: string; key: string } | undefined {
  const [way, second] = WAYS.filter((key) => account[key] !== undefined);
  if (way === undefined) return undefined;
  if (second !== undefined) return { problem: `stands beside "${way}". Keep one of them.`, key: second };
  switch (way) {
    case 'token':
      return { credential: { kind: 'snowflake-token', token: new Secret(account.token!), ...typeOf(account) } };
    case 'token_file':
      return {
        credential: { kind: 'snowflake-token', token: { file: locate(account.token_file!) }, ...typeOf(account) },
      };
    case 'private_key':
    case 'private_key_file':
      return keyPair(account, locate, environment['PRIVATE_KEY_PASSPHRASE'] || undefined);
    case 'oauth':
      return { credential: oauth(account.oauth!) };
    case 'workload_identity':
      return workloadIdentity(account.workload_identity!, locate);
    case 'session':
      return { credential: session(account.session!) };
  }
}

function typeOf({ token_type: type, token_file: file }: AccountConfig): { type?: SnowflakeTokenType } {
  if (type !== undefined) return { type: TOKEN_TYPES[type] };
  return file === CONTAINER_TOKEN_FILE ? { type: 'OAUTH' } : {};
}

function keyPair(
  account: AccountConfig,
  locate: Locate,
  variable: string | undefined,
): ReturnType<typeof readAccountCredential> {
  const { user, private_key: key, private_key_file: file, private_key_passphrase: passphrase = variable } = account;
  if (user === undefined) {
    return {
      problem: 'needs "user" beside it: the Snowflake user who has its public key.',
      key: file === undefined ? 'private_key' : 'private_key_file',
    };
  }
  return {
    credential: {
      kind: 'snowflake-key-pair',
      user,
      ...(account.account === undefined ? {} : { account: account.account }),
      privateKey: file === undefined ? new Secret(key!) : { file: locate(file) },
      ...(passphrase === undefined ? {} : { passphrase: new Secret(passphrase) }),
    },
  };
}

function oauth(said: NonNullable<AccountConfig['oauth']>): CredentialSettings {
  return {
    kind: 'snowflake-oauth',
    tokenUrl: said.token_url,
    clientId: said.client_id,
    ...(said.client_secret === undefined ? {} : { clientSecret: new Secret(said.client_secret) }),
    ...(said.refresh_token === undefined ? {} : { refreshToken: new Secret(said.refresh_token) }),
    ...(said.scope === undefined ? {} : { scope: said.scope }),
    clientAuthentication: said.client_auth ?? 'basic',
    parameters: said.parameters ?? {},
  };
}

function workloadIdentity(
  { provider, token, token_file: file }: NonNullable<AccountConfig['workload_identity']>,
  locate: Locate,
): ReturnType<typeof readAccountCredential> {
  if ((token === undefined) === (file === undefined)) {
    return {
      problem: 'needs either "token_file" or "token": the attestation of the provider.',
      key: 'workload_identity',
    };
  }
  return {
    credential: {
      kind: 'snowflake-workload-identity',
      provider: provider.toUpperCase() as WorkloadIdentityProvider,
      token: file === undefined ? new Secret(token!) : { file: locate(file) },
    },
  };
}

function session({ token, master_token: master }: NonNullable<AccountConfig['session']>): CredentialSettings {
  return {
    kind: 'snowflake-session',
    token: new Secret(token),
    ...(master === undefined ? {} : { masterToken: new Secret(master) }),
  };
}
