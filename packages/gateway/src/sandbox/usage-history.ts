/** What was really called, as `SNOWFLAKE.ACCOUNT_USAGE.CORTEX_REST_API_USAGE_HISTORY` shows it after a while. */
export interface UsageRow {
  startMs: number;
  endMs: number;
  requestId: string;
  model: string;
  /** Prompt and completion together. */
  tokens: number;
  granular: { input: number; output: number; cache_read_input: number };
  userId: string;
  inferenceRegion: string;
}

const CAPACITY = 100_000;

/** The last hundred thousand answered requests, oldest first. */
export class UsageHistory {
  readonly #rows: UsageRow[] = [];

  record(row: UsageRow): void {
    this.#rows.push(row);
    if (this.#rows.length > CAPACITY) this.#rows.shift();
  }

  /** The rows that the view has caught up with: it lags by up to 45 minutes (docs/cortex-quirks.md#usage-view-latency). */
  visible(nowMs: number, latencyMs: number): UsageRow[] {
    return this.#rows.filter(({ endMs }) => endMs + latencyMs <= nowMs);
  }
}
