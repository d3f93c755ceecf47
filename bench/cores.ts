import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

/** The program that is measured has the one to itself; upstream, load and bench share the other. */
export const PROXY_CORE = 0;
export const BENCH_CORE = 1;

/** False where cores cannot be told apart: then everything shares everything, and figures are worth less. */
export const CAN_PIN = availableParallelism() > 1 && spawnSync('taskset', ['-V']).status === 0;

/** The command that runs `command` on one core. `taskset` becomes the program itself, so its process id is the program's. */
export function onCore(core: number, command: string, words: readonly string[]): [command: string, words: string[]] {
  return CAN_PIN ? ['taskset', ['-c', String(core), command, ...words]] : [command, [...words]];
}

/** Moves this process out of the way. */
export function pinThisProcess(): void {
  if (CAN_PIN) spawnSync('taskset', ['-apc', String(BENCH_CORE), String(process.pid)]);
}
