import { type Logger, pino } from 'pino';

export type { Logger };

/** Field names whose values are cut out wherever they appear, as a second net below `Secret`. */
const SECRET_PATHS = [
  'authorization',
  'headers.authorization',
  'headers["x-api-key"]',
  'token',
  'password',
  'masterKey',
  'apiKey',
  'api_key',
];

/** Structured log lines on stderr, so that stdout stays free for what a command prints. */
export function createLogger(level: string): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: SECRET_PATHS, censor: '[secret]' },
    },
    pino.destination({ dest: 2, sync: false }),
  );
}
