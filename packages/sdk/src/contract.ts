/** The admin API: what it is asked, what it answers, and where. The gateway and the console are held to these types. */

/** All of them take GET and answer JSON. `:id` stands for one path segment. */
export const ADMIN_ROUTES = {
  status: '/admin/api/status',
  models: '/admin/api/models',
  exchanges: '/admin/api/exchanges',
  exchange: '/admin/api/exchanges/:id',
  usage: '/admin/api/usage',
} as const;

export type AdminRoutes = typeof ADMIN_ROUTES;

/** What the gateway is and does right now. */
export interface Status {
  version: string;
  /** ISO 8601, UTC, as every moment of this API. */
  startedAt: string;
  uptimeSeconds: number;
  /** `draining`: it is shutting down, finishes what is under way, and takes nothing new. */
  state: 'ready' | 'draining';
  /** True when the gateway runs its own sandbox because no account is configured: answers are simulated. */
  sandbox: boolean;
  /** Requests under way. */
  inFlight: number;
  /** Requests that wait for room. */
  queued: number;
  /** The model name to type into Cursor; null when no model is served. */
  cursorModel: string | null;
  accounts: Account[];
  deployments: Deployment[];
}

/** A place that deployments call, without its credential. */
export interface Account {
  provider: Provider;
  /** Scheme, host and port. */
  origin: string;
  deployments: number;
}

export type Provider = 'cortex' | 'openai' | 'anthropic';

/** What clients speak; `cursor` is Cursor's mixture of the others on the chat path. */
export type ClientProtocol =
  | 'openai-chat'
  | 'openai-responses'
  | 'openai-completions'
  | 'anthropic-messages'
  | 'cursor';

/** How a request goes through: its bytes kept, its JSON mended, or translated. */
export type Lane = 'verbatim' | 'mended' | 'translated';

/** One place that serves a model name. */
export interface Deployment {
  id: string;
  /** The public name. */
  model: string;
  provider: Provider;
  /** The upstream's name for the model. */
  upstreamModel: string;
  /** Scheme, host and port of the upstream. */
  origin: string;
  /** The upstream's protocol. */
  upstreamApi: 'anthropic-messages' | 'openai-chat' | 'cortex-complete' | 'cortex-embed';
  /** By what a client speaks; null for an embedding model, whose requests take no lane. */
  lanes: Record<ClientProtocol, Lane> | null;
  /** Share of the load among deployments of one name. */
  weight: number;
  /** Lower is tried first. */
  order: number;
  /** `cooling-down` after failures: tried last. `half-open` then, until one request has shown that it works again. */
  state: 'ready' | 'cooling-down' | 'half-open';
  /** When it is tried first again; null while it is ready. */
  coolingUntil: string | null;
  /** Requests on their way. */
  inFlight: number;
  /** Requests that wait for room at it. */
  queued: number;
  /** Moving average of the time to the first content; null until it has answered. */
  firstContentMs: number | null;
  /** Of the running minute. */
  requestsThisMinute: number;
  tokensThisMinute: number;
}

/** A model that clients can ask for. */
export interface Model {
  name: string;
  /** Other listed names of it. */
  aliases: string[];
  kind: 'chat' | 'embedding';
  provider: Provider;
  /** The upstream's name for it, of its first deployment. */
  upstreamModel: string;
  deployments: number;
  family: 'claude' | 'openai' | 'other';
  /** Tokens. */
  contextWindow: number;
  /** Tokens; null for an embedding model. */
  maxOutputTokens: number | null;
  capabilities: ModelCapabilities;
  /** US dollars per million tokens; null when no price is known. */
  price: Price | null;
}

export interface ModelCapabilities {
  tools: boolean;
  vision: boolean;
  structuredOutput: boolean;
  reasoning: boolean;
  /** The efforts that can be asked for, weakest first. */
  efforts: string[];
  promptCaching: boolean;
}

export interface Price {
  input: number;
  output: number;
  /** Null where the input price holds. */
  cacheRead: number | null;
  cacheWrite: number | null;
}

export interface ModelList {
  models: Model[];
}

