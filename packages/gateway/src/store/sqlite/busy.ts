import type { Clock } from '../../kit/clock.ts';

/** SQLite's code for "another program holds the lock"; its low byte, whatever the particulars. */
const BUSY = 5;
const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 500;

/**
 * Does what another program's lock may keep from being done, again and again while it does. SQLite's own waiting would
 * stop the whole process; here it stops only the one who asks.
 * @param untilMs after that moment of the clock the lock's error is thrown
 */
export async function untilFree<T>(work: () => T, clock: Pick<Clock, 'now' | 'sleep'>, untilMs: number): Promise<T> {
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)) {
    try {
      return work();
    } catch (cause) {
      if (!isBusy(cause) || clock.now() + pauseMs > untilMs) throw cause;
    }
    await clock.sleep(pauseMs);
  }
}

function isBusy(cause: unknown): boolean {
  return (
    cause instanceof Error && 'errcode' in cause && typeof cause.errcode === 'number' && (cause.errcode & 0xff) === BUSY
  );
}
