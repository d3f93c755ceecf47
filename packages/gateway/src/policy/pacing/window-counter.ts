/** Limits of one model on one account, of requests and of tokens per minute. Absent: none is known. */
export interface PaceLimits {
  rpm?: number;
  tpm?: number;
  /** Those that the operator set; the others are what Snowflake documents. */
  configured?: readonly ('rpm' | 'tpm')[];
}

/**
 * The port behind which the window of one key is counted: in this process (local-counter.ts), or in slices leased from
 * the process that counts for all workers (leased-counter.ts).
 */
export interface WindowCounter {
  /** Counts a request and returns 0; or counts nothing and returns after how many milliseconds to ask again. */
  tryTake(nowMs: number, tokens: number, limits: PaceLimits): number;
  /** What keeps a request out whose turn comes after those of `ahead` (their tokens), and for how long at least. */
  shortage(nowMs: number, ahead: Iterable<number>, tokens: number, limits: PaceLimits): Shortage;
  /** Puts right what was counted at `takenAtMs`: less than nothing is given back, more is counted from now on. */
  correct(nowMs: number, takenAtMs: number, requests: number, tokens: number): void;
  /** The upstream answered 429 to what was counted at `takenAtMs`. */
  limited(nowMs: number, takenAtMs: number, retryAfterMs: number | undefined, limits: PaceLimits): void;
  view(nowMs: number, limits: PaceLimits): CounterView;
  /** Nobody will ask it for room again. */
  close(): void;
}

export interface Shortage {
  waitMs: number;
  /** `upstream`: it named a time before which nothing may be sent. */
  by: 'requests' | 'tokens' | 'upstream';
  /** The limit as it is believed at present, per minute; 0 where it is no matter of a limit. */
  limit: number;
  /** A 429 has changed it. */
  taught: boolean;
}

export interface CounterView {
  /** Of the last sixty seconds. */
  requests: number;
  tokens: number;
  /** As believed at present; absent: no limit is known. */
  rpm?: number;
  tpm?: number;
  /** How much longer nothing may be sent, because the upstream said so. */
  heldMs: number;
}

/** Makes the counter of a key. `onRoom` is called when there may be room sooner than was told. */
export type OpenCounter = (key: string, onRoom: () => void) => WindowCounter;
