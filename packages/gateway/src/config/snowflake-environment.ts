import { Secret } from '../kit/secret.ts';
import type { Environment } from './interpolate.ts';
import type { CredentialSettings, DeploymentSettings } from './settings.ts';

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

const TYPES: Record<string, Extract<CredentialSettings, { kind: 'snowflake-token' }>['type'] & string> = {
  OAUTH: 'OAUTH',
  PROGRAMMATIC_ACCESS_TOKEN: 'PROGRAMMATIC_ACCESS_TOKEN',
  SNOWFLAKE_JWT: 'KEYPAIR_JWT',
};

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

/** The Snowflake token that the environment holds. `SNOWFLAKE_AUTHENTICATOR` settles its type where it is set. */
export function tokenFromEnvironment(
  environment: Environment,
): { credential: CredentialSettings; variable: string } | undefined {
  for (const variable of TOKEN_VARIABLES) {
    const value = environment[variable]?.trim();
    if (!value) continue;
    const type = TYPES[environment['SNOWFLAKE_AUTHENTICATOR']?.trim().toUpperCase() ?? ''];
    return {
      credential: { kind: 'snowflake-token', token: new Secret(value), ...(type === undefined ? {} : { type }) },
      variable,
    };
  }
  return undefined;
}
