import type { ExchangeRow, ExchangeTokens } from '../store/ports.ts';

export const GROUPINGS = ['model', 'day', 'hour', 'key'] as const;
export type Grouping = (typeof GROUPINGS)[number];

/** What the exchanges of one model, day, hour or key come to. Amounts are sums of what is known. */
export interface Tally {
  /** The model, the day or the hour (UTC: `2026-11-20`, `2026-11-20T16Z`), or the key; `total` for all of them. */
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
  /** Exchanges with a count that is our own estimate. */
  estimated: number;
  /** Exchanges that a sandbox answered. Their cost is what Cortex would have taken. */
  simulated: number;
  /** Snowflake's count of tokens for those of the exchanges that its view shows; absent when no view was read. */
  snowflakeTokens?: number;
}

const NAME_OF: Record<Grouping, (row: ExchangeRow) => string> = {
  model: (row) => row.modelServed ?? row.modelAsked ?? '(none)',
  day: (row) => new Date(row.receivedAtMs).toISOString().slice(0, 10),
  hour: (row) => `${new Date(row.receivedAtMs).toISOString().slice(0, 13)}Z`,
  key: (row) => row.callerId,
};

const IN_ORDER: ReadonlySet<Grouping> = new Set(['day', 'hour']);

/** Sums exchanges up, by group: days and hours in order, everything else by cost and then by tokens, the largest first. */
export class Tallies {
  readonly #by: Grouping;
  readonly #groups = new Map<string, Tally>();
  readonly #total = empty('total');

  constructor(by: Grouping) {
    this.#by = by;
  }

  /** @param snowflakeTokens what Snowflake's view says of this exchange; absent when no view was read */
  add(row: ExchangeRow, snowflakeTokens?: number): void {
    const name = NAME_OF[this.#by](row);
    const group = this.#groups.get(name) ?? empty(name);
    this.#groups.set(name, group);
    for (const tally of [group, this.#total]) count(tally, row, snowflakeTokens);
  }

  get groups(): Tally[] {
    const groups = [...this.#groups.values()];
    if (IN_ORDER.has(this.#by)) return groups.toSorted((left, right) => (left.name < right.name ? -1 : 1));
    return groups.toSorted(
      (left, right) =>
        right.costUsd - left.costUsd || tokensOf(right) - tokensOf(left) || (left.name < right.name ? -1 : 1),
    );
  }

  get total(): Tally {
    return this.#total;
  }
}

/** All tokens of an exchange, as Snowflake's view counts them. Undefined when nobody reported any. */
export function tokensIn({ input, cacheRead, cacheWrite5m, cacheWrite1h, output }: ExchangeTokens): number | undefined {
  const known = [input, cacheRead, cacheWrite5m, cacheWrite1h, output].filter((tokens) => tokens !== undefined);
  return known.length === 0 ? undefined : known.reduce((sum, tokens) => sum + tokens, 0);
}

function count(tally: Tally, row: ExchangeRow, snowflakeTokens: number | undefined): void {
  const { tokens, costUsd } = row;
  tally.exchanges += 1;
  tally.failed += Number(row.outcome !== 'ok');
  tally.input += tokens.input ?? 0;
  tally.cacheRead += tokens.cacheRead ?? 0;
  tally.cacheWrite += (tokens.cacheWrite5m ?? 0) + (tokens.cacheWrite1h ?? 0);
  tally.output += tokens.output ?? 0;
  tally.costUsd += costUsd ?? 0;
  tally.unpriced += Number(costUsd === undefined && tokensIn(tokens) !== undefined);
  tally.estimated += Number(row.estimated);
  tally.simulated += Number(row.simulated);
  if (snowflakeTokens !== undefined) tally.snowflakeTokens = (tally.snowflakeTokens ?? 0) + snowflakeTokens;
}

function tokensOf({ input, cacheRead, cacheWrite, output }: Tally): number {
  return input + cacheRead + cacheWrite + output;
}

function empty(name: string): Tally {
  return {
    name,
    exchanges: 0,
    failed: 0,
    input: 0,
    cacheRead: 0,
    cacheWrite: 0,
    output: 0,
    costUsd: 0,
    unpriced: 0,
    estimated: 0,
    simulated: 0,
  };
}
