import { suggest } from '../../kit/suggest.ts';
import type { Path } from '../document.ts';
import { placeholderIn } from '../placeholder.ts';
import { ConfigError } from '../problem.ts';
import type { CredentialSettings } from '../settings.ts';
import type { SnowflakeConnection } from '../snowflake/connection.ts';
import type { NamedConnection } from '../snowflake/connection-files.ts';
import { credentialOf } from '../snowflake/credential.ts';
import { baseOf, contextOf } from '../snowflake/parameters.ts';
import { addressFromEnvironment, contextFromEnvironment, credentialFromEnvironment } from '../snowflake-environment.ts';
import type { Surroundings } from '../surroundings.ts';
import { readAccountCredential } from './account-credential.ts';
import type { AccountConfig } from './account-schema.ts';
import type { Complaints } from './complaints.ts';

/** What a file says of Snowflake accounts, read against connections and the environment. */
export class AccountReader {
  readonly #accounts: Readonly<Record<string, AccountConfig>>;
  readonly #world: Surroundings;
  readonly #complaints: Complaints;

  constructor(accounts: Readonly<Record<string, AccountConfig>>, world: Surroundings, complaints: Complaints) {
    this.#accounts = accounts;
    this.#world = world;
    this.#complaints = complaints;
  }

  /**
   * The account by name, the only one, or the environment's; undefined after the complaint.
   * @param path of the model that wants it
   */
  connection(name: string | undefined, path: Path, modelName: string): SnowflakeConnection | undefined {
    const names = Object.keys(this.#accounts);
    const chosen = name ?? (names.length === 1 ? names[0] : undefined);
    if (chosen === undefined) {
      if (names.length === 0) return this.#read({}, path, modelName);
      return this.#complaints.problem(path, `must name its account, since there are several: ${names.join(', ')}.`);
    }
    const account = Object.hasOwn(this.#accounts, chosen) ? this.#accounts[chosen] : undefined;
    if (account !== undefined) return this.#read(account, ['accounts', chosen], modelName);
    const near = suggest(chosen, names);
    const hint = near === undefined ? '' : ` (did you mean "${near}"?)`;
    return this.#complaints.problem(
      [...path, 'account'],
      `names the account "${chosen}", which is not under accounts${hint}.`,
    );
  }

  #read(account: AccountConfig, path: Path, modelName: string): SnowflakeConnection | undefined {
    if (this.#complaints.isUnset(path, modelName)) return undefined;
    const named = account.connection === undefined ? undefined : this.#named(account.connection, path);
    if (account.connection !== undefined && named === undefined) return undefined;
    const { environment } = this.#world;
    const own =
      baseOf(definedOnly({ account: account.account, host: account.host })) ?? (named && baseOf(named.parameters));
    const base = own ?? addressFromEnvironment(environment)?.base;
    if (base === undefined) {
      return this.#complaints.incomplete(
        path,
        modelName,
        'has no Snowflake account. Set SNOWFLAKE_ACCOUNT, or give the account its "account".',
      );
    }
    const credential = this.#credential(account, named, path, modelName);
    if (credential === undefined) return undefined;
    const context =
      named === undefined
        ? own === undefined
          ? contextFromEnvironment(environment)
          : {}
        : contextOf(named.parameters);
    return {
      base,
      credential,
      ...context,
      ...contextOf(definedOnly({ role: account.role, warehouse: account.warehouse })),
    };
  }

  #named(name: string, path: Path): NamedConnection | undefined {
    try {
      return this.#world.files.named(name);
    } catch (cause) {
      if (!(cause instanceof ConfigError)) throw cause;
      for (const { path: file, message } of cause.problems) {
        this.#complaints.problem(
          [...path, 'connection'],
          `cannot be used. ${file === '' ? '' : `${file}: `}${message}`,
        );
      }
      return undefined;
    }
  }

  #credential(
    account: AccountConfig,
    named: NamedConnection | undefined,
    path: Path,
    modelName: string,
  ): CredentialSettings | undefined {
    const own = readAccountCredential(account, this.#world);
    if (own !== undefined && 'problem' in own) return this.#complaints.problem([...path, own.key], own.problem);
    if (own !== undefined) {
      const placeholder = placeholderIn(own.credential);
      if (placeholder === undefined) return own.credential;
      return this.#complaints.incomplete(
        [...path, 'token'],
        modelName,
        `still has the placeholder "${placeholder}". Write \${SNOWFLAKE_PAT} there and set that variable.`,
      );
    }
    const found = named === undefined ? undefined : credentialOf(named.parameters, this.#world.locate);
    if (found !== undefined && 'credential' in found) return found.credential;
    const variable = credentialFromEnvironment(this.#world.environment, this.#world.locate);
    if (variable !== undefined && 'credential' in variable) return variable.credential;
    if (found !== undefined)
      return this.#complaints.problem([...path, 'connection'], `names a connection that ${found.unusable}`);
    if (variable !== undefined)
      return this.#complaints.incomplete(path, modelName, `has ${variable.variable}, which ${variable.unusable}`);
    return this.#complaints.incomplete(
      path,
      modelName,
      'has no Snowflake token. Set SNOWFLAKE_PAT, or give the account its "token".',
    );
  }
}

function definedOnly(values: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const])),
  );
}
