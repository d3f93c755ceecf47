import type { FromBank, ToBank } from './lease-messages.ts';
import { LeasedCounter } from './leased-counter.ts';
import type { OpenCounter } from './window-counter.ts';

/** A worker's end of the channel to the counter bank. */
export interface Leases {
  /** For `createPacer`. */
  openCounter: OpenCounter;
  /** To be called with everything that the bank sends. */
  receive(message: FromBank): void;
}

/**
 * @param send takes messages to the bank, whose answers come after it has returned, in order. One that gets lost costs a
 * second's wait, never exactness
 * @param now milliseconds, by the same clock as the bank's
 */
export function createLeases(send: (message: ToBank) => void, now: () => number): Leases {
  const counters = new Map<string, LeasedCounter>();
  return {
    openCounter(key, onRoom) {
      const counter = new LeasedCounter({ key, send, onRoom, onClose: () => counters.delete(key) });
      counters.set(key, counter);
      return counter;
    },
    receive(message) {
      counters.get(message.key)?.receive(message, now());
    },
  };
}
