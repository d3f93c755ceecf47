import { Secret } from '../../kit/secret.ts';
import { suggest } from '../../kit/suggest.ts';
import { catalogueDeployments } from '../catalogue-deployments.ts';
import type { CortexKnowledge } from '../cortex-knowledge.ts';
import { deploymentId } from '../deployment-id.ts';
import type { ConfigDocument, Path } from '../document.ts';
import { pathText } from '../document.ts';
import type { Draft } from '../draft.ts';
import type { Environment, Interpolated } from '../interpolate.ts';
import { unsetText } from '../interpolate.ts';
import { findPlaceholder } from '../placeholder.ts';
import type { AccountConfig, CouloirConfig, ModelConfig } from './schema.ts';
import type { CredentialSettings, DeploymentSettings } from '../settings.ts';
import { addressFromEnvironment, tokenFromEnvironment } from '../snowflake-environment.ts';
import { readTimeouts } from './timeouts.ts';

const OWN_BASES = { openai: 'https://api.openai.com/v1', anthropic: 'https://api.anthropic.com' } as const;
const KEY_VARIABLES = { openai: 'OPENAI_API_KEY', anthropic: 'ANTHROPIC_API_KEY' } as const;
const TOKEN_TYPES = { pat: 'PROGRAMMATIC_ACCESS_TOKEN', jwt: 'KEYPAIR_JWT', oauth: 'OAUTH' } as const;

interface Connection {
  base: DeploymentSettings['base'];
  credential: CredentialSettings;
}

/** What a file says of accounts and models, read against the environment. */
export class DeploymentReader {
  readonly #draft: Draft;
  readonly #document: ConfigDocument;
  readonly #interpolated: Interpolated;
  readonly #environment: Environment;
  readonly #config: CouloirConfig;

  constructor(input: {
    draft: Draft;
    document: ConfigDocument;
    interpolated: Interpolated;
    environment: Environment;
    config: CouloirConfig;
  }) {
    this.#draft = input.draft;
    this.#document = input.document;
    this.#interpolated = input.interpolated;
    this.#environment = input.environment;
    this.#config = input.config;
  }

  readCatalogue(cortex: CortexKnowledge): void {
    const names = Object.keys(this.#config.accounts ?? {});
    if (names.length > 1) {
      return this.#problem(
        ['accounts'],
        `there are several (${names.join(', ')}): list what each one serves under "models".`,
      );
    }
    const connection = this.#snowflake(undefined, [], '');
    if (connection === undefined) return;
    const { deployments, aliases } = catalogueDeployments(connection.base, connection.credential, cortex.models);
    const place = this.#document.placeOf(['accounts']);
    this.#draft.deployments.push(...deployments.map((settings) => ({ settings, place, path: 'accounts' })));
    this.#draft.aliases = { ...aliases, ...this.#draft.aliases };
  }

