import { Secret } from '../../kit/secret.ts';
import type { Environment } from '../interpolate.ts';
import { findPlaceholder } from '../placeholder.ts';
import type { SnowflakeConnection } from '../snowflake/connection.ts';
import type { Locate } from '../snowflake/credential.ts';
import {
  addressFromEnvironment,
  contextFromEnvironment,
  credentialFromEnvironment,
  TOKEN_VARIABLES,
} from '../snowflake-environment.ts';
import { azureBase, type Target } from './provider.ts';
import type { Section } from './section.ts';

interface World {
  environment: Environment;
  locate: Locate;
}

type LeaveOut = (message: string, key: string) => undefined;

/** Address and credential of one deployment, or undefined after `leaveOut` was told what is missing. */
export function readConnection(
  parameters: Section,
  target: Target,
  world: World,
  leaveOut: LeaveOut,
): SnowflakeConnection | undefined {
  const apiBase = parameters.text('api_base') ?? parameters.text('base_url');
  const account = parameters.text('account_id');
  const key = parameters.text('api_key');
  return target.provider === 'cortex'
    ? cortexConnection({ apiBase, account, key }, world, leaveOut)
    : foreignConnection({ apiBase, key }, target, parameters, world.environment, leaveOut);
}

function cortexConnection(
  said: { apiBase: string | undefined; account: string | undefined; key: string | undefined },
  { environment, locate }: World,
  leaveOut: LeaveOut,
): SnowflakeConnection | undefined {
  const written = said.apiBase ?? said.account;
  const placeholder = written === undefined ? undefined : findPlaceholder(written);
  // A file copied from a tutorial works as it is when the environment names the account.
  const known =
    written === undefined || placeholder !== undefined ? addressFromEnvironment(environment)?.base : undefined;
  const base =
    known ??
    (said.apiBase !== undefined
      ? { apiBase: said.apiBase }
      : said.account !== undefined
        ? { account: said.account }
        : undefined);
  if (base === undefined) {
    return leaveOut(
      'has no Snowflake account. Add api_base: https://<your account>.snowflakecomputing.com/api/v2, or set SNOWFLAKE_ACCOUNT.',
      'model',
    );
  }
  if (known === undefined && placeholder !== undefined) {
    return leaveOut(
      `still has the placeholder "${placeholder}". Write your account identifier there, or set SNOWFLAKE_ACCOUNT.`,
      said.apiBase === undefined ? 'account_id' : 'api_base',
    );
  }
  const unfinished = said.key === undefined ? undefined : findPlaceholder(said.key);
  if (said.key === undefined || unfinished !== undefined) {
    const found = credentialFromEnvironment(environment, locate);
    if (found !== undefined && 'credential' in found) {
      return { base, credential: found.credential, ...contextFromEnvironment(environment) };
    }
    if (found !== undefined) return leaveOut(`has ${found.variable}, which ${found.unusable}`, 'model');
    return unfinished === undefined
      ? leaveOut(
          `has no token. Add api_key: os.environ/SNOWFLAKE_PAT, or set one of ${TOKEN_VARIABLES.join(', ')}.`,
          'model',
        )
      : leaveOut(
          `still has the placeholder "${unfinished}". Write os.environ/SNOWFLAKE_PAT there and set that variable.`,
          'api_key',
        );
  }
  return { base, credential: { kind: 'snowflake-token', token: new Secret(said.key.trim()) } };
}

function foreignConnection(
  said: { apiBase: string | undefined; key: string | undefined },
  target: Target,
  parameters: Section,
  environment: Environment,
  leaveOut: LeaveOut,
): SnowflakeConnection | undefined {
  const apiBase = said.apiBase ?? target.defaultBase;
  if (apiBase === undefined)
    return leaveOut('has no api_base, and this provider has no address of its own. Add one.', 'model');
  const key =
    said.key ??
    target.keyVariables.map((name) => environment[name]).find((value) => value !== undefined && value !== '');
  if (key === undefined && said.apiBase === undefined) {
    return leaveOut(`has no key. Add api_key: os.environ/${target.keyVariables[0]}, or set that variable.`, 'model');
  }
  const azure = parameters.text('model')?.startsWith('azure/') === true;
  return {
    base: { apiBase: azure ? azureBase(apiBase) : apiBase },
    credential: key === undefined ? { kind: 'none' } : { kind: 'api-key', token: new Secret(key.trim()) },
  };
}
