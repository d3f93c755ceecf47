import type { Environment } from '../interpolate.ts';
import type { DeploymentSettings } from '../settings.ts';
import type { SnowflakeConnection } from './connection.ts';

/** One connection in the words of Snowflake's own clients: `account`, `user`, `private_key_file`, … */
export type ConnectionParameters = Readonly<Record<string, string>>;

/**
 * What `SNOWFLAKE_<KEY>` says where a connection says nothing, as Snowflake CLI does it. `host` is not among
 * them: it would send one account's secrets to another's host.
 */
const GENERIC = [
  'account',
  'user',
  'role',
  'warehouse',
  'authenticator',
  'private_key_file',
  'private_key_path',
  'private_key_raw',
  'private_key_passphrase',
  'session_token',
  'master_token',
  'token',
  'token_file_path',
  'oauth_client_id',
  'oauth_client_secret',
  'oauth_token_request_url',
  'oauth_scope',
  'oauth_refresh_token',
  'workload_identity_provider',
] as const;

const ALIASES: Readonly<Record<string, string>> = {
  private_key_path: 'private_key_file',
  private_key_file_pwd: 'private_key_passphrase',
  private_key: 'private_key_raw',
  username: 'user',
};

/** The parameters that variables name, `own` ones first. The passphrase has a variable of its own that wins over both. */
export function withEnvironment(own: ConnectionParameters, environment: Environment): ConnectionParameters {
  const generic = GENERIC.flatMap((key) => {
    const value = environment[`SNOWFLAKE_${key.toUpperCase()}`]?.trim();
    return value ? [[key, value] as const] : [];
  });
  const passphrase = environment['PRIVATE_KEY_PASSPHRASE'];
  return {
    ...resolveAliases(Object.fromEntries(generic)),
    ...resolveAliases(own),
    ...(passphrase ? { private_key_passphrase: passphrase } : {}),
  };
}

/** Where a connection leads; undefined when it names neither account nor host. */
export function baseOf({
  account,
  host,
  port,
  protocol,
  region,
}: ConnectionParameters): DeploymentSettings['base'] | undefined {
  if (host !== undefined) {
    const scheme = protocol === undefined ? '' : `${protocol}://`;
    return { apiBase: `${scheme}${host}${port === undefined ? '' : `:${port}`}` };
  }
  if (account === undefined) return undefined;
  return { account: region === undefined || account.includes('.') ? account : `${account}.${region}` };
}

/** As what a connection acts. */
export function contextOf({ role, warehouse }: ConnectionParameters): Pick<SnowflakeConnection, 'role' | 'warehouse'> {
  return { ...(role === undefined ? {} : { role }), ...(warehouse === undefined ? {} : { warehouse }) };
}

function resolveAliases(parameters: ConnectionParameters): ConnectionParameters {
  return Object.fromEntries(
    Object.entries(parameters)
      // A proper name that stands beside its alias comes last and wins.
      .toSorted(([left], [right]) => Number(right in ALIASES) - Number(left in ALIASES))
      .map(([key, value]) => [ALIASES[key] ?? key, value]),
  );
}
