/** What the simulated model does with one prompt. `script/` decides it, surfaces put it on the wire. */
import type { JsonObject } from '../ir/json.ts';

export interface SimulatedTurn {
  /** In order. Calls that follow each other are parallel. */
  parts: SimulatedPart[];
  finish: 'stop' | 'length' | 'refusal' | 'tool-calls' | 'stop-sequence';
  /** The stop sequence that ended it. */
  sequence?: string;
  usage: SimulatedUsage;
  /** Instead of an answer. */
  fault?: Fault;
  timing: Timing;
}

export type SimulatedPart =
  | { kind: 'thinking'; text: string; signature: string }
  | { kind: 'text'; text: string }
  | { kind: 'call'; id: string; name: string; input: JsonObject };

/** Disjoint prompt counts; surfaces add them up the way their dialect does. */
export interface SimulatedUsage {
  input: number;
  cacheRead: number;
  cacheWrite: number;
  output: number;
  reasoning: number;
}

/** A failure by its name in `faults.ts` (`429`, `throttled`, `390112`, `empty`, `reset`, …). */
export interface Fault {
  name: string;
}

export interface Timing {
  /** Milliseconds between events. */
  paceMs: number;
  /** Silence after the response headers, before the first event unless `stallAt` says another. */
  stallMs: number;
  /** Before which event the silence is; 0, the first, unless said. */
  stallAt?: number;
  /** Reset the connection after this many events. */
  cutAfter?: number;
}
