import type { StopReason } from '../../ir/event.ts';
import type { Json } from '../../ir/json.ts';
import type { FinishReason } from './wire.ts';

/**
 * What a chat client is told. A call that was made must be announced as `tool_calls`, or clients do not
 * run it, except when the answer was cut inside it. A classifier that cut the answer off (`refusal`) is
 * `content_filter`: with `stop` an agent takes the half answer for a whole one.
 */
export function writeFinishReason(reason: StopReason, hasCalls: boolean): FinishReason {
  switch (reason) {
    case 'length':
      return 'length';
    case 'refusal':
    case 'filtered':
      return 'content_filter';
    case 'end':
    case 'tool-calls':
    case 'stop-sequence':
    case 'paused':
    case 'unknown':
      return hasCalls ? 'tool_calls' : 'stop';
  }
}

/** The unified reason of a `finish_reason`; undefined when there is none. */
export function readFinishReason(value: Json | undefined): StopReason | undefined {
  if (typeof value !== 'string' || value === '') return undefined;
  return Object.hasOwn(REASONS, value) ? REASONS[value] : 'unknown';
}

const REASONS: Record<string, StopReason> = {
  stop: 'end',
  length: 'length',
  tool_calls: 'tool-calls',
  function_call: 'tool-calls',
  content_filter: 'filtered',
};
