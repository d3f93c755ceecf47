import type { FailureClass, Settings } from './settings.ts';

/** What holds where nobody says otherwise. */
export const DEFAULTS = {
  server: {
    host: '127.0.0.1',
    port: 4000,
    drainDelayMs: 0,
    drainTimeoutMs: 30_000,
    workers: 1,
    headersTimeoutMs: 30_000,
    // A slow uplink needs so long for 64 MiB.
    requestTimeoutMs: 300_000,
    // Longer than the idle time of common load balancers (60 s), which must be the ones to close.
    keepAliveMs: 75_000,
    maxConnections: 10_000,
  },
  dropParams: true,
  retries: 2,
  // Thinking models are silent for minutes, and a unary answer sends nothing until it is complete.
  timeouts: { connectMs: 10_000, totalMs: 1_800_000, firstByteMs: 600_000, idleMs: 300_000 },
  routing: {
    strategy: 'simple-shuffle',
    sessionAffinity: true,
    fallbacks: {},
    defaultFallbacks: [],
    contextWindowFallbacks: {},
    contentPolicyFallbacks: {},
    maxFallbacks: 5,
    contextChecks: false,
    tagFiltering: false,
    tagMatch: 'any',
    cooldown: { enabled: true, timeMs: 5_000, allowedFailsPolicy: {} },
    retryPolicy: {},
    modelRetryPolicy: {},
  },
  pacing: { enabled: true, maxWaitMs: 5_000, maxQueue: 1_000 },
  // One core streams some thousand answers; what waits costs little more than its body.
  limits: { maxRunning: 2_000, maxQueued: 1_000, queueWaitMs: 10_000 },
  log: { level: 'info' },
} satisfies Partial<Settings>;

export const LOG_LEVELS = [
  'fatal',
  'error',
  'warn',
  'info',
  'debug',
  'trace',
  'silent',
] as const satisfies readonly Settings['log']['level'][];

export const FAILURE_CLASSES = [
  'timeout',
  'rate-limit',
  'overloaded',
  'server-error',
  'authentication',
  'content-policy',
  'bad-request',
] as const satisfies readonly FailureClass[];

/** More processes than any machine has cores: a slip of the finger, not a wish. */
export const MOST_WORKERS = 256;
