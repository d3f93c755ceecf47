import type { Usage, UsageQuery } from '@couloir/sdk';
import type { ExchangePosition } from '../../store/ports.ts';
import { readSince } from '../../usage/period.ts';
import { Tallies } from '../../usage/tally.ts';
import { wrongParameter } from './queries.ts';
import type { AdminWorld } from './world.ts';

/** Rows read at a time: about a millisecond, then the requests of the data plane get their turn. */
const SLICE_ROWS = 500;

/** @throws GatewayError `invalid-request` for a `since` that is no period */
export async function sumUp(
  { since = '7d', by = 'model' }: UsageQuery,
  { exchanges, clock }: Pick<AdminWorld, 'exchanges' | 'clock'>,
): Promise<Usage> {
  const untilMs = clock.now();
  const sinceMs = readSince(since, untilMs);
  if (sinceMs === undefined)
    throw wrongParameter('since', 'must be a period like 90m, 24h, 7d, 2w or a day like 2026-11-01');
  const tallies = new Tallies(by);
  for await (const rows of newestFirst({ exchanges, clock })) {
    for (const row of rows) if (row.receivedAtMs >= sinceMs) tallies.add(row);
    if ((rows.at(-1)?.receivedAtMs ?? 0) < sinceMs) break;
  }
  const { groups, total } = tallies;
  return {
    since: new Date(sinceMs).toISOString(),
    until: new Date(untilMs).toISOString(),
    by,
    groups,
    total,
  };
}

async function* newestFirst({ exchanges, clock }: Pick<AdminWorld, 'exchanges' | 'clock'>) {
  let before: ExchangePosition | undefined;
  do {
    const { rows, next } = exchanges.page({ limit: SLICE_ROWS, ...(before === undefined ? {} : { before }) });
    yield rows;
    before = next;
    if (before !== undefined) await clock.sleep(0);
  } while (before !== undefined);
}
