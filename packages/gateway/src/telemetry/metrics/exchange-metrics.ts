import { cacheWrites, type Usage } from '../../ir/usage.ts';
import type { Histogram, MetricSeries, Registry } from './registry.ts';

/** What exchanges are counted by. */
interface ExchangeLabels {
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
}

/** What of one exchange is counted. Money is in US dollars. */
export interface MeasuredExchange extends ExchangeLabels {
  /** Each request to a deployment, and `ok` or the kind of its error. */
  tries: readonly { deployment: string; outcome: string }[];
  totalMicros: number;
  overheadMicros: number | undefined;
  queuedMs: number;
  firstContentMicros: number | undefined;
  usage: Usage | undefined;
  costUsd: number | undefined;
}

export type MeasureExchange = (exchange: MeasuredExchange) => void;

/** Buckets of the GenAI conventions, in seconds and tokens. */
const DURATIONS = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];
const FIRST_TOKENS = [0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
const TOKENS = [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304];
const OVERHEADS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1];

const MICROSECONDS = 1e6;

/** What a wildcard is asked for must not be remembered for ever: then the look-ups begin anew. */
const MOST_REMEMBERED = 1_000;

const GEN_AI = ['gen_ai_operation_name', 'gen_ai_provider_name', 'gen_ai_response_model'] as const;

/** The metrics of exchanges. Labels are bounded: they come from the configuration and from our own tables. */
export function createExchangeMetrics(registry: Registry): MeasureExchange {
  const families = createFamilies(registry);
  const known = new Map<string, ExchangeSeries[]>();
  let remembered = 0;
  const find = (x: MeasuredExchange): ExchangeSeries => {
    const ofDeployment = known.get(x.deployment);
    // Some dialects, lanes and outcomes: comparing them is quicker than making a key of them.
    if (ofDeployment !== undefined) for (const series of ofDeployment) if (series.isOf(x)) return series;
    if (remembered >= MOST_REMEMBERED) {
      known.clear();
      remembered = 0;
    }
    const { operation, dialect, lane, provider, model, deployment, outcome } = x;
    const series = new ExchangeSeries({ operation, dialect, lane, provider, model, deployment, outcome }, families);
    known.set(deployment, [...(known.get(deployment) ?? []), series]);
    remembered += 1;
    return series;
  };
  return (x) => {
    find(x).count(x);
  };
}

type Families = ReturnType<typeof createFamilies>;

function createFamilies(registry: Registry) {
  return {
    requests: registry.counter('couloir_requests_total', 'Exchanges that ended, by how.', [
      'dialect',
      'lane',
      'model',
      'deployment',
      'outcome',
    ]),
    attempts: registry.counter('couloir_upstream_attempts_total', 'Requests sent to deployments, by how they ended.', [
      'deployment',
      'outcome',
    ]),
    tokens: registry.counter('couloir_tokens_total', 'Tokens as the upstream counted them.', ['model', 'type']),
    cost: registry.counter('couloir_cost_usd_total', 'What the answers cost, in US dollars.', ['model']),
    duration: registry.histogram(
      'gen_ai_server_request_duration_seconds',
      'From the arrival of a request to the end of its answer.',
      DURATIONS,
      [...GEN_AI, 'error_type'],
    ),
    firstToken: registry.histogram(
      'gen_ai_server_time_to_first_token_seconds',
      'From the arrival of a request to the first content of its answer.',
      FIRST_TOKENS,
      GEN_AI,
    ),
    usage: registry.histogram('gen_ai_client_token_usage', 'Tokens of one exchange.', TOKENS, [
      ...GEN_AI,
      'gen_ai_token_type',
    ]),
    overhead: registry.histogram(
      'couloir_overhead_seconds',
      'Time spent in the gateway itself before an answer began.',
      OVERHEADS,
      ['lane'],
    ),
    queued: registry.histogram(
      'couloir_queue_wait_seconds',
      'Waiting for a place or for room in rate limits, of exchanges that waited.',
      DURATIONS,
      ['model'],
    ),
  };
}

