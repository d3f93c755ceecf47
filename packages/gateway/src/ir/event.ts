import type { GatewayError } from '../errors/error.ts';
import type { JsonObject } from './json.ts';
import type { Note } from './note.ts';
import type { Dialect, Ext, Part } from './request.ts';
import type { Seal } from './seal.ts';
import type { Usage } from './usage.ts';

/**
 * One step of an answer. Grammar (checked by `ir/grammar.ts`):
 * `start (open delta* close | usage | ping | note | opaque)* stop end`; any prefix may be followed by `error`, which is last.
 * Deltas of different parts may interleave; `at` names the part.
 */
export type StreamEvent =
  | { type: 'start'; id?: string; model?: string; ext?: Ext }
  | { type: 'open'; at: number; part: Part; ext?: Ext }
  | { type: 'delta'; at: number; delta: Delta; ext?: Ext }
  | { type: 'close'; at: number; ext?: Ext }
  /** A cumulative snapshot: merged per field, never summed. */
  | { type: 'usage'; usage: Usage }
  | { type: 'stop'; reason: StopReason; raw?: string; sequence?: string; ext?: Ext }
  | { type: 'end' }
  | { type: 'ping' }
  | { type: 'note'; note: Note }
  | { type: 'opaque'; dialect: Dialect; value: JsonObject }
  | { type: 'error'; error: GatewayError };

export type Delta =
  | { text: string }
  | { thinking: string }
  | { args: string }
  | { seal: Seal }
  | { citation: JsonObject };

export type StopReason =
  | 'end'
  | 'tool-calls'
  | 'length'
  | 'stop-sequence'
  | 'refusal'
  | 'filtered'
  | 'paused'
  | 'unknown';
