import type { CouloirConfig } from './schema.ts';
import type { TimeoutSettings } from '../settings.ts';

/** The timeouts that are set, in milliseconds. */
export function readTimeouts(timeouts: NonNullable<CouloirConfig['timeouts']>): Partial<TimeoutSettings> {
  return {
    ...(timeouts.connect === undefined ? {} : { connectMs: timeouts.connect }),
    ...(timeouts.total === undefined ? {} : { totalMs: timeouts.total }),
    ...(timeouts.first_byte === undefined ? {} : { firstByteMs: timeouts.first_byte }),
    ...(timeouts.idle === undefined ? {} : { idleMs: timeouts.idle }),
  };
}
