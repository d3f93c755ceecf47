import { monitorEventLoopDelay } from 'node:perf_hooks';

/** How late the event loop is: what everything that runs in this process waits for. */
export interface EventLoopLag {
  /** 99th percentile since the last reading, in milliseconds. */
  p99Ms(): number;
  stop(): void;
}

/** Each reading of the monitor includes its own interval. */
const RESOLUTION_MS = 20;
const NANOSECONDS_PER_MS = 1e6;

export function measureEventLoopLag(): EventLoopLag {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  return {
    p99Ms() {
      const lagMs = Math.max(0, delay.percentile(99) / NANOSECONDS_PER_MS - RESOLUTION_MS);
      delay.reset();
      return lagMs;
    },
    stop() {
      delay.disable();
    },
  };
}
