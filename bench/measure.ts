import { setTimeout as sleep } from 'node:timers/promises';
import { machineBusyMicros, processTree } from './accounting.ts';
import type { BenchWorld } from './bench-world.ts';
import { type BenchCase, isStreamed } from './cases.ts';
import type { LoadOrder, LoadReport } from './load.ts';
import type { LoadResult } from './measurements.ts';
import { NOISY } from './quiet.ts';
import type { Run } from './results.ts';
import type { Target } from './target.ts';

export interface Window {
  warmUpMs: number;
  forMs: number;
}

type Measured = Pick<Run, 'load' | 'cpuMicros' | 'foreignCores' | 'noisy'>;

/** Settling time after an answer that was given up: connections close, timers run out. */
const SETTLE_MS = 50;

/**
 * One run of a case: the load is let run, and the CPU is read at both ends of the window inside it.
 * @param duringWindow watches while the window is open
 * @throws Error when an answer was not what it must be
 */
export async function measure(
  world: BenchWorld,
  bench: BenchCase,
  target: Target,
  pid: number | undefined,
  window: Window,
  duringWindow: () => void = () => undefined,
): Promise<Measured> {
  await orderAnswers(world, bench);
  const proxy = pid === undefined ? undefined : processTree(pid);
  const own = world.ownPids.map(processTree);
  const read = () => {
    const { user, system } = process.cpuUsage();
    return {
      proxy: proxy?.cpuMicros(),
      known: own.reduce((total, tree) => total + tree.cpuMicros(), user + system) + (proxy?.cpuMicros() ?? 0),
      busy: machineBusyMicros(),
      atMs: performance.now(),
    };
  };
  world.load.send({ caseName: bench.name, target, ...window, probe: false } satisfies LoadOrder);
  await expectReport(world, 'window-begins');
  const before = read();
  duringWindow();
  await expectReport(world, 'window-ends');
  const after = read();
  const { result } = await expectReport(world, 'done');
  await sleep(SETTLE_MS);
  const foreignMicros = after.busy - before.busy - (after.known - before.known);
  const foreignCores = Math.max(0, foreignMicros / 1_000 / (after.atMs - before.atMs));
  return {
    load: result,
    cpuMicros: after.proxy === undefined || before.proxy === undefined ? undefined : after.proxy - before.proxy,
    foreignCores,
    noisy: foreignCores > NOISY,
  };
}

/** Sends one request of a case. @throws Error that says what was answered instead */
export async function probe(world: BenchWorld, bench: BenchCase, target: Target): Promise<LoadResult> {
  await orderAnswers(world, { ...bench, paceMs: 0 });
  world.load.send({ caseName: bench.name, target, warmUpMs: 0, forMs: 0, probe: true } satisfies LoadOrder);
  return (await expectReport(world, 'done')).result;
}

function orderAnswers(world: BenchWorld, bench: BenchCase): Promise<void> {
  return world.order({ streamed: isStreamed(bench), paceMs: bench.paceMs, events: bench.events });
}

async function expectReport<T extends LoadReport['type']>(
  { load }: BenchWorld,
  type: T,
): Promise<Extract<LoadReport, { type: T }>> {
  const report = (await load.next()) as LoadReport;
  if (report.type === 'failed') throw new Error(report.reason);
  if (report.type !== type) throw new Error(`the load said ${report.type} when it had to say ${type}`);
  return report as Extract<LoadReport, { type: T }>;
}
