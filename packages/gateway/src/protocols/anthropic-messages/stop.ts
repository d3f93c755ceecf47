import type { StopReason } from '../../ir/event.ts';

const REASONS: Record<string, StopReason> = {
  end_turn: 'end',
  tool_use: 'tool-calls',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  stop_sequence: 'stop-sequence',
  refusal: 'refusal',
  pause_turn: 'paused',
};

/** A `stop_reason` in the IR's words. A new one is `unknown`; the caller keeps the raw word beside it. */
export function readStopReason(raw: string): StopReason {
  return Object.hasOwn(REASONS, raw) ? REASONS[raw]! : 'unknown';
}
