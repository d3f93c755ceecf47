import type { LoggedRequest } from '../packages/gateway/src/sandbox/index.ts';
import type { Deed } from './chaos.ts';
import type { Told } from './client.ts';
import type { Violation } from './compare.ts';
import type { LogLine } from './log-line.ts';
import type { SoakOptions } from './options.ts';

/** What happened in one round, counted. */
export interface RoundFacts {
  round: number;
  loadMs: number;
  requests: number;
  /** By what the clients have: `answer`, `error`, `left`, `broken`. */
  outcomes: Record<string, number>;
  /** By dialect. */
  dialects: Record<string, number>;
  /** Of the requests to the sandboxes, by name. */
  faults: Record<string, number>;
  upstreamRequests: number;
  /** Of the gateway's log, by outcome. */
  logged: Record<string, number>;
  /** Exchanges that waited for a place or for room. */
  queued: number;
  deeds: readonly Deed[];
  violations: number;
  /** Resident memory of each process of the gateway with everything idle. */
  processesMb: readonly number[];
}

export interface SoakOutcome {
  takenAt: string;
  options: SoakOptions;
  /** Why no name was resolved slowly; absent where one was. */
  withoutSlowNames?: string;
  rounds: RoundFacts[];
  violations: Violation[];
  /** So many of them, the first, were found in a round; the others in what comes after. */
  toldWithRounds: number;
  /** What the gateway said beside its exchanges. */
  others: readonly string[];
}

interface RoundTales {
  round: number;
  loadMs: number;
  told: readonly Told[];
  lines: readonly LogLine[];
  requests: readonly LoggedRequest[];
  deeds: readonly Deed[];
  violations: number;
}

export function factsOfRound(tales: RoundTales): Omit<RoundFacts, 'processesMb'> {
  const { round, loadMs, told, lines, requests, deeds, violations } = tales;
  return {
    round,
    loadMs,
    requests: told.length,
    outcomes: countBy(told, ({ ended, reading }) => reading?.is ?? ended),
    dialects: countBy(told, ({ dialect }) => dialect),
    faults: countBy(
      requests.filter(({ fault }) => fault !== undefined),
      ({ fault }) => fault!,
    ),
    upstreamRequests: requests.length,
    logged: countBy(lines, ({ outcome }) => outcome),
    queued: lines.filter(({ queuedMs }) => queuedMs !== undefined).length,
    deeds,
    violations,
  };
}

function countBy<T>(all: readonly T[], nameOf: (one: T) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const one of all) counts[nameOf(one)] = (counts[nameOf(one)] ?? 0) + 1;
  return counts;
}
