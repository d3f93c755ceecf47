// The process that asks. One order at a time comes over IPC: a case, where to send it, and for how long.
import { setTimeout as sleep } from 'node:timers/promises';
import { type BenchCase, findCase, isStreamed } from './cases.ts';
import { nowNanos } from './clock.ts';
import { runConnection } from './load-connection.ts';
import { type LoadResult, Measurements } from './measurements.ts';
import { type Target, requestBytes } from './target.ts';

export interface LoadOrder {
  caseName: string;
  target: Target;
  warmUpMs: number;
  forMs: number;
  /** One request in all, to see whether it is answered. */
  probe: boolean;
}

export type LoadReport =
  | { type: 'window-begins' }
  | { type: 'window-ends' }
  | { type: 'done'; result: LoadResult }
  | { type: 'failed'; reason: string };

/** More at a time would overflow a listener's backlog. */
const MOST_AT_ONCE = 100;
const OPENING_PAUSE_MS = 25;

process.on('message', (order: LoadOrder) => {
  run(order).catch((cause: unknown) =>
    tell({ type: 'failed', reason: cause instanceof Error ? cause.message : String(cause) }),
  );
});
process.on('disconnect', () => process.exit());

async function run({ caseName, target, warmUpMs, forMs, probe }: LoadOrder): Promise<void> {
  const bench = findCase(caseName);
  const measurements = new Measurements();
  let stopping = false;
  const plan = {
    port: target.port,
    request: requestBytes(bench, target),
    events: isStreamed(bench) ? bench.events : undefined,
    measurements,
    goOn: () => !stopping && !probe && !bench.once,
  };
  const startedAt = nowNanos();
  const connections: Promise<void>[] = [];
  for (let index = 0; index < (probe ? 1 : bench.connections); index += 1) {
    const earlyMs = openingMs(bench, index) - (nowNanos() - startedAt) / 1e6;
    if (earlyMs > 0) await sleep(earlyMs);
    connections.push(runConnection(plan));
  }
  const all = Promise.all(connections);
  if (probe) {
    await all;
    return tell({ type: 'done', result: measurements.result((nowNanos() - startedAt) / 1e9) });
  }
  // Connections that must not end before the window does are watched while it is open.
  const early = bench.once ? all.then(() => Promise.reject(new Error('the streams ended before the window did'))) : all;
  await Promise.race([sleep(warmUpMs), early]);
  measurements.clear();
  const beganAt = nowNanos();
  tell({ type: 'window-begins' });
  await Promise.race([sleep(forMs), early]);
  const result = measurements.result((nowNanos() - beganAt) / 1e9);
  tell({ type: 'window-ends' });
  stopping = true;
  await all;
  tell({ type: 'done', result });
}

/**
 * When a connection is opened. Paced streams begin one after another, so that their ends and next beginnings are
 * spread over time, as in life, and each at another moment of the pace, so that their events are, too.
 */
function openingMs({ mode, once, connections, events, paceMs }: BenchCase, index: number): number {
  if (mode !== 'paced' || once) return Math.floor(index / MOST_AT_ONCE) * OPENING_PAUSE_MS;
  return index * ((events * paceMs) / connections + paceMs / connections);
}

function tell(report: LoadReport): void {
  process.send?.(report);
}
