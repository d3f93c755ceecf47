import type { BenchWorld } from './bench-world.ts';
import { type BenchCase, bulkOf } from './cases.ts';
import { type Window, measure, probe } from './measure.ts';
import { waitForQuiet } from './quiet.ts';
import type { Results, Run } from './results.ts';
import type { Target } from './target.ts';
import type { RunningVariant, Variant } from './variants/variant.ts';

interface RoundsPlan {
  cases: readonly BenchCase[];
  rounds: number;
  window: Window;
  /** How long to wait for a quiet machine before each run. */
  patienceMs: number;
  tell: (line: string) => void;
}

/** A variant with its processes. */
export interface Contestant {
  variant: Variant;
  running: RunningVariant;
}

/** How often a run is made again when others used the machine meanwhile. */
const MOST_TRIES = 3;
/** The first round also warms up the code of every case: V8 compiles for seconds, on threads whose CPU counts, too. */
const FIRST_WARM_UP = 10;
const PACED_STRETCH = 2;

/** All cases on all variants, in turns: what slows the machine for a while then slows everyone. */
export async function runRounds(
  world: BenchWorld,
  contestants: readonly Contestant[],
  { cases, rounds, window, patienceMs, tell }: RoundsPlan,
  results: Results,
): Promise<void> {
  const failed = new Set<string>();
  for (let round = 1; round <= rounds; round += 1) {
    for (const bench of cases) {
      for (const { variant, running } of contestants) {
        const target = running.target(bench);
        const pair = `${variant.name} ${bench.name}`;
        if (target === undefined || failed.has(pair)) continue;
        try {
          if (round === 1) {
            await checkLane(world, bench, target, variant);
            await warmUp(world, bench, running, window);
          }
          const run = await quietRun(world, bench, target, running.pid, windowOf(bench, window, round), patienceMs);
          results.runs.push({ caseName: bench.name, variant: variant.name, round, ...run });
          tell(lineOf(round, rounds, bench, variant, run));
        } catch (cause) {
          failed.add(pair);
          const because = cause instanceof Error ? cause.message : String(cause);
          results.missing.push({ variant: variant.name, caseName: bench.name, because });
          tell(`${pair}: ${because}`);
        }
      }
    }
  }
}

/** Paced streams take their time: the window must hold beginnings and ends of them, and CPU enough to count. */
function windowOf({ mode }: BenchCase, { warmUpMs, forMs }: Window, round: number): Window {
  return {
    warmUpMs: warmUpMs * (round === 1 ? FIRST_WARM_UP : 1),
    forMs: forMs * (mode === 'paced' ? PACED_STRETCH : 1),
  };
}

/** Paced streams begin too rarely to warm up in seconds the code that a request takes: in life they do it within minutes. */
async function warmUp(world: BenchWorld, bench: BenchCase, running: RunningVariant, window: Window): Promise<void> {
  const bulk = bulkOf(bench);
  const target = bulk === undefined ? undefined : running.target(bulk);
  if (bulk === undefined || target === undefined) return;
  await measure(world, bulk, target, running.pid, windowOf(bulk, window, 1));
}

/** @throws Error when nothing is answered, or our program goes another way than the case is about */
async function checkLane(world: BenchWorld, bench: BenchCase, target: Target, { ours }: Variant): Promise<void> {
  const { lane } = await probe(world, bench, target);
  if (ours && lane !== bench.lane.expected) {
    throw new Error(`it went through the lane "${lane}" and not through "${bench.lane.expected}"`);
  }
}

async function quietRun(
  world: BenchWorld,
  bench: BenchCase,
  target: Target,
  pid: number | undefined,
  window: Window,
  patienceMs: number,
): Promise<Omit<Run, 'caseName' | 'variant' | 'round'>> {
  for (let tries = 1; ; tries += 1) {
    if (patienceMs > 0) await waitForQuiet(patienceMs);
    const run = await measure(world, bench, target, pid, window);
    if (!run.noisy || tries === MOST_TRIES || patienceMs === 0) return run;
  }
}

function lineOf(
  round: number,
  rounds: number,
  { name }: BenchCase,
  variant: Variant,
  { load, cpuMicros, foreignCores, noisy }: Omit<Run, 'caseName' | 'variant' | 'round'>,
): string {
  const units = load.events > 0 ? load.events : load.requests;
  const cost = cpuMicros === undefined ? '' : `${(cpuMicros / units).toFixed(1)} µs CPU each, `;
  const busy = cpuMicros === undefined ? '' : `${(cpuMicros / 1e4 / load.seconds).toFixed(0)} % of its core, `;
  const rate = `${Math.round(units / load.seconds)}/s`;
  const noise = noisy ? `, noisy: others used ${foreignCores.toFixed(2)} cores` : '';
  return `round ${round}/${rounds}  ${name.padEnd(28)} ${variant.name.padEnd(16)} ${cost}${busy}${rate}${noise}`;
}
