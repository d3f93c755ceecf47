/** What the Messages API answers, as clients read it. */
import type { JsonObject } from '../../ir/json.ts';

export type WireStopReason =
  | 'end_turn'
  | 'tool_use'
  | 'max_tokens'
  | 'model_context_window_exceeded'
  | 'stop_sequence'
  | 'refusal'
  | 'pause_turn';

export type WireUsage = {
  input_tokens: number;
  cache_creation_input_tokens: number;
  cache_read_input_tokens: number;
  cache_creation?: { ephemeral_5m_input_tokens: number; ephemeral_1h_input_tokens: number };
  output_tokens: number;
  output_tokens_details?: { thinking_tokens: number };
};

export type WireMessageAnswer = {
  id: string;
  type: 'message';
  role: 'assistant';
  /** As the client asked. */
  model: string;
  content: JsonObject[];
  stop_reason: WireStopReason | null;
  stop_sequence: string | null;
  usage: WireUsage;
};

export type WireError = {
  type: 'error';
  error: { type: string; message: string; details?: Record<string, string | string[]> };
  request_id: string;
  /** What Snowflake's support asks for. */
  snowflake_request_id?: string;
};
