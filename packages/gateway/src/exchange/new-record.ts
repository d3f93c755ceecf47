import type { Exchange } from './exchange.ts';

/** What is known of an exchange that has just arrived. */
export function newRecord(): Exchange['record'] {
  return {
    attempts: 0,
    tries: [],
    queuedMs: 0,
    notes: [],
    upstreamWaitMicros: 0,
    simulated: false,
    answeredRequestIds: [],
  };
}
