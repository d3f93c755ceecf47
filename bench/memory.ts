import { setTimeout as sleep } from 'node:timers/promises';
import { processTree } from './accounting.ts';
import type { BenchWorld } from './bench-world.ts';
import { OPEN_STREAMS, SECURE_OPEN_STREAMS, findCase } from './cases.ts';
import { measure } from './measure.ts';
import type { MemoryResult } from './results.ts';
import type { Variant } from './variants/variant.ts';

interface MemoryPlan {
  /** Ordinary load before the streams, so that what is compared is a process that has worked. */
  loadMs: number;
  /** How long the open streams are watched once all are open. */
  watchMs: number;
  /** A garbage collector gives memory back when it finds the time: it gets this long. */
  releaseMs: number;
}

const OPENING_MS = 4_000;
const IDLE_MS = 1_500;
const SAMPLE_MS = 250;
/** What counts as having come back. */
const SLACK = 1.1;

/** A fresh process: its memory idle, after load, with a thousand streams open, and after them. @throws Unavailable */
export async function measureMemory(
  world: BenchWorld,
  variant: Variant,
  secure: boolean,
  { loadMs, watchMs, releaseMs }: MemoryPlan,
): Promise<MemoryResult | undefined> {
  const running = await world.start(variant);
  try {
    const streams = secure ? SECURE_OPEN_STREAMS : OPEN_STREAMS;
    const load = findCase(secure ? 'verbatim-2kb-unary-tls' : 'verbatim-2kb-unary');
    const loadTarget = running.target(load);
    const target = running.target(streams);
    const { pid } = running;
    if (target === undefined || loadTarget === undefined || pid === undefined) return undefined;
    await sleep(IDLE_MS);
    const residentMb = () => processTree(pid).residentKb() / 1024;
    const idle = residentMb();
    await measure(world, load, loadTarget, pid, { warmUpMs: 0, forMs: loadMs });
    const afterLoad = await lowest(residentMb, IDLE_MS, 0);
    const samples: number[] = [];
    let sampling: NodeJS.Timeout | undefined;
    const { load: seen } = await measure(
      world,
      streams,
      target,
      pid,
      { warmUpMs: OPENING_MS, forMs: watchMs },
      () => (sampling = setInterval(() => samples.push(residentMb()), SAMPLE_MS)),
    );
    clearInterval(sampling);
    return {
      variant: variant.name,
      secure,
      idle,
      afterLoad,
      streams: streams.connections,
      whileOpen: Math.max(...samples),
      afterwards: await lowest(residentMb, releaseMs, afterLoad * SLACK),
      lateMicros: (seen.gaps?.p99 ?? Number.NaN) - streams.paceMs * 1_000,
    };
  } finally {
    await running.stop();
  }
}

/** The least memory within a time, which ends early once it is at most `enough`. */
async function lowest(residentMb: () => number, withinMs: number, enough: number): Promise<number> {
  const until = performance.now() + withinMs;
  let least = residentMb();
  while (least > enough && performance.now() < until) {
    await sleep(SAMPLE_MS);
    least = Math.min(least, residentMb());
  }
  return least;
}
