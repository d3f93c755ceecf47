import type { StopReason } from '../../ir/event.ts';
import type { WireStopReason } from './wire-answer.ts';

const REASONS: Record<Exclude<StopReason, 'end' | 'tool-calls' | 'unknown'>, WireStopReason> = {
  length: 'max_tokens',
  'stop-sequence': 'stop_sequence',
  refusal: 'refusal',
  filtered: 'refusal',
  paused: 'pause_turn',
};

/**
 * What a client is told. A call that was made must be announced as `tool_use`, or agents do not run it,
 * except when the answer was cut off inside it. `raw` is kept where it is a closer word of Anthropic's
 * (`model_context_window_exceeded`).
 */
export function writeStopReason(reason: StopReason, hasCalls: boolean, raw?: string): WireStopReason {
  if (reason === 'length' && raw === 'model_context_window_exceeded') return raw;
  if (reason === 'end' || reason === 'tool-calls' || reason === 'unknown') return hasCalls ? 'tool_use' : 'end_turn';
  return REASONS[reason];
}
