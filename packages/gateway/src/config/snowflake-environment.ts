import { Secret } from '../kit/secret.ts';
import type { Environment } from './interpolate.ts';
import type { CredentialSettings, DeploymentSettings, SnowflakeTokenType } from './settings.ts';
import type { SnowflakeConnection } from './snowflake/connection.ts';
import { containerToken, credentialOf, type Locate } from './snowflake/credential.ts';
import { contextOf, withEnvironment } from './snowflake/parameters.ts';

/** Names under which people and other Cortex clients keep the account, most specific first. */
const ADDRESS_VARIABLES = [
  'SNOWFLAKE_API_BASE',
  'SNOWFLAKE_BASE_URL',
  'SNOWFLAKE_ACCOUNT_URL',
  'SNOWFLAKE_HOST',
] as const;
const ACCOUNT_VARIABLES = ['SNOWFLAKE_ACCOUNT', 'SNOWFLAKE_ACCOUNT_ID', 'SNOWFLAKE_ACCOUNT_IDENTIFIER'] as const;
export const TOKEN_VARIABLES = [
  'SNOWFLAKE_PAT',
  'SNOWFLAKE_CORTEX_PAT',
  'SNOWFLAKE_TOKEN',
  'SNOWFLAKE_JWT',
  'SNOWFLAKE_CORTEX_API_KEY',
  'SNOWFLAKE_API_KEY',
] as const;

const TYPES: Record<string, SnowflakeTokenType> = {
  OAUTH: 'OAUTH',
  PROGRAMMATIC_ACCESS_TOKEN: 'PROGRAMMATIC_ACCESS_TOKEN',
  SNOWFLAKE_JWT: 'KEYPAIR_JWT',
};

/** What the environment signs in with, or why it cannot: what follows the variable's name. */
export type EnvironmentCredential =
  | { credential: CredentialSettings; variable: string }
  | { unusable: string; variable: string };

/** The account that the environment names, and the variable that does. */
export function addressFromEnvironment(
  environment: Environment,
): { base: DeploymentSettings['base']; variable: string } | undefined {
  for (const variable of ADDRESS_VARIABLES) {
    const value = environment[variable]?.trim();
    if (value) return { base: { apiBase: value }, variable };
  }
  for (const variable of ACCOUNT_VARIABLES) {
    const value = environment[variable]?.trim();
    if (value) return { base: { account: value }, variable };
  }
  return undefined;
}

/** Role and warehouse that the environment names. */
export function contextFromEnvironment(environment: Environment): Pick<SnowflakeConnection, 'role' | 'warehouse'> {
  return contextOf(withEnvironment({}, environment));
}

/** A ready token first, then whatever can get one: key pair, OAuth client, workload identity, session, container. */
export function credentialFromEnvironment(environment: Environment, locate: Locate): EnvironmentCredential | undefined {
  const ready = readyToken(environment, locate);
  if (ready !== undefined) return ready;
  const account = ACCOUNT_VARIABLES.map((name) => environment[name]?.trim()).find(Boolean);
  const parameters = withEnvironment(account === undefined ? {} : { account }, environment);
  const found = credentialOf(parameters, locate) ?? (environment['SNOWFLAKE_HOST'] ? containerToken() : undefined);
  if (found === undefined) return undefined;
  const { by, ...read } = found;
  return { ...read, variable: by.startsWith('/') ? by : `SNOWFLAKE_${by.toUpperCase()}` };
}

/** `SNOWFLAKE_AUTHENTICATOR` settles the type of a token where it is set. */
function readyToken(environment: Environment, locate: Locate): EnvironmentCredential | undefined {
  const authenticator = environment['SNOWFLAKE_AUTHENTICATOR']?.trim().toUpperCase() ?? '';
  const type = TYPES[authenticator];
  const typed = type === undefined ? {} : { type };
  for (const variable of TOKEN_VARIABLES) {
    const value = environment[variable]?.trim();
    // An attestation is no token that Snowflake issued.
    if (!value || (variable === 'SNOWFLAKE_TOKEN' && authenticator === 'WORKLOAD_IDENTITY')) continue;
    return { credential: { kind: 'snowflake-token', token: new Secret(value), ...typed }, variable };
  }
  const file = environment['SNOWFLAKE_PAT_FILE']?.trim();
  if (!file) return undefined;
  const credential: CredentialSettings = {
    kind: 'snowflake-token',
    token: { file: locate(file) },
    type: 'PROGRAMMATIC_ACCESS_TOKEN',
  };
  return { credential, variable: 'SNOWFLAKE_PAT_FILE' };
}
