import type { Settings } from './settings.ts';

/** What holds where nobody says otherwise. */
export const DEFAULTS = {
  server: { host: '127.0.0.1', port: 4000 },
  dropParams: true,
  retries: 2,
  // Thinking models are silent for minutes, and a unary answer sends nothing until it is complete.
  timeouts: { totalMs: 1_800_000, firstByteMs: 600_000, idleMs: 300_000 },
  log: { level: 'info' },
} as const satisfies Partial<Settings>;

export const LOG_LEVELS = [
  'fatal',
  'error',
  'warn',
  'info',
  'debug',
  'trace',
  'silent',
] as const satisfies readonly Settings['log']['level'][];
