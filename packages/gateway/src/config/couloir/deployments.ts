import { Secret } from '../../kit/secret.ts';
import { catalogueDeployments } from '../catalogue-deployments.ts';
import type { CortexKnowledge } from '../cortex-knowledge.ts';
import { deploymentId } from '../deployment-id.ts';
import type { ConfigDocument, Path } from '../document.ts';
import { pathText } from '../document.ts';
import type { Draft } from '../draft.ts';
import type { Environment, Interpolated } from '../interpolate.ts';
import { AccountReader } from './accounts.ts';
import { Complaints } from './complaints.ts';
import type { CouloirConfig, ModelConfig } from './schema.ts';
import type { DeploymentSettings } from '../settings.ts';
import type { SnowflakeConnection } from '../snowflake/connection.ts';
import type { Surroundings } from '../surroundings.ts';
import { readTimeouts } from './timeouts.ts';

const OWN_BASES = { openai: 'https://api.openai.com/v1', anthropic: 'https://api.anthropic.com' } as const;
const KEY_VARIABLES = { openai: 'OPENAI_API_KEY', anthropic: 'ANTHROPIC_API_KEY' } as const;

/** What a file says of accounts and models, read against the environment. */
export class DeploymentReader {
  readonly #draft: Draft;
  readonly #document: ConfigDocument;
  readonly #environment: Environment;
  readonly #config: CouloirConfig;
  readonly #complaints: Complaints;
  readonly #accounts: AccountReader;

  constructor(input: {
    draft: Draft;
    document: ConfigDocument;
    interpolated: Interpolated;
    world: Surroundings;
    config: CouloirConfig;
  }) {
    this.#draft = input.draft;
    this.#document = input.document;
    this.#environment = input.world.environment;
    this.#config = input.config;
    this.#complaints = new Complaints(input);
    this.#accounts = new AccountReader(input.config.accounts ?? {}, input.world, this.#complaints);
  }

  readCatalogue(cortex: CortexKnowledge): void {
    const names = Object.keys(this.#config.accounts ?? {});
    if (names.length > 1) {
      return this.#complaints.problem(
        ['accounts'],
        `there are several (${names.join(', ')}): list what each one serves under "models".`,
      );
    }
    const connection = this.#accounts.connection(undefined, [], '');
    if (connection === undefined) return;
    const { deployments, aliases } = catalogueDeployments(connection, cortex);
    const place = this.#document.placeOf(['accounts']);
    this.#draft.deployments.push(...deployments.map((settings) => ({ settings, place, path: 'accounts' })));
    this.#draft.aliases = { ...aliases, ...this.#draft.aliases };
  }

  readModel(model: ModelConfig, index: number): void {
    const path: Path = ['models', index];
    if (this.#complaints.isUnset(path, model.name)) return;
    const provider = model.provider ?? 'cortex';
    const connection = provider === 'cortex' ? this.#cortex(model, path) : this.#foreign(model, provider, path);
    if (connection === undefined) return;
    const api = model.api ?? model.cortex_api;
    const fields: Omit<DeploymentSettings, 'id'> = {
      modelName: model.name,
      provider,
      model: model.model ?? model.name,
      ...connection,
      ...(api === undefined ? {} : { cortexApi: api }),
      weight: model.weight ?? 1,
      order: model.order ?? 0,
      ...(model.rpm === undefined ? {} : { rpm: model.rpm }),
      ...(model.tpm === undefined ? {} : { tpm: model.tpm }),
      ...(model.max_parallel === undefined ? {} : { maxParallel: model.max_parallel }),
      tags: model.tags ?? [],
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

  #cortex(model: ModelConfig, path: Path): SnowflakeConnection | undefined {
    if (model.api_key !== undefined) {
      this.#complaints.problem(
        [...path, 'api_key'],
        'belongs to other providers. Put a Snowflake token under accounts, as "token".',
      );
    }
    const connection = this.#accounts.connection(model.account, path, model.name);
    if (connection === undefined || model.api_base === undefined) return connection;
    return { ...connection, base: { apiBase: model.api_base } };
  }

  #foreign(model: ModelConfig, provider: 'openai' | 'anthropic', path: Path): SnowflakeConnection | undefined {
    if (model.account !== undefined) {
      this.#complaints.problem(
        [...path, 'account'],
        `names a Snowflake account, but the provider is "${provider}". Remove one of them.`,
      );
    }
    const apiKey = model.api === undefined ? 'cortex_api' : 'api';
    if (model[apiKey] !== undefined) {
      this.#complaints.problem(
        [...path, apiKey],
        `chooses a Cortex API, but the provider is "${provider}". Remove one of them.`,
      );
    }
    const apiBase = model.api_base ?? OWN_BASES[provider];
    const key = model.api_key ?? this.#environment[KEY_VARIABLES[provider]];
    if (key === undefined && model.api_base === undefined) {
      return this.#complaints.incomplete(
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
