import { setTimeout as sleep } from 'node:timers/promises';
import { machineBusyMicros } from './accounting.ts';

/** Foreign CPU, in cores, above which a run is not started, and above which it does not count. */
const QUIET = 0.15;
export const NOISY = 0.35;
const LOOK_MS = 300;

/** Waits until nobody else uses the machine, or until patience ends. @returns whether it is quiet */
export async function waitForQuiet(patienceMs: number): Promise<boolean> {
  const waitUntil = performance.now() + patienceMs;
  for (;;) {
    const before = machineBusyMicros();
    const startedAt = performance.now();
    await sleep(LOOK_MS);
    const cores = (machineBusyMicros() - before) / 1000 / (performance.now() - startedAt);
    if (cores < QUIET) return true;
    if (performance.now() >= waitUntil) return false;
  }
}
