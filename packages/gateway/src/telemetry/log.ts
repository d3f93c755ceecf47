import { type Logger, pino } from 'pino';
import { systemClock } from '../kit/clock.ts';

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

/** Longer writes to a pipe are not whole when several processes share it: lines are never gathered beyond it. */
const WHOLE_WRITE_BYTES = 4_096;

/**
 * Structured log lines on stderr, so that stdout stays free for what a command prints.
 * @param worker which of several processes this is, for every line to say
 */
export function createLogger(level: string, worker?: number): Logger {
  return pino(
    {
      level,
      base: worker === undefined ? null : { worker },
      timestamp: isoTimes(() => systemClock.now()),
      redact: { paths: SECRET_PATHS, censor: '[secret]' },
    },
    pino.destination({ dest: 2, sync: false, ...(worker === undefined ? {} : { maxWrite: WHOLE_WRITE_BYTES }) }),
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