  readModel(model: ModelConfig, index: number): void {
    const path: Path = ['models', index];
    if (this.#isUnset(path, model.name)) return;
    const provider = model.provider ?? 'cortex';
    const connection = provider === 'cortex' ? this.#cortex(model, path) : this.#foreign(model, provider, path);
    if (connection === undefined) return;
    const fields: Omit<DeploymentSettings, 'id'> = {
      modelName: model.name,
      provider,
      model: model.model ?? model.name,
      ...connection,
      ...(model.api === undefined ? {} : { cortexApi: model.api }),
      weight: model.weight ?? 1,
      order: model.order ?? 0,
      ...(model.timeouts === undefined ? {} : { timeouts: readTimeouts(model.timeouts) }),
      ...(model.retries === undefined ? {} : { retries: model.retries }),
      ...(model.drop_params === undefined ? {} : { dropParams: model.drop_params }),
      promptCaching: model.prompt_caching ?? 'auto',
      defaults: model.defaults ?? {},
      extraHeaders: model.headers ?? {},
      ...(model.price === undefined ? {} : { price: readPrice(model.price) }),
      ...(model.context_window === undefined ? {} : { contextWindow: model.context_window }),
      ...(model.max_output_tokens === undefined ? {} : { maxOutputTokens: model.max_output_tokens }),
    };
    const place = this.#document.placeOf([...path, model.api_base === undefined ? 'name' : 'api_base']);
    this.#draft.deployments.push({ settings: { id: deploymentId(fields), ...fields }, place, path: pathText(path) });
  }

  #cortex(model: ModelConfig, path: Path): Connection | undefined {
    if (model.api_key !== undefined) {
      this.#problem(
        [...path, 'api_key'],
        'belongs to other providers. Put a Snowflake token under accounts, as "token".',
      );
    }
    const connection = this.#snowflake(model.account, path, model.name);
    if (connection === undefined || model.api_base === undefined) return connection;
    return { ...connection, base: { apiBase: model.api_base } };
  }

  #foreign(model: ModelConfig, provider: 'openai' | 'anthropic', path: Path): Connection | undefined {
    if (model.account !== undefined) {
      this.#problem(
        [...path, 'account'],
        `names a Snowflake account, but the provider is "${provider}". Remove one of them.`,
      );
    }
    if (model.api !== undefined) {
      this.#problem([...path, 'api'], `chooses a Cortex API, but the provider is "${provider}". Remove one of them.`);
    }
    const apiBase = model.api_base ?? OWN_BASES[provider];
    const key = model.api_key ?? this.#environment[KEY_VARIABLES[provider]];
    if (key === undefined && model.api_base === undefined) {
      return this.#incomplete(
        path,
        model.name,
        `has no key. Set ${KEY_VARIABLES[provider]}, or give the model an api_key.`,
      );
    }
    return {
      base: { apiBase },
      credential: key === undefined ? { kind: 'none' } : { kind: 'api-key', token: new Secret(key) },
    };
  }

  /** The account by name, the only one, or the environment's. */
  #snowflake(name: string | undefined, path: Path, modelName: string): Connection | undefined {
    const accounts = this.#config.accounts ?? {};
    const names = Object.keys(accounts);
    const chosen = name ?? (names.length === 1 ? names[0] : undefined);
    if (chosen === undefined) {
      if (names.length === 0) return this.#connection({}, path, modelName);
      return this.#problem(path, `must name its account, since there are several: ${names.join(', ')}.`);
    }
    const account = Object.hasOwn(accounts, chosen) ? accounts[chosen] : undefined;
    if (account !== undefined) return this.#connection(account, ['accounts', chosen], modelName);
    const near = suggest(chosen, names);
    const hint = near === undefined ? '' : ` (did you mean "${near}"?)`;
    return this.#problem([...path, 'account'], `names the account "${chosen}", which is not under accounts${hint}.`);
  }

  #connection(account: AccountConfig, path: Path, modelName: string): Connection | undefined {
    if (this.#isUnset(path, modelName)) return undefined;
    const { host, account: identifier, token } = account;
    if (host !== undefined && identifier !== undefined)
      this.#problem([...path, 'host'], 'stands beside "account". Keep one of them.');
    const own: DeploymentSettings['base'] | undefined =
      host !== undefined ? { apiBase: host } : identifier !== undefined ? { account: identifier } : undefined;
    const base = own ?? addressFromEnvironment(this.#environment)?.base;
    if (base === undefined) {
      return this.#incomplete(
        path,
        modelName,
        'has no Snowflake account. Set SNOWFLAKE_ACCOUNT, or give the account its "account".',
      );
    }
    if (token === undefined) {
      const credential = tokenFromEnvironment(this.#environment)?.credential;
      if (credential !== undefined) return { base, credential };
      return this.#incomplete(
        path,
        modelName,
        'has no Snowflake token. Set SNOWFLAKE_PAT, or give the account its "token".',
      );
    }
    const placeholder = findPlaceholder(token);
    if (placeholder !== undefined) {
      return this.#incomplete(
        [...path, 'token'],
        modelName,
        `still has the placeholder "${placeholder}". Write \${SNOWFLAKE_PAT} there and set that variable.`,
      );
    }
    const type = account.token_type === undefined ? {} : { type: TOKEN_TYPES[account.token_type] };
    return { base, credential: { kind: 'snowflake-token', token: new Secret(token), ...type } };
  }

  /** Whether anything under `path` names a variable that is not set; if so, the model is recorded as incomplete. */
  #isUnset(path: Path, modelName: string): boolean {
    const references = this.#interpolated.unset.filter((unset) =>
      path.every((step, index) => unset.path[index] === step),
    );
    for (const { path: at, name } of references) this.#incomplete(at, modelName, unsetText(name));
    return references.length > 0;
  }

  #incomplete(path: Path, modelName: string, message: string): undefined {
    this.#draft.incomplete.push({ place: this.#document.placeOf(path), path: pathText(path), message, modelName });
  }

  #problem(path: Path, message: string): undefined {
    this.#draft.problems.push({ place: this.#document.placeOf(path), path: pathText(path), message });
  }
}

function readPrice(price: NonNullable<ModelConfig['price']>): NonNullable<DeploymentSettings['price']> {
  const perToken = (rate: number | undefined, key: keyof NonNullable<DeploymentSettings['price']>) =>
    rate === undefined ? {} : { [key]: rate / 1_000_000 };
  return {
    ...perToken(price.input_per_million, 'input'),
    ...perToken(price.output_per_million, 'output'),
    ...perToken(price.cache_read_per_million, 'cacheRead'),
    ...perToken(price.cache_write_per_million, 'cacheWrite'),
  };
}
