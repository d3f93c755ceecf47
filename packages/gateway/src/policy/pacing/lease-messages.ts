/** What workers and the process that counts for them tell each other: plain values, so that any channel will do. */
import type { PaceLimits, Shortage } from './window-counter.ts';

export type ToBank =
  | {
      type: 'ask';
      key: string;
      /** What the next request needs. */
      tokens: number;
      limits: PaceLimits;
      /** What is left of the last slice: given back first. */
      unused?: Correction;
    }
  | ({ type: 'correct'; key: string } & Correction)
  | { type: 'limited'; key: string; takenAtMs: number; retryAfterMs?: number; limits: PaceLimits };

export interface Correction {
  /** When it was counted. */
  takenAtMs: number;
  /** Below zero to give back. */
  requests: number;
  tokens: number;
}

export type FromBank =
  /** A slice to spend until the window ends in which it was counted. `spareTokens` of it go beyond what was asked for. */
  | { type: 'grant'; key: string; countedAtMs: number; requests: number; tokens: number; spareTokens: number }
  | { type: 'refusal'; key: string; atMs: number; tokens: number; shortage: Shortage }
  /** Another worker is short: what is not needed goes back. */
  | { type: 'recall'; key: string }
  /** Something was given back: who was refused may ask again. */
  | { type: 'room'; key: string }
  /** The upstream named a time before which nothing may be sent. */
  | { type: 'hold'; key: string; untilMs: number };
