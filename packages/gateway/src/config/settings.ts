/** The one immutable shape that every configuration source (our YAML, LiteLLM's, the environment) is turned into. */
import type { JsonObject } from '../ir/json.ts';
import type { Secret } from '../kit/secret.ts';

export interface Settings {
  server: {
    host: string;
    port: number;
    tls?: { keyFile: string; certFile: string };
    /** How long readiness says no before no more is taken, and how long running answers may take after that. */
    drainDelayMs: number;
    drainTimeoutMs: number;
    /** How many processes share the load. */
    workers: number;
    /** How long a client may take to send its headers, and its whole request. */
    headersTimeoutMs: number;
    requestTimeoutMs: number;
    /** How long a connection stays open on which nothing is asked. */
    keepAliveMs: number;
    /** Further connections are closed as soon as they are opened. */
    maxConnections: number;
  };
  /** Absent: `cli` generates one and keeps it in the home folder. */
  masterKey?: Secret;
  deployments: DeploymentSettings[];
  /** Deployments for every name that matches theirs, which has a `*` in it. */
  wildcards: DeploymentSettings[];
  /** Other names for public model names. Hidden ones work but are not listed by `/v1/models`. */
  aliases: Record<string, { model: string; hidden: boolean }>;
  /** False: a field that Cortex cannot honour is refused with a 400 instead of dropped with a note. */
  dropParams: boolean;
  /** Further tries of one request after a failure that another try may mend, all before the first byte. */
  retries: number;
  timeouts: TimeoutSettings;
  routing: RoutingSettings;
  pacing: PacingSettings;
  limits: LimitSettings;
  telemetry: TelemetrySettings;
  /** Mends (see docs/cortex-quirks.md) that are switched off, by id. */
  disabledMends: string[];
  log: { level: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent' };
}

/** How one of several deployments is chosen, and what happens when it fails. docs/routing.md describes it for people. */
export interface RoutingSettings {
  strategy: RoutingStrategy;
  /** Conversations long enough to be cached stay with the deployment whose account holds their cache. */
  sessionAffinity: boolean;
  /** Model names to try when every deployment of one has failed, by its name. */
  fallbacks: Record<string, string[]>;
  /** For models without fallbacks of their own. */
  defaultFallbacks: string[];
  /** Instead of `fallbacks`, when the prompt is too long for a model. */
  contextWindowFallbacks: Record<string, string[]>;
  /** Instead of `fallbacks`, when a model or its guardrail refuses the content. */
  contentPolicyFallbacks: Record<string, string[]>;
  /** How many other models one request may try. */
  maxFallbacks: number;
  /** Deployments whose context window is too small for the prompt are passed over. */
  contextChecks: boolean;
  /** A request that names tags goes only to deployments that have one of them. */
  tagFiltering: boolean;
  /** Whether one of the request's tags is enough, or a deployment must have them all. */
  tagMatch: 'any' | 'all';
  cooldown: CooldownSettings;
  /** Further tries by kind of failure, where `retries` is not what is wanted. */
  retryPolicy: RetryPolicy;
  /** The same for single models, by their name: what it says goes before the other. */
  modelRetryPolicy: Record<string, RetryPolicy>;
  /** Asks a second deployment as well when the first has not begun to answer after so long; absent: never. */
  hedgeAfterMs?: number;
}

/** Further tries by kind of failure. */
export type RetryPolicy = Partial<Record<FailureClass, number>>;

export type RoutingStrategy = 'simple-shuffle' | 'least-busy' | 'latency-based' | 'usage-based' | 'cost-based';

/** Kinds of failure as operators tell them apart. */
export type FailureClass =
  | 'timeout'
  | 'rate-limit'
  | 'overloaded'
  | 'server-error'
  | 'authentication'
  | 'content-policy'
  | 'bad-request';

export interface CooldownSettings {
  enabled: boolean;
  /** How long a failing deployment is passed over. */
  timeMs: number;
  /** Failures within a minute that are borne before that. */
  allowedFails?: number;
  /** The same by kind of failure. */
  allowedFailsPolicy: Partial<Record<FailureClass, number>>;
}

/** Waiting for room in Cortex's rate limits instead of running into them. */
export interface PacingSettings {
  enabled: boolean;
  /** Longest wait for room. */
  maxWaitMs: number;
  /** Most requests that wait for one model of one account. */
  maxQueue: number;
}

/** What of the gateway can be watched, and where to. docs/telemetry.md describes it for people. */
export interface TelemetrySettings {
  /** `/metrics` without a key. */
  openMetrics: boolean;
  /** Where traces go; absent: nowhere. */
  traces?: {
    /** A collector's address for traces over OTLP/HTTP. */
    url: string;
    headers: Record<string, Secret>;
    serviceName: string;
  };
}

/** How much the gateway takes on at once. */
export interface LimitSettings {
  /** Exchanges that run at the same time; further ones wait. */
  maxRunning: number;
  /** Exchanges that wait; further ones are refused with 503. */
  maxQueued: number;
  /** Exchanges of one key that run at the same time. */
  maxRunningPerKey?: number;
  /** Longest wait for a place. */
  queueWaitMs: number;
  /** Resident memory above which no new work is taken. */
  maxMemoryMb?: number;
}

export interface TimeoutSettings {
  /** Until the connection to the upstream stands. */
  connectMs: number;
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
  /** One of the whole catalogue, which nobody asked for by name: the account's own list of models adds to it. */
  ofCatalogue?: true;
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
  /** Requests and tokens a minute that Snowflake grants, where they are not the catalogue's. */
  rpm?: number;
  tpm?: number;
  /** Requests that may be on their way to it at the same time. */
  maxParallel?: number;
  tags: string[];
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
