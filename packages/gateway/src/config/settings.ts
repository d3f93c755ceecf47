/** The one immutable shape that every configuration source (our YAML, LiteLLM's, the environment) is turned into. */
import type { JsonObject } from '../ir/json.ts';
import type { Secret } from '../kit/secret.ts';

export interface Settings {
  server: { host: string; port: number; tls?: { keyFile: string; certFile: string } };
  /** Absent: `cli` generates one and keeps it in the home folder. */
  masterKey?: Secret;
  deployments: DeploymentSettings[];
  /** Other names for public model names. Hidden ones work but are not listed by `/v1/models`. */
  aliases: Record<string, { model: string; hidden: boolean }>;
  /** False: a field that Cortex cannot honour is refused with a 400 instead of dropped with a note. */
  dropParams: boolean;
  /** Further tries of one request after a failure that another try may mend, all before the first byte. */
  retries: number;
  timeouts: TimeoutSettings;
  /** Mends (see docs/cortex-quirks.md) that are switched off, by id. */
  disabledMends: string[];
  log: { level: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent' };
}

export interface TimeoutSettings {
  /** From the request's arrival to the end of its answer. */
  totalMs: number;
  /** From sending to the upstream's first byte: unary answers send nothing until they are complete. */
  firstByteMs: number;
  /** Longest silence inside an answer; thinking models are silent for minutes. */
  idleMs: number;
}

/** One place that serves a public model name. Several with the same name share its load. */
export interface DeploymentSettings {
  /** Stable across restarts: `model_info.id`, else a hash of the fields below. */
  id: string;
  /** The public name clients ask for. */
  modelName: string;
  provider: 'cortex' | 'openai' | 'anthropic';
  /** The upstream's name for the model. */
  model: string;
  /** Where: an `api_base` in any form of docs/configuration.md, or for Cortex an account identifier. */
  base: { apiBase: string } | { account: string };
  /** Which Cortex API to speak; chosen by model family when absent. */
  cortexApi?: 'chat-completions' | 'messages' | 'complete';
  credential: CredentialSettings;
  /** Snowflake role and warehouse of every request; the user's defaults when absent. */
  role?: string;
  warehouse?: string;
  /** Share of the load among deployments of one name. */
  weight: number;
  /** Lower is tried first. */
  order: number;
  timeouts?: Partial<TimeoutSettings>;
  retries?: number;
  dropParams?: boolean;
  promptCaching: 'auto' | 'off';
  /** Body fields used where the client sent none (`temperature: 0.2` in LiteLLM's `litellm_params`). */
  defaults: JsonObject;
  extraHeaders: Record<string, string>;
  /** US dollars per token, where the operator overrides the catalogue. */
  price?: { input?: number; output?: number; cacheRead?: number; cacheWrite?: number };
  /** Overrides of what the catalogue knows of the model. */
  contextWindow?: number;
  maxOutputTokens?: number;
}

/** What Snowflake calls the kind of a bearer token. */
export type SnowflakeTokenType = 'PROGRAMMATIC_ACCESS_TOKEN' | 'KEYPAIR_JWT' | 'OAUTH';

/** Clouds, and identity providers of one's own, that vouch for a workload. */
export type WorkloadIdentityProvider = 'AWS' | 'AZURE' | 'GCP' | 'OIDC';

/** A secret as it was written down, or the absolute path of the file that holds it. */
export type SecretSource = Secret | { file: string };

/** How a deployment signs in. docs/credentials.md describes each kind for people. */
export type CredentialSettings =
  | {
      /** A ready token. Its type is told from its form unless `type` says; a file is read again when it changes. */
      kind: 'snowflake-token';
      token: SecretSource;
      type?: SnowflakeTokenType;
    }
  | {
      /** Tokens are signed with this key. */
      kind: 'snowflake-key-pair';
      user: string;
      /** Account identifier for the claims, where it cannot be taken from the address. */
      account?: string;
      /** PEM. */
      privateKey: SecretSource;
      passphrase?: Secret;
    }
  | {
      /** Access tokens come from a token endpoint: with `refreshToken` for it, else for the client's own credentials. */
      kind: 'snowflake-oauth';
      tokenUrl: string;
      clientId: string;
      clientSecret?: Secret;
      refreshToken?: Secret;
      scope?: string;
      /** Where the endpoint wants client id and secret: the Authorization header, or the form. */
      clientAuthentication: 'basic' | 'post';
      /** Further fields of the form, like `audience`. */
      parameters: Record<string, string>;
    }
  | { kind: 'snowflake-workload-identity'; provider: WorkloadIdentityProvider; token: SecretSource }
  /** A session of a Snowflake driver; the master token renews it. */
  | { kind: 'snowflake-session'; token: Secret; masterToken?: Secret }
  /** Another provider's API key. */
  | { kind: 'api-key'; token: Secret }
  | { kind: 'none' };
