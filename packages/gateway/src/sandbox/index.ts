/** The public entry of the sandbox. */
export { createCortexSandbox, type CortexSandbox, type SandboxOptions } from './server.ts';
export type { LoggedRequest } from './request-log.ts';
export { DEFAULT_SWITCHES, type Switches } from './switches.ts';
