import { measureEventLoopLag } from '../../kit/event-loop.ts';
import type { Registry } from './registry.ts';

const MICROSECONDS = 1e6;

/** What Prometheus users expect of any process, under its usual names. @returns stops the measuring */
export function createProcessMetrics(registry: Registry, startedAtMs: number): () => void {
  const lag = measureEventLoopLag();
  const cpu = registry.counter('process_cpu_seconds_total', 'CPU time of the process, all threads.');
  const resident = registry.gauge('process_resident_memory_bytes', 'Resident memory.');
  const heap = registry.gauge('nodejs_heap_size_used_bytes', 'Used heap of V8.');
  const started = registry.gauge(
    'process_start_time_seconds',
    'Start of the process, in Unix seconds.',
    [],
    'smallest',
  );
  const lagGauge = registry.gauge(
    'nodejs_eventloop_lag_p99_seconds',
    '99th percentile of the event loop’s lag since the last scrape.',
    [],
    'largest',
  );
  registry.onRead(() => {
    const { user, system } = process.cpuUsage();
    cpu.reach([], (user + system) / MICROSECONDS);
    const memory = process.memoryUsage();
    resident.set([], memory.rss);
    heap.set([], memory.heapUsed);
    started.set([], startedAtMs / 1000);
    lagGauge.set([], lag.p99Ms() / 1000);
  });
  return () => {
    lag.stop();
  };
}
