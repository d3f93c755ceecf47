/**
 * Rate limits as Snowflake describes them: per account and model, on requests and on tokens per minute, each by the
 * sliding-window-counter pattern (Snowflake docs, Cortex REST API, "Troubleshooting rate limit events").
 */
export interface ModelLimit {
  /** Absent: not limited. */
  tokensPerMinute?: number;
  requestsPerMinute?: number;
}

export const WINDOW_MS = 60_000;

interface Counter {
  /** Which window, counted from the epoch. */
  window: number;
  current: number;
  previous: number;
}

/**
 * Counts in fixed windows and assumes that the window before was evenly filled: its share that still
 * counts shrinks as the present one passes. Refused requests are not counted.
 */
export class RateLimiter {
  readonly #now: () => number;
  #limits: ReadonlyMap<string, ModelLimit>;
  readonly #requests = new Map<string, Counter>();
  readonly #tokens = new Map<string, Counter>();

  constructor(now: () => number, limits: Record<string, ModelLimit> = {}) {
    this.#now = now;
    this.#limits = new Map(Object.entries(limits));
  }

  get limits(): Record<string, ModelLimit> {
    return Object.fromEntries(this.#limits);
  }

  /** Replaces all limits; what was counted so far still counts. */
  set limits(limits: Record<string, ModelLimit>) {
    this.#limits = new Map(Object.entries(limits));
  }

  /** Counts one request, unless it exceeds a limit: then false, and nothing is counted. */
  admit(model: string): boolean {
    const { requestsPerMinute = Infinity, tokensPerMinute = Infinity } = this.#limitOf(model);
    if (this.#rate(this.#requests, model) + 1 > requestsPerMinute) return false;
    // A request is let in before its tokens are known, so the limit is met when the count has reached it.
    if (this.#rate(this.#tokens, model) >= tokensPerMinute) return false;
    this.#add(this.#requests, model, 1);
    return true;
  }

  /** Counts the tokens of an answered request, of prompt and completion together. */
  spend(model: string, tokens: number): void {
    this.#add(this.#tokens, model, tokens);
  }

  /** `*` limits every model that has no limit of its own. */
  #limitOf(model: string): ModelLimit {
    return this.#limits.get(model) ?? this.#limits.get('*') ?? {};
  }

  #rate(counters: Map<string, Counter>, model: string): number {
    const { current, previous } = this.#counter(counters, model);
    const elapsed = (this.#now() % WINDOW_MS) / WINDOW_MS;
    return previous * (1 - elapsed) + current;
  }

  #add(counters: Map<string, Counter>, model: string, amount: number): void {
    this.#counter(counters, model).current += amount;
  }

  #counter(counters: Map<string, Counter>, model: string): Counter {
    const window = Math.floor(this.#now() / WINDOW_MS);
    const known = counters.get(model);
    if (known?.window === window) return known;
    const previous = known !== undefined && known.window === window - 1 ? known.current : 0;
    const counter = { window, current: 0, previous };
    counters.set(model, counter);
    return counter;
  }
}

/** Per model: tokens and requests per minute. Snowflake docs, Cortex REST API, "Rate limits", autumn 2026. */
const DOCUMENTED: readonly (readonly [model: string, tokens: number, requests: number])[] = [
  ['claude-opus-4-7', 3_000_000, 10_000],
  ['claude-opus-4-6', 3_000_000, 10_000],
  ['claude-opus-4-5', 2_000_000, 10_000],
  ['claude-sonnet-4-6', 6_000_000, 10_000],
  ['claude-sonnet-4-5', 5_000_000, 10_000],
  ['claude-haiku-4-5', 5_000_000, 10_000],
  ['claude-4-sonnet', 2_000_000, 1_200],
  ['openai-gpt-5.2', 1_200_000, 3_000],
  ['openai-gpt-5.1', 600_000, 3_000],
  ['openai-gpt-5', 600_000, 600],
  ['openai-gpt-5-mini', 2_000_000, 2_000],
  ['openai-gpt-5-nano', 10_000_000, 10_000],
  ['openai-gpt-5-chat', 1_000_000, 1_000],
  ['openai-gpt-4.1', 2_000_000, 600],
  ['llama3.1-8b', 800_000, 800],
  ['llama3.1-70b', 400_000, 400],
  ['llama3.1-405b', 200_000, 200],
  ['deepseek-r1', 100_000, 100],
  ['mistral-7b', 400_000, 400],
  ['mistral-large2', 600_000, 200],
  ['snowflake-arctic-embed-m-v1.5', 400_000, 200],
  ['snowflake-arctic-embed-m', 400_000, 200],
  ['e5-base-v2', 400_000, 200],
];

export function documentedLimits(): Record<string, ModelLimit> {
  return Object.fromEntries(
    DOCUMENTED.map(([model, tokensPerMinute, requestsPerMinute]) => [model, { tokensPerMinute, requestsPerMinute }]),
  );
}