/** One request and what came of it: numbers and names, never a word of a prompt or an answer. Null is what nobody knows. */
export interface Exchange {
  /** The answer's `x-couloir-request-id`. */
  requestId: string;
  /** The upstream's ids of the calls behind it. */
  upstreamRequestIds: string[];
  receivedAt: string;
  durationMs: number;
  /** Of it waiting for room, here and at the upstream. */
  queuedMs: number | null;
  /** From its arrival to the first content of the answer. */
  firstContentMs: number | null;
  /** What the gateway itself took before the answer's first byte, in microseconds. */
  overheadMicros: number | null;
  /** The id of the key it came with. */
  key: string;
  modelAsked: string | null;
  /** The upstream's name of the model that served it, or was tried last. */
  modelServed: string | null;
  deploymentId: string | null;
  protocol: string;
  lane: string | null;
  /** The client wanted a stream. */
  stream: boolean | null;
  /** Calls to an upstream, those that failed included. */
  attempts: number | null;
  /** HTTP status that the outcome stands for. */
  status: number;
  /** `ok`, or the kind of the error. */
  outcome: string;
  /** Why the model ended. */
  stop: string | null;
  tokens: ExchangeTokens;
  /** Some count of tokens is the gateway's own estimate. */
  estimated: boolean;
  costUsd: number | null;
  /** A sandbox answered: nobody pays. */
  simulated: boolean;
  /** What was not honoured as it was asked. */
  notes: ExchangeNote[];
  error: ExchangeError | null;
}

/** Disjoint classes, but for `reasoning`, which is a part of `output`. */
export interface ExchangeTokens {
  input: number | null;
  cacheRead: number | null;
  cacheWrite: number | null;
  output: number | null;
  reasoning: number | null;
}

export interface ExchangeNote {
  /** `dropped`, `coerced`, `simulated`, `repaired`, … */
  code: string;
  /** Where in the client's body. */
  path: string;
  because: string;
}

export interface ExchangeError {
  /** A row of docs/errors.md. */
  kind: string;
  /** What is wrong and what to do, as the client was told. */
  message: string | null;
  /** Whose fault; null for a kind that this version does not know. */
  blame: 'client' | 'operator' | 'upstream' | 'gateway' | null;
  clientMayRetry: boolean | null;
}

export interface ExchangesQuery {
  /** 1 to 200; 50 unless said. */
  limit?: number | undefined;
  /** The `next` of the page before. */
  before?: string | undefined;
  /** Asked for or served. */
  model?: string | undefined;
  /** `ok`, the kind of an error, or `failed` for all but `ok`. */
  outcome?: string | undefined;
}

/** Newest first. */
export interface ExchangePage {
  exchanges: Exchange[];
  /** Give it as `before` for the next page; null at the end. */
  next: string | null;
}

export interface UsageQuery {
  /** `90m`, `24h`, `7d` and `2w` count back from now; `2026-11-01` is that day's start in UTC. `7d` unless said. */
  since?: string | undefined;
  /** `model` unless said. */
  by?: UsageGrouping | undefined;
}

export type UsageGrouping = 'model' | 'day' | 'hour' | 'key';

export interface Usage {
  since: string;
  until: string;
  by: UsageGrouping;
  /** Hours and days in order, everything else by cost and then by tokens, the largest first. */
  groups: UsageSum[];
  total: UsageSum;
}

/** What exchanges come to. Amounts are sums of what is known. */
export interface UsageSum {
  /** The model, the day (`2026-11-20`), the hour (`2026-11-20T16Z`) or the key; `total` for all of them. */
  name: string;
  exchanges: number;
  failed: number;
  input: number;
  cacheRead: number;
  cacheWrite: number;
  output: number;
  costUsd: number;
  /** Exchanges with tokens but without a known price: `costUsd` leaves them out. */
  unpriced: number;
  /** Exchanges with a count that is an estimate. */
  estimated: number;
  /** Exchanges that a sandbox answered: their cost is what Cortex would have taken. */
  simulated: number;
}

/** The body of every answer that is an error: OpenAI's envelope. */
export interface ErrorEnvelope {
  error: {
    message: string;
    type: string;
    /** The parameter that is wrong. */
    param: string | null;
    code: string | null;
    request_id: string;
  };
}
