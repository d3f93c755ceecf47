/** Keeps requests below Snowflake's rate limits by counting as it does, and lets them wait briefly instead of burning a 429. */
import type { Clock } from '../../kit/clock.ts';
import { LocalCounter } from './local-counter.ts';
import { PacedKey, type PaceHouse, type PacePermit, type PaceRequest, type PaceView } from './paced-key.ts';
import type { OpenCounter } from './window-counter.ts';

interface PaceBounds {
  maxWaitMs: number;
  /** Most that may wait for one key, and for all together. */
  mostQueuedPerKey?: number;
  mostQueued?: number;
}

export interface Pacer {
  /**
   * At once when there is room; else a promise. A request never waits longer than `maxWaitMs`.
   * @throws GatewayError `upstream-limited` when it cannot have room in time, with the exact time to try again;
   * the reason of `signal` when that is aborted. Both also as the promise's rejection.
   */
  enter(request: PaceRequest): PacePermit | Promise<PacePermit>;
  /** Whether such a request would not have to wait, as far as is known. Counts nothing. */
  hasRoom(request: Pick<PaceRequest, 'key' | 'tokens' | 'limits'>): boolean;
  /** Other bounds, for a reload. What is counted stays counted. */
  limit(bounds: PaceBounds): void;
  view(): PaceView[];
  /** Refuses everyone who waits, and stops its timers. */
  close(): void;
}

interface PacerOptions extends PaceBounds {
  clock: Clock;
  /** Where windows are counted; in this process by default. */
  openCounter?: OpenCounter;
}

const MOST_KEYS = 4_096;
const SWEEP_EVERY_MS = 60_000;
/** By then the windows are empty, and what a 429 taught is forgotten. */
const FORGET_AFTER_MS = 15 * 60_000;

export function createPacer(options: PacerOptions): Pacer {
  const { clock, openCounter = () => new LocalCounter() } = options;
  const house: PaceHouse = { clock, ...boundsOf(options), queued: 0 };
  const keys = new Map<string, PacedKey>();
  const forget = (name: string, key: PacedKey) => {
    key.close();
    keys.delete(name);
  };
  const stopSweeping = clock.every(SWEEP_EVERY_MS, () => {
    const sinceMs = clock.now() - FORGET_AFTER_MS;
    for (const [name, key] of keys) if (key.idleSinceMs <= sinceMs) forget(name, key);
  });
  const open = (name: string): PacedKey => {
    if (keys.size >= MOST_KEYS) {
      // The one that was opened first among those nobody waits for.
      for (const [oldest, key] of keys) {
        if (key.isWaitedFor) continue;
        forget(oldest, key);
        break;
      }
    }
    const key = new PacedKey(name, house, openCounter);
    keys.set(name, key);
    return key;
  };
  return {
    enter: (request) => (keys.get(request.key) ?? open(request.key)).enter(request),
    hasRoom: (request) => keys.get(request.key)?.hasRoom(request) ?? true,
    view: () => Array.from(keys.values(), (key) => key.view()),
    limit(bounds) {
      Object.assign(house, boundsOf(bounds));
    },
    close() {
      stopSweeping();
      for (const [name, key] of keys) forget(name, key);
    },
  };
}

function boundsOf({ maxWaitMs, mostQueuedPerKey = 256, mostQueued = 1_024 }: PaceBounds): Required<PaceBounds> {
  return { maxWaitMs, mostQueuedPerKey, mostQueued };
}