/**
 * The series that exchanges of the same labels are counted in, looked up when the first of them comes. A series that
 * nothing was counted in is not there.
 */
class ExchangeSeries {
  readonly #labels: ExchangeLabels;
  readonly #families: Families;
  readonly #requests: MetricSeries;
  readonly #duration: MetricSeries;
  #okAttempt: MetricSeries | undefined;
  #firstToken: MetricSeries | undefined;
  #overhead: MetricSeries | undefined;
  #queued: MetricSeries | undefined;
  #cost: MetricSeries | undefined;
  #input: TokenSeries | undefined;
  #output: TokenSeries | undefined;
  #cacheRead: MetricSeries | undefined;
  #cacheWrite: MetricSeries | undefined;
  #reasoning: MetricSeries | undefined;

  constructor(labels: ExchangeLabels, families: Families) {
    const { dialect, lane, model, deployment, outcome } = labels;
    this.#labels = labels;
    this.#families = families;
    this.#requests = families.requests.series([dialect, lane, model, deployment, outcome]);
    this.#duration = families.duration.series([...this.#named(), outcome === 'ok' ? '' : outcome]);
  }

  isOf({ operation, dialect, lane, provider, model, outcome }: ExchangeLabels): boolean {
    const own = this.#labels;
    return (
      own.outcome === outcome &&
      own.dialect === dialect &&
      own.lane === lane &&
      own.model === model &&
      own.operation === operation &&
      own.provider === provider
    );
  }

  count(x: MeasuredExchange): void {
    const { duration, firstToken, overhead, queued, cost, attempts } = this.#families;
    const { lane, model, deployment } = this.#labels;
    this.#requests.value += 1;
    for (const one of x.tries) {
      if (one.outcome === 'ok' && one.deployment === deployment)
        (this.#okAttempt ??= attempts.series([deployment, 'ok'])).value += 1;
      else attempts.add([one.deployment, one.outcome]);
    }
    duration.observeIn(this.#duration, x.totalMicros / MICROSECONDS);
    if (x.firstContentMicros !== undefined)
      firstToken.observeIn(
        (this.#firstToken ??= firstToken.series(this.#named())),
        x.firstContentMicros / MICROSECONDS,
      );
    if (x.overheadMicros !== undefined)
      overhead.observeIn((this.#overhead ??= overhead.series([lane])), x.overheadMicros / MICROSECONDS);
    if (x.queuedMs > 0) queued.observeIn((this.#queued ??= queued.series([model])), x.queuedMs / 1_000);
    if (x.costUsd !== undefined) (this.#cost ??= cost.series([model])).value += x.costUsd;
    if (x.usage !== undefined) this.#countTokens(x.usage);
  }

  #countTokens(counted: Usage): void {
    const { input, output, cacheRead, reasoning } = counted;
    const cacheWrite = cacheWrites(counted);
    const { usage } = this.#families;
    if (input !== undefined) countBoth((this.#input ??= this.#tokensOf('input')), usage, input);
    if (output !== undefined) countBoth((this.#output ??= this.#tokensOf('output')), usage, output);
    if (cacheRead !== undefined) (this.#cacheRead ??= this.#countOf('cache_read')).value += cacheRead;
    if (cacheWrite !== undefined) (this.#cacheWrite ??= this.#countOf('cache_write')).value += cacheWrite;
    if (reasoning !== undefined) (this.#reasoning ??= this.#countOf('reasoning')).value += reasoning;
  }

  #countOf(type: string): MetricSeries {
    return this.#families.tokens.series([this.#labels.model, type]);
  }

  #tokensOf(type: string): TokenSeries {
    return { count: this.#countOf(type), usage: this.#families.usage.series([...this.#named(), type]) };
  }

  #named(): [string, string, string] {
    const { operation, provider, model } = this.#labels;
    return [operation, provider, model];
  }
}

interface TokenSeries {
  count: MetricSeries;
  usage: MetricSeries;
}

function countBoth(series: TokenSeries, usage: Histogram, tokens: number): void {
  series.count.value += tokens;
  usage.observeIn(series.usage, tokens);
}
