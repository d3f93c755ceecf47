import type { ExchangeRow } from '../store/ports.ts';
import { type AccountView, type Comparison, UsageComparison } from './compare.ts';
import { type Grouping, Tallies, type Tally } from './tally.ts';

export interface UsageReport {
  sinceMs: number;
  untilMs: number;
  by: Grouping;
  groups: Tally[];
  total: Tally;
  /** One for each account whose view could be read. */
  accounts: Comparison[];
  /** Why the others could not. */
  unread: { account: string; reason: string }[];
}

interface ReportInput {
  by: Grouping;
  sinceMs: number;
  nowMs: number;
  /** Oldest first, from `MARGIN_MS` before `sinceMs` on. */
  exchanges: Iterable<ExchangeRow>;
  views: readonly AccountView[];
  unread: UsageReport['unread'];
}

/** Snowflake dates a call by its own clock, and when it began there: near the edge of the period the two differ. */
export const MARGIN_MS = 3_600_000;

/** Our records of a period, summed up and set beside Snowflake's. Reads each exchange once. */
export function reportUsage({ by, sinceMs, nowMs, exchanges, views, unread }: ReportInput): UsageReport {
  const tallies = new Tallies(by);
  const comparisons = views.map((view) => new UsageComparison(view, nowMs));
  for (const row of exchanges) {
    if (row.receivedAtMs < sinceMs) {
      for (const comparison of comparisons) comparison.claim(row);
      continue;
    }
    const known = comparisons.map((comparison) => comparison.add(row)).filter((tokens) => tokens !== undefined);
    tallies.add(row, comparisons.length === 0 ? undefined : known.reduce((sum, tokens) => sum + tokens, 0));
  }
  const { groups, total } = tallies;
  return { sinceMs, untilMs: nowMs, by, groups, total, accounts: comparisons.map(({ result }) => result), unread };
}
