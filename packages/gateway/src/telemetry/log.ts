import { type Logger, pino } from 'pino';
import { systemClock } from '../kit/clock.ts';
import { LogDestination } from './log-destination.ts';

export type { Logger };

const STDERR = 2;
/** One for all loggers of a process. */
let destination: LogDestination | undefined;

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

/**
 * Structured log lines on stderr, so that stdout stays free for what a command prints.
 * @param worker which of several processes this is, for every line to say
 */
export function createLogger(level: string, worker?: number): Logger {
  destination ??= new LogDestination(STDERR);
  return pino(
    {
      level,
      base: worker === undefined ? null : { worker },
      timestamp: isoTimes(() => systemClock.now()),
      redact: { paths: SECRET_PATHS, censor: '[secret]' },
    },
    destination,
  );
}

/** The moment as pino wants it. Only the milliseconds are written each time: the rest costs more, and changes once a second. */
export function isoTimes(now: () => number): () => string {
  let second = 0;
  let beginning = '';
  return () => {
    const nowMs = now();
    const milliseconds = nowMs % 1000;
    if (nowMs - milliseconds !== second) {
      second = nowMs - milliseconds;
      beginning = `,"time":"${new Date(second).toISOString().slice(0, -'000Z'.length)}`;
    }
    return `${beginning}${String(milliseconds).padStart(3, '0')}Z"`;
  };
}
