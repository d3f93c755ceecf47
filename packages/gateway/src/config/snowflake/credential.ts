import { existsSync } from 'node:fs';
import { Secret } from '../../kit/secret.ts';
import type { CredentialSettings, SecretSource, SnowflakeTokenType, WorkloadIdentityProvider } from '../settings.ts';
import type { ConnectionParameters } from './parameters.ts';

/** Where Snowpark Container Services put the token of a service. */
export const CONTAINER_TOKEN_FILE = '/snowflake/session/token';

/** Turns a path as somebody wrote it into an absolute one. */
export type Locate = (path: string) => string;

export type ReadCredential =
  /** `by` is the parameter that decided. */
  | { credential: CredentialSettings; by: string }
  /** Why a machine cannot sign in so, and what to do instead: what follows "the connection …". */
  | { unusable: string; by: string };

const WITHOUT_PEOPLE =
  'Give it a programmatic access token (authenticator = "PROGRAMMATIC_ACCESS_TOKEN" and token_file_path) or a key pair (authenticator = "SNOWFLAKE_JWT" and private_key_file).';

/** How these parameters sign in. Undefined when they hold nothing to sign in with. */
export function credentialOf(parameters: ConnectionParameters, locate: Locate): ReadCredential | undefined {
  const { authenticator } = parameters;
  return authenticator === undefined
    ? withoutAuthenticator(parameters, locate)
    : byAuthenticator(authenticator.toUpperCase(), parameters, locate);
}

function byAuthenticator(name: string, parameters: ConnectionParameters, locate: Locate): ReadCredential | undefined {
  switch (name) {
    case 'SNOWFLAKE_JWT':
      return (
        keyPair(parameters, locate) ??
        token(parameters, locate, 'KEYPAIR_JWT') ??
        missing('SNOWFLAKE_JWT', 'private_key_file')
      );
    case 'PROGRAMMATIC_ACCESS_TOKEN':
      return token(parameters, locate, 'PROGRAMMATIC_ACCESS_TOKEN') ?? missing(name, 'token_file_path');
    case 'OAUTH':
      return token(parameters, locate, 'OAUTH') ?? containerToken() ?? missing(name, 'token_file_path');
    case 'OAUTH_CLIENT_CREDENTIALS':
      return oauth(parameters) ?? missing(name, 'oauth_client_id, oauth_client_secret and oauth_token_request_url');
    case 'OAUTH_AUTHORIZATION_CODE':
      return oauth(parameters) ?? unusable('signs in through a browser.');
    case 'WORKLOAD_IDENTITY':
      return workloadIdentity(parameters, locate) ?? missing(name, 'workload_identity_provider and token_file_path');
    case 'EXTERNALBROWSER':
      return unusable('signs in through a browser.');
    case 'SNOWFLAKE':
    case 'USERNAME_PASSWORD_MFA':
      return session(parameters) ?? unusable("signs in with a password, which Snowflake's REST API does not take.");
    default:
      return unusable(
        name.startsWith('HTTPS:')
          ? 'signs in through Okta with a password.'
          : `has the authenticator "${name}", which is not known here.`,
      );
  }
}

function withoutAuthenticator(parameters: ConnectionParameters, locate: Locate): ReadCredential | undefined {
  const found =
    session(parameters) ??
    keyPair(parameters, locate) ??
    workloadIdentity(parameters, locate) ??
    token(parameters, locate) ??
    oauth(parameters);
  if (found !== undefined || parameters['password'] === undefined) return found;
  return { ...unusable("signs in with a password, which Snowflake's REST API does not take."), by: 'password' };
}

function keyPair(
  {
    user,
    account,
    private_key_file: file,
    private_key_raw: raw,
    private_key_passphrase: passphrase,
  }: ConnectionParameters,
  locate: Locate,
): ReadCredential | undefined {
  const privateKey = source(raw, file, locate);
  if (privateKey === undefined) return undefined;
  const by = file === undefined ? 'private_key_raw' : 'private_key_file';
  if (user === undefined)
    return { unusable: 'has a private key and no user. Name the user whose public key it belongs to.', by };
  return {
    credential: {
      kind: 'snowflake-key-pair',
      user,
      ...(account === undefined ? {} : { account }),
      privateKey,
      ...(passphrase === undefined ? {} : { passphrase: new Secret(passphrase) }),
    },
    by,
  };
}

