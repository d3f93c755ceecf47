import { catalogueDeployments } from './catalogue-deployments.ts';
import type { CortexKnowledge } from './cortex-knowledge.ts';
import type { Draft } from './draft.ts';
import { emptyDraft } from './draft.ts';
import { placeholderIn } from './placeholder.ts';
import { ConfigError } from './problem.ts';
import type { SnowflakeConnection } from './snowflake/connection.ts';
import type { NamedConnection } from './snowflake/connection-files.ts';
import { credentialOf } from './snowflake/credential.ts';
import { baseOf, contextOf } from './snowflake/parameters.ts';
import {
  addressFromEnvironment,
  contextFromEnvironment,
  credentialFromEnvironment,
  TOKEN_VARIABLES,
} from './snowflake-environment.ts';
import type { Surroundings } from './surroundings.ts';

/**
 * No file: an account and a credential serve the whole catalogue. They come from a connection of Snowflake's own
 * clients when one is named or nothing else names an account, else from variables. Without an account the draft stays empty.
 */
export function draftFromEnvironment(world: Surroundings, cortex: CortexKnowledge): Draft {
  const draft = emptyDraft();
  const isNamed = Boolean(world.environment['SNOWFLAKE_DEFAULT_CONNECTION_NAME']?.trim());
  const address = addressFromEnvironment(world.environment);
  if (isNamed || address === undefined) {
    const connection = isNamed ? namedConnection(world) : defaultConnection(draft, world);
    if (connection !== undefined) {
      readConnection(draft, connection, isNamed, world, cortex);
      return draft;
    }
  }
  readVariables(draft, address, world, cortex);
  return draft;
}

function readVariables(
  draft: Draft,
  address: ReturnType<typeof addressFromEnvironment>,
  world: Surroundings,
  cortex: CortexKnowledge,
): void {
  const found = credentialFromEnvironment(world.environment, world.locate);
  if (address === undefined) {
    if (found !== undefined && 'credential' in found) {
      draft.notes.push({
        severity: 'warning',
        path: found.variable,
        message: 'is set, but no account is: nothing is sent to Snowflake. Set SNOWFLAKE_ACCOUNT to use it.',
      });
    }
    return;
  }
  if (found === undefined || 'unusable' in found) {
    const path = found?.variable ?? address.variable;
    draft.problems.push({ path, message: found?.unusable ?? withoutToken() });
    return;
  }
  const placeholder = placeholderIn(found.credential);
  if (placeholder !== undefined) {
    draft.problems.push({
      path: found.variable,
      message: `still has the placeholder "${placeholder}". Put the token there.`,
    });
    return;
  }
  const connection = { base: address.base, credential: found.credential, ...contextFromEnvironment(world.environment) };
  serveCatalogue(draft, connection, address.variable, `${address.variable} and ${found.variable}`, cortex);
}

function namedConnection({ environment, files }: Surroundings): NamedConnection {
  return files.named(environment['SNOWFLAKE_DEFAULT_CONNECTION_NAME']!.trim());
}

/** A file that nobody asked for must not keep the sandbox from starting. */
function defaultConnection(draft: Draft, { files }: Surroundings): NamedConnection | undefined {
  try {
    return files.default();
  } catch (cause) {
    if (!(cause instanceof ConfigError)) throw cause;
    draft.notes.push(...cause.problems.map((problem) => ({ ...problem, severity: 'warning' as const })));
    return undefined;
  }
}

function readConnection(
  draft: Draft,
  connection: NamedConnection,
  isNamed: boolean,
  world: Surroundings,
  cortex: CortexKnowledge,
): void {
  const { name, parameters, whence } = connection;
  const path = `connection "${name}" of ${whence}`;
  const base = baseOf(parameters) ?? addressFromEnvironment(world.environment)?.base;
  const own = credentialOf(parameters, world.locate);
  const found = own !== undefined && 'credential' in own ? own : readyVariable(world);
  if (base !== undefined && found !== undefined) {
    const context = contextOf(parameters);
    serveCatalogue(draft, { base, credential: found.credential, ...context }, path, path, cortex);
    return;
  }
  const message =
    base === undefined
      ? 'names no account. Add account = "myorg-myaccount" to it.'
      : own !== undefined && 'unusable' in own
        ? own.unusable
        : 'holds nothing to sign in with. Add a token_file_path or a private_key_file, or set SNOWFLAKE_PAT.';
  if (isNamed) draft.problems.push({ path, message });
  else draft.notes.push({ severity: 'warning', path, message: `${message} It is not used.` });
}

function readyVariable({
  environment,
  locate,
}: Surroundings): { credential: SnowflakeConnection['credential'] } | undefined {
  const found = credentialFromEnvironment(environment, locate);
  return found !== undefined && 'credential' in found ? found : undefined;
}

function serveCatalogue(
  draft: Draft,
  connection: SnowflakeConnection,
  path: string,
  origin: string,
  cortex: CortexKnowledge,
): void {
  const { deployments, aliases } = catalogueDeployments(connection, cortex);
  draft.aliases = aliases;
  draft.deployments.push(...deployments.map((settings) => ({ settings, path })));
  draft.origins['deployments'] = origin;
}

function withoutToken(): string {
  return `is set, but there is no token for it. Set one of ${TOKEN_VARIABLES.join(', ')}; a programmatic access token is made in Snowsight under your profile. To try Couloir without an account, unset it.`;
}
