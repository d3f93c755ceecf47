import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../packages/gateway/src/kit/clock.ts';
import { startChaos } from './chaos.ts';
import { runClient, type Told } from './client.ts';
import { compareTales, type Violation } from './compare.ts';
import type { SoakOptions } from './options.ts';
import { factsOfRound, type RoundFacts, type SoakOutcome } from './outcome.ts';
import { disconnect, settle } from './quiet.ts';
import { checkRecords } from './records.ts';
import { KEY, SoakWorld } from './world.ts';

/** For timers to run out and for V8 to collect what is dead. */
const REST_MS = 8_000;
const MEMORY_SAMPLES = 9;
const SAMPLE_EVERY_MS = 250;
/** What may be added from the second round to the last: what caches hold, and what V8 has not given back. */
const MOST_GROWTH = 0.25;

/**
 * The whole soak.
 * @param tell hears of each round when it is over, with what did not fit together in it
 * @throws Error when it cannot begin
 */
export async function soak(
  options: SoakOptions,
  tell: (facts: RoundFacts, found: Violation[]) => void,
): Promise<SoakOutcome> {
  const world = await SoakWorld.start(options);
  const violations: Violation[] = [];
  let toldWithRounds = 0;
  const rounds: RoundFacts[] = [];
  const begun = Array.from({ length: options.clients }, () => 0);
  const logged = new Set<string>();
  try {
    for (let round = 1; round <= options.rounds; round += 1) {
      const { facts, found, requestIds } = await runRound(world, options, round, begun);
      rounds.push(facts);
      violations.push(...found);
      toldWithRounds = violations.length;
      for (const id of requestIds) logged.add(id);
      tell(facts, found);
    }
    const leaks = await checkConnections(world);
    violations.push(...checkGrowth(rounds), ...leaks);
  } finally {
    const code = await world.close();
    if (code !== 0) violations.push({ invariant: 'outcome', because: `SIGTERM ended the gateway with ${code}` });
  }
  violations.push(...checkRecords(world.databaseFile, logged, wasKilled(rounds)));
  const [garbled] = world.gateway.garbled;
  if (garbled !== undefined) violations.push({ invariant: 'log', because: `a log line that is no JSON: ${garbled}` });
  world.removeFolder();
  const { withoutSlowNames } = world;
  return {
    takenAt: new Date(systemClock.now()).toISOString(),
    options,
    ...(withoutSlowNames === undefined ? {} : { withoutSlowNames }),
    rounds,
    violations,
    toldWithRounds,
    others: world.gateway.others,
  };
}

interface Round {
  facts: RoundFacts;
  found: Violation[];
  /** Of all exchanges that were logged. */
  requestIds: string[];
}

async function runRound(world: SoakWorld, options: SoakOptions, round: number, begun: number[]): Promise<Round> {
  const { url } = world.gateway;
  const { seed, rounds, minutes, requests } = options;
  const told: Told[] = [];
  const startedAtMs = Date.now();
  const forMs = (minutes * 60_000) / rounds;
  const progress = () =>
    requests === undefined ? (Date.now() - startedAtMs) / forMs : told.length / (requests / rounds);
  const chaos = startChaos(world, round, progress);
  const hooks = { goesOn: () => progress() < 1, tell: (one: Told) => void told.push(one) };
  await Promise.all(
    begun.map(async (first, client) => {
      begun[client] = await runClient(client, { url, key: KEY, seed }, hooks, first);
    }),
  );
  const loadMs = Date.now() - startedAtMs;
  await chaos.end();
  const unsettled = await settle(world);
  await sleep(REST_MS);
  const lines = world.gateway.takeExchanges();
  const seen = world.takeRequests();
  const killsAtMs = chaos.deeds.filter(({ name }) => name === 'worker kill').map(({ atMs }) => atMs);
  const found = [...compareTales({ told, lines, requests: seen, killsAtMs }), ...unsettled.map(leak)];
  const facts = factsOfRound({
    round,
    loadMs,
    told,
    lines,
    requests: seen,
    deeds: chaos.deeds,
    violations: found.length,
  });
  return {
    facts: { ...facts, processesMb: await residentMb(world) },
    found,
    requestIds: lines.map(({ requestId }) => requestId),
  };
}

/** With every idle connection closed, none is left in any process, of a worker that was killed neither. */
async function checkConnections(world: SoakWorld): Promise<Violation[]> {
  const connected = await disconnect(world);
  const held = world.gateway.connections().map(({ name, holder }) => `${name}, in a ${holder}`);
  return [...connected, ...held].map(leak);
}

function wasKilled(rounds: readonly RoundFacts[]): boolean {
  return rounds.some(({ deeds }) => deeds.some(({ name }) => name === 'worker kill'));
}

function leak(because: string): Violation {
  return { invariant: 'leak', because };
}

/** The sample in the middle. */
async function residentMb({ gateway }: SoakWorld): Promise<number[]> {
  const samples: number[][] = [];
  for (let count = 0; count < MEMORY_SAMPLES; count += 1) {
    samples.push(gateway.residentMb());
    await sleep(SAMPLE_EVERY_MS);
  }
  return samples.toSorted((left, right) => sum(left) - sum(right))[Math.floor(samples.length / 2)]!;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function checkGrowth(rounds: readonly RoundFacts[]): Violation[] {
  const [, second] = rounds;
  const last = rounds.at(-1);
  if (second === undefined || last === undefined) return [];
  // The largest is the one that has grown up: a worker that took a killed one's place in the first round still grows.
  const [before, after] = [Math.max(...second.processesMb), Math.max(...last.processesMb)];
  if (after / before - 1 <= MOST_GROWTH) return [];
  const told = `${before.toFixed(0)} MB in the largest process after the second round, ${after.toFixed(0)} MB after the last`;
  return [{ invariant: 'memory', because: told }];
}
