import type { Registry } from './registry.ts';

/** What of one exchange is counted. Times in milliseconds, money in US dollars. */
export interface MeasuredExchange {
  /** `chat`, `text_completion` or `embeddings`: the operation names of the GenAI conventions. */
  operation: string;
  dialect: string;
  lane: string;
  /** `snowflake.cortex`, `openai` or `anthropic`. */
  provider: string;
  /** The upstream's name of the model that answered. */
  model: string;
  deployment: string;
  /** `ok`, or the kind of the error. */
  outcome: string;
  /** Each request to a deployment, and `ok` or the kind of its error. */
  tries: readonly { deployment: string; outcome: string }[];
  totalMs: number;
  overheadMs: number | undefined;
  queuedMs: number;
  firstContentMs: number | undefined;
  /** By kind: `input`, `output`, `cache_read`, `cache_write`, `reasoning`. */
  tokens: Readonly<Record<string, number>>;
  costUsd: number | undefined;
}

export type MeasureExchange = (exchange: MeasuredExchange) => void;

/** Buckets of the GenAI conventions, in seconds and tokens. */
const DURATIONS = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];
const FIRST_TOKENS = [0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
const TOKENS = [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304];
const OVERHEADS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1];

const GEN_AI = ['gen_ai_operation_name', 'gen_ai_provider_name', 'gen_ai_response_model'] as const;

/** The metrics of exchanges. Labels are bounded: they come from the configuration and from our own tables. */
export function createExchangeMetrics(registry: Registry): MeasureExchange {
  const requests = registry.counter('couloir_requests_total', 'Exchanges that ended, by how.', [
    'dialect',
    'lane',
    'model',
    'deployment',
    'outcome',
  ]);
  const attempts = registry.counter(
    'couloir_upstream_attempts_total',
    'Requests sent to deployments, by how they ended.',
    ['deployment', 'outcome'],
  );
  const tokens = registry.counter('couloir_tokens_total', 'Tokens as the upstream counted them.', ['model', 'type']);
  const cost = registry.counter('couloir_cost_usd_total', 'What the answers cost, in US dollars.', ['model']);
  const duration = registry.histogram(
    'gen_ai_server_request_duration_seconds',
    'From the arrival of a request to the end of its answer.',
    DURATIONS,
    [...GEN_AI, 'error_type'],
  );
  const firstToken = registry.histogram(
    'gen_ai_server_time_to_first_token_seconds',
    'From the arrival of a request to the first content of its answer.',
    FIRST_TOKENS,
    GEN_AI,
  );
  const usage = registry.histogram('gen_ai_client_token_usage', 'Tokens of one exchange.', TOKENS, [
    ...GEN_AI,
    'gen_ai_token_type',
  ]);
  const overhead = registry.histogram(
    'couloir_overhead_seconds',
    'Time spent in the gateway itself before an answer began.',
    OVERHEADS,
    ['lane'],
  );
  const queued = registry.histogram(
    'couloir_queue_wait_seconds',
    'Waiting for a place or for room in rate limits, of exchanges that waited.',
    DURATIONS,
    ['model'],
  );
  return (x) => {
    const named = [x.operation, x.provider, x.model];
    requests.add([x.dialect, x.lane, x.model, x.deployment, x.outcome]);
    for (const { deployment, outcome } of x.tries) attempts.add([deployment, outcome]);
    duration.observe([...named, x.outcome === 'ok' ? '' : x.outcome], x.totalMs / 1000);
    if (x.firstContentMs !== undefined) firstToken.observe(named, x.firstContentMs / 1000);
    if (x.overheadMs !== undefined) overhead.observe([x.lane], x.overheadMs / 1000);
    if (x.queuedMs > 0) queued.observe([x.model], x.queuedMs / 1000);
    if (x.costUsd !== undefined) cost.add([x.model], x.costUsd);
    for (const type in x.tokens) {
      const count = x.tokens[type]!;
      tokens.add([x.model, type], count);
      if (type === 'input' || type === 'output') usage.observe([...named, type], count);
    }
  };
}
