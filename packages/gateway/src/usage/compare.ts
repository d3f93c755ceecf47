import type { ExchangeRow } from '../store/ports.ts';
import type { ViewedCall } from './snowflake-view.ts';
import { tokensIn } from './tally.ts';

/** What Snowflake's view shows of one account, and which of our deployments are of that account. */
export interface AccountView {
  /** Its address. */
  account: string;
  deploymentIds: ReadonlySet<string>;
  calls: readonly ViewedCall[];
}

export interface Count {
  calls: number;
  tokens: number;
}

/** Our records of one account beside Snowflake's, by request id. */
export interface Comparison {
  account: string;
  /** Exchanges that both know. */
  both: {
    exchanges: number;
    ourTokens: number;
    snowflakeTokens: number;
    /** Exchanges whose tokens are not the same on both sides, those we had to estimate among them. */
    differing: number;
    estimated: number;
    /** Exchanges of which we never learned the tokens: the client left, or the stream broke off. */
    uncounted: number;
  };
  /** Ours that are too young for the view. */
  pending: Count;
  /** Ours that the view should show by now. */
  missing: Count;
  /** In the view, and not in our records. */
  elsewhere: Count & { models: (Count & { model: string })[] };
}

/** Documented are 45 minutes; users see up to two hours: docs/cortex-quirks.md#usage-view-latency */
const VIEW_LATENCY_MS = 2 * 3_600_000;

/** Compares exchanges with one account's view, one after the other. */
export class UsageComparison {
  readonly #view: AccountView;
  readonly #nowMs: number;
  readonly #unclaimed: Map<string, ViewedCall>;
  readonly #both = { exchanges: 0, ourTokens: 0, snowflakeTokens: 0, differing: 0, estimated: 0, uncounted: 0 };
  readonly #pending: Count = { calls: 0, tokens: 0 };
  readonly #missing: Count = { calls: 0, tokens: 0 };

  constructor(view: AccountView, nowMs: number) {
    this.#view = view;
    this.#nowMs = nowMs;
    this.#unclaimed = new Map(view.calls.map((call) => [call.requestId, call]));
  }

  /** @returns Snowflake's tokens for this exchange; undefined when the view does not show it */
  add(row: ExchangeRow): number | undefined {
    const found = this.claim(row);
    const ours = tokensIn(row.tokens);
    if (found.length === 0) {
      // A call that failed is not billed, and one of another account is in another view.
      const expected = ours !== undefined && row.upstreamRequestIds.length > 0;
      if (!expected || !this.#view.deploymentIds.has(row.deploymentId ?? '')) return undefined;
      const side = this.#nowMs - row.receivedAtMs < VIEW_LATENCY_MS ? this.#pending : this.#missing;
      side.calls += 1;
      side.tokens += ours;
      return undefined;
    }
    const theirs = found.reduce((sum, { tokens }) => sum + tokens, 0);
    this.#both.exchanges += 1;
    this.#both.ourTokens += ours ?? 0;
    this.#both.snowflakeTokens += theirs;
    this.#both.differing += Number(ours !== undefined && ours !== theirs);
    this.#both.estimated += Number(ours !== undefined && ours !== theirs && row.estimated);
    this.#both.uncounted += Number(ours === undefined);
    return theirs;
  }

  /** Takes an exchange's calls out of those from elsewhere, without counting it: for one just outside the period. */
  claim({ upstreamRequestIds }: ExchangeRow): ViewedCall[] {
    const found = upstreamRequestIds.map((id) => this.#unclaimed.get(id)).filter((call) => call !== undefined);
    for (const { requestId } of found) this.#unclaimed.delete(requestId);
    return found;
  }

  get result(): Comparison {
    const models = new Map<string, Count & { model: string }>();
    for (const { model, tokens } of this.#unclaimed.values()) {
      const count = models.get(model) ?? { model, calls: 0, tokens: 0 };
      models.set(model, { model, calls: count.calls + 1, tokens: count.tokens + tokens });
    }
    const listed = [...models.values()].toSorted((left, right) => right.tokens - left.tokens);
    return {
      account: this.#view.account,
      both: this.#both,
      pending: this.#pending,
      missing: this.#missing,
      elsewhere: {
        calls: listed.reduce((sum, { calls }) => sum + calls, 0),
        tokens: listed.reduce((sum, { tokens }) => sum + tokens, 0),
        models: listed,
      },
    };
  }
}
