import { hash } from 'node:crypto';
import { Lru } from '../kit/lru.ts';

/**
 * Slows a client that sends the same failing request over and over: several agents ask hundreds of times
 * a minute when they do not like an answer. Only failures count, so that load and repetition as such
 * cost nothing.
 */
export interface RepeatGuard {
  // `asker` is who asks and where: the same body on another path is another request.
  /** How long to wait before this request is looked at: 0 unless the very same one has failed repeatedly just now. */
  pauseMs(asker: string, body: Buffer): number;
  failed(asker: string, body: Buffer): void;
  succeeded(asker: string, body: Buffer): void;
}

/** Failures that clients may repeat at their own pace. */
const FREE = 3;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 10_000;
/** A request that has not come back for so long is not in a loop. */
const FORGET_MS = 60_000;
const MOST_REMEMBERED = 10_000;

export function createRepeatGuard(now: () => number): RepeatGuard {
  const limits = { capacity: MOST_REMEMBERED, ttlMs: FORGET_MS, now };
  const failures = new Lru<number>(limits);
  /** Hashing costs as much as scanning a body, so it is done for bodies of an asker that are as long as one that failed. */
  const lengths = new Lru<true>(limits);
  const lengthOf = (asker: string, body: Buffer) => `${asker} ${body.length}`;
  const keyOf = (asker: string, body: Buffer) => `${asker} ${hash('sha1', body, 'base64')}`;
  const mayHaveFailed = (asker: string, body: Buffer) =>
    lengths.size > 0 && lengths.get(lengthOf(asker, body)) !== undefined;
  return {
    pauseMs(asker, body) {
      const count = mayHaveFailed(asker, body) ? (failures.get(keyOf(asker, body)) ?? 0) : 0;
      return count < FREE ? 0 : Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (count - FREE));
    },
    failed(asker, body) {
      const key = keyOf(asker, body);
      lengths.set(lengthOf(asker, body), true);
      failures.set(key, (failures.get(key) ?? 0) + 1);
    },
    succeeded(asker, body) {
      if (mayHaveFailed(asker, body)) failures.delete(keyOf(asker, body));
    },
  };
}