function token(
  { token: value, token_file_path: file }: ConnectionParameters,
  locate: Locate,
  type?: SnowflakeTokenType,
): ReadCredential | undefined {
  const found = source(value, value === undefined ? file : undefined, locate);
  if (found === undefined) return undefined;
  const typed = type ?? (file === CONTAINER_TOKEN_FILE ? 'OAUTH' : undefined);
  return {
    credential: { kind: 'snowflake-token', token: found, ...(typed === undefined ? {} : { type: typed }) },
    by: value === undefined ? 'token_file_path' : 'token',
  };
}

/** Inside a Snowpark container, where a file is the login. */
export function containerToken(): ReadCredential | undefined {
  if (!existsSync(CONTAINER_TOKEN_FILE)) return undefined;
  return {
    credential: { kind: 'snowflake-token', token: { file: CONTAINER_TOKEN_FILE }, type: 'OAUTH' },
    by: CONTAINER_TOKEN_FILE,
  };
}

function oauth(parameters: ConnectionParameters): ReadCredential | undefined {
  const { oauth_client_id: clientId, oauth_client_secret: secret, oauth_token_request_url: tokenUrl } = parameters;
  const { oauth_refresh_token: refreshToken, oauth_scope: scope } = parameters;
  if (clientId === undefined || tokenUrl === undefined || (secret === undefined && refreshToken === undefined))
    return undefined;
  return {
    credential: {
      kind: 'snowflake-oauth',
      tokenUrl,
      clientId,
      ...(secret === undefined ? {} : { clientSecret: new Secret(secret) }),
      ...(refreshToken === undefined ? {} : { refreshToken: new Secret(refreshToken) }),
      ...(scope === undefined ? {} : { scope }),
      clientAuthentication: 'basic',
      parameters: {},
    },
    by: 'oauth_client_id',
  };
}

const PROVIDERS: readonly WorkloadIdentityProvider[] = ['AWS', 'AZURE', 'GCP', 'OIDC'];

function workloadIdentity(
  { workload_identity_provider: named, token: value, token_file_path: file }: ConnectionParameters,
  locate: Locate,
): ReadCredential | undefined {
  if (named === undefined) return undefined;
  const by = 'workload_identity_provider';
  const provider = PROVIDERS.find((known) => known === named.toUpperCase());
  if (provider === undefined)
    return { unusable: `has the provider "${named}". There are ${PROVIDERS.join(', ')}.`, by };
  const attestation = source(value, value === undefined ? file : undefined, locate);
  if (attestation === undefined) {
    return {
      unusable: `has no attestation of ${provider}. Let something keep it in a file, and name that as token_file_path.`,
      by,
    };
  }
  return { credential: { kind: 'snowflake-workload-identity', provider, token: attestation }, by };
}

function session({ session_token: value, master_token: master }: ConnectionParameters): ReadCredential | undefined {
  if (value === undefined) return undefined;
  return {
    credential: {
      kind: 'snowflake-session',
      token: new Secret(value),
      ...(master === undefined ? {} : { masterToken: new Secret(master) }),
    },
    by: 'session_token',
  };
}

/** Snowflake CLI prefers the file where both are given, except for tokens. */
function source(value: string | undefined, file: string | undefined, locate: Locate): SecretSource | undefined {
  if (file !== undefined) return { file: locate(file) };
  return value === undefined ? undefined : new Secret(value);
}

function unusable(why: string): { unusable: string; by: string } {
  return { unusable: `${why} ${WITHOUT_PEOPLE}`, by: 'authenticator' };
}

function missing(authenticator: string, keys: string): ReadCredential {
  return { unusable: `has the authenticator ${authenticator} and lacks ${keys}.`, by: 'authenticator' };
}
