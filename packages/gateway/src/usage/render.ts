import type { Comparison, Count } from './compare.ts';
import { writeMoment } from './period.ts';
import type { UsageReport } from './report.ts';
import { VIEW } from './snowflake-view.ts';
import type { Tally } from './tally.ts';

/** A report as lines for a terminal. */
export function renderUsage(report: UsageReport): string[] {
  const { sinceMs, untilMs, by, groups, total, accounts, unread } = report;
  const title = `Usage by ${by}, ${writeMoment(sinceMs)} to ${writeMoment(untilMs)}`;
  if (groups.length === 0) return [title, '', 'No exchange is on record for this time.', ...besides(accounts, unread)];
  return [title, '', ...table(by, [...groups, total]), ...footnotes(total), ...besides(accounts, unread)];
}

function table(by: string, rows: Tally[]): string[] {
  const viewed = rows.some(({ snowflakeTokens }) => snowflakeTokens !== undefined);
  const head = [by, 'exchanges', 'failed', 'input', 'cache read', 'cache write', 'output', 'cost (USD)'];
  const cells = rows.map((row) => [
    row.name,
    ...[row.exchanges, row.failed, row.input, row.cacheRead, row.cacheWrite, row.output].map(whole),
    row.costUsd.toFixed(4),
    ...(viewed ? [whole(row.snowflakeTokens ?? 0)] : []),
  ]);
  const all = [[...head, ...(viewed ? ["Snowflake's tokens"] : [])], ...cells];
  const widths = all[0]!.map((_, column) => Math.max(...all.map((line) => line[column]!.length)));
  return all.map((line) =>
    line
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join('  ')
      .trimEnd(),
  );
}

function footnotes({ unpriced, estimated, simulated }: Tally): string[] {
  const notes = [
    unpriced > 0 &&
      `${exchanges(unpriced)} of a model without a known price: not in the cost. Give the model a price in the configuration.`,
    estimated > 0 && `${exchanges(estimated)} with counts that are our own estimate, because Cortex reported none.`,
    simulated > 0 && `${exchanges(simulated)} answered by a sandbox: the cost is what Cortex would have taken.`,
  ].filter((note) => note !== false);
  return notes.length === 0 ? [] : ['', ...notes];
}

function besides(accounts: Comparison[], unread: UsageReport['unread']): string[] {
  return [
    ...accounts.flatMap((comparison) => ['', `Beside ${VIEW} of ${comparison.account}:`, ...compared(comparison)]),
    ...unread.flatMap(({ account, reason }) => ['', `${VIEW} of ${account} could not be read:`, `  ${reason}`]),
  ];
}

function compared({ both, pending, missing, elsewhere }: Comparison): string[] {
  const lines = [
    `${exchanges(both.exchanges)} in both: ${whole(both.ourTokens)} tokens by our count, ${whole(both.snowflakeTokens)} by Snowflake's.`,
    both.differing > 0 &&
      `  ${exchanges(both.differing)} counted differently${both.estimated === 0 ? '' : `, ${whole(both.estimated)} of them because our count is an estimate`}.`,
    both.uncounted > 0 &&
      `  ${exchanges(both.uncounted)} only Snowflake counted: the client left, or the stream broke off before the counts came.`,
    pending.calls > 0 &&
      `${known(pending)} less than two hours old and not in the view yet. It lags by 45 minutes, sometimes by more.`,
    missing.calls > 0 &&
      `${known(missing)} older than that and still not in the view. Another account may have served them, or Snowflake's support can look up their request ids.`,
    elsewhere.calls > 0 &&
      `${known(elsewhere)} in the view alone: made with other tools, or by another gateway (${elsewhere.models
        .map(({ model, calls, tokens }) => `${model}: ${whole(calls)}, ${whole(tokens)} tokens`)
        .join('; ')}).`,
  ];
  return lines.filter((line) => line !== false).map((line) => `  ${line}`);
}

function exchanges(count: number): string {
  return `${whole(count)} ${count === 1 ? 'exchange' : 'exchanges'}`;
}

function known({ calls, tokens }: Count): string {
  return `${whole(calls)} ${calls === 1 ? 'call' : 'calls'} with ${whole(tokens)} tokens,`;
}

function whole(count: number): string {
  return count.toLocaleString('en-US');
}
