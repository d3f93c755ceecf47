/** The Messages API on the wire, as Cortex takes and gives it. Types only: the sandbox shares them, and nothing else, with the gateway. */
import type { JsonObject } from '../../ir/json.ts';

export type MessagesRequest = {
  model: string;
  max_tokens: number;
  messages: WireMessage[];
  system?: WireTextBlock[];
  tools?: WireTool[];
  tool_choice?: WireToolChoice;
  stop_sequences?: string[];
  temperature?: number;
  top_p?: number;
  top_k?: number;
  thinking?: WireThinking;
  output_config?: WireOutputConfig;
  metadata?: JsonObject;
  stream?: boolean;
};

export type WireMessage = { role: 'user' | 'assistant'; content: WireBlock[] };

type WireCacheControl = { type: 'ephemeral' };

export type WireTextBlock = { type: 'text'; text: string; cache_control?: WireCacheControl };

export type WireImageBlock = {
  type: 'image';
  source: { type: 'base64'; media_type: string; data: string } | { type: 'url'; url: string };
  cache_control?: WireCacheControl;
};

type WireThinkingBlock = { type: 'thinking'; thinking: string; signature: string };

type WireRedactedThinkingBlock = { type: 'redacted_thinking'; data: string };

export type WireToolUseBlock = {
  type: 'tool_use';
  id: string;
  name: string;
  input: JsonObject;
  cache_control?: WireCacheControl;
};

type WireToolResultBlock = {
  type: 'tool_result';
  tool_use_id: string;
  content?: WireBlock[];
  is_error?: true;
  cache_control?: WireCacheControl;
};

/** A block of a kind this file does not know, kept whole. */
type WireUnknownBlock = JsonObject;

export type WireBlock =
  | WireTextBlock
  | WireImageBlock
  | WireThinkingBlock
  | WireRedactedThinkingBlock
  | WireToolUseBlock
  | WireToolResultBlock
  | WireUnknownBlock;

export type WireTool = {
  name: string;
  description?: string;
  input_schema: JsonObject;
  cache_control?: WireCacheControl;
};

export type WireToolChoice =
  | { type: 'auto' | 'any'; disable_parallel_tool_use?: true }
  | { type: 'tool'; name: string; disable_parallel_tool_use?: true }
  | { type: 'none' };

export type WireThinking =
  | { type: 'adaptive'; display?: 'summarized' | 'omitted' }
  | { type: 'enabled'; budget_tokens: number };

export type WireOutputConfig = {
  effort?: string;
  format?: { type: 'json_schema'; schema: JsonObject };
};
