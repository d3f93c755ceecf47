import type { BenchWorld } from './bench-world.ts';
import type { ColdStart } from './results.ts';
import { launchCouloir } from './variants/couloir.ts';

/** Milliseconds from the start of the process to its first answers. */
export async function measureColdStart(world: BenchWorld): Promise<ColdStart> {
  const startedAt = performance.now();
  const { url, headers, program } = await launchCouloir(world.surroundings());
  try {
    await program.untilAnswering(`${url}/health/liveness`);
    const livenessMs = performance.now() - startedAt;
    await program.untilAnswering(`${url}/v1/models`, headers);
    return { livenessMs, modelsMs: performance.now() - startedAt };
  } finally {
    await program.stop();
  }
}
