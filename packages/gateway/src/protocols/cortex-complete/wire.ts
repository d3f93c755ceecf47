/**
 * `inference:complete`, Cortex's own dialect from before it spoke OpenAI's and Anthropic's. Types only: the sandbox
 * shares them, and nothing else, with the gateway. Source: Snowflake's OpenAPI specification of Cortex inference.
 */
import type { JsonObject } from '../../ir/json.ts';

export type CompleteRequest = {
  model: string;
  messages: WireMessage[];
  max_tokens: number;
  temperature?: number;
  top_p?: number;
  tools?: WireTool[];
  tool_choice?: WireToolChoice;
  response_format?: { type: 'json'; schema: JsonObject };
  anthropic?: { thinking: { budget_tokens: number } };
  openai?: { reasoning: { effort: string } };
  guardrails?: JsonObject;
  provisioned_throughput_id?: string;
  /** Without it the answer is a stream. */
  stream: boolean;
};

export type WireMessage = {
  role: 'system' | 'user' | 'assistant';
  /** All text of the message: a string and nothing else. */
  content: string;
  content_list?: WireItem[];
};

type WireCacheControl = { type: 'ephemeral' };

export type WireImage = {
  type: 'image';
  details: { type: 'base64'; content: string; content_type: string; detail?: string };
  cache_control?: WireCacheControl;
};

type WireToolUse = {
  type: 'tool_use';
  tool_use: { tool_use_id: string; name: string; input: JsonObject };
  cache_control?: WireCacheControl;
};

type WireToolResults = {
  type: 'tool_results';
  tool_results: {
    tool_use_id: string;
    name: string;
    content: { type: 'text'; text: string }[];
    status?: 'error';
  };
  cache_control?: WireCacheControl;
};

type WireThinking = { type: 'anthropic'; thinking: { thinking: string; signature: string } };

type WireReasoning = { type: 'openai'; reasoning: { summary: string; encrypted_content: string } };

export type WireItem = WireImage | WireToolUse | WireToolResults | WireThinking | WireReasoning;

export type WireTool = {
  tool_spec: { type: 'generic'; name: string; description?: string; input_schema: JsonObject };
  cache_control?: WireCacheControl;
};

/** `auto` is what happens without one. */
export type WireToolChoice = { type: 'required' | 'tool'; name: string[] };
