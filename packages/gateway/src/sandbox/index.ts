/** The public entry of the sandbox. */
export { createCortexSandbox, type CortexSandbox, type SandboxOptions } from './server.ts';
export { type AccountSettings, OPEN_ACCOUNT } from './account.ts';
export { parseFault } from './admin/fault-plan.ts';
export { documentedLimits, type ModelLimit } from './limits.ts';
export { createPlayer } from './recordings/player.ts';
export { createRecorder } from './recordings/recorder.ts';
export type { RunningServer } from './recordings/listen.ts';
export { DEFAULT_MEMORY, type LoggedRequest, type RequestMemory } from './request-log.ts';
export { SWITCHES, type Switches } from './switches.ts';
