/** OpenAI Chat Completions as it looks on the wire, with the extensions that Cortex, OpenRouter and LiteLLM agree on. */
export type FinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter' | 'function_call';

/** One thought in OpenRouter's form, which Cortex speaks for Claude. */
export type ReasoningDetail = {
  type: 'reasoning.text' | 'reasoning.encrypted';
  /** Who sealed it: `anthropic-claude-v1`, `openai-responses-v1`. */
  format: string;
  index: number;
  id: string;
  text?: string;
  signature?: string;
  data?: string;
};

type ToolCall =
  | { id: string; type: 'function'; function: { name: string; arguments: string } }
  | { id: string; type: 'custom'; custom: { name: string; input: string } };

/** The first piece of a call has id, type and name; later ones only more of `arguments`, or of `input`. */
type ToolCallDelta =
  | { index: number; id?: string; type?: 'function'; function: { name?: string; arguments: string } }
  | { index: number; id?: string; type?: 'custom'; custom: { name?: string; input: string } };

/** What one chunk adds. */
export type ChunkDelta = {
  role?: 'assistant';
  content?: string | null;
  refusal?: string;
  reasoning_content?: string;
  reasoning_details?: ReasoningDetail[];
  tool_calls?: ToolCallDelta[];
};

export type ChatUsage = {
  prompt_tokens: number;
  completion_tokens: number;
  total_tokens: number;
  prompt_tokens_details?: { cached_tokens?: number; cache_creation_tokens?: number };
  completion_tokens_details?: { reasoning_tokens?: number };
};

export type ChatChunk = {
  id: string;
  object: 'chat.completion.chunk';
  created: number;
  model: string;
  choices: { index: number; delta: ChunkDelta; finish_reason: FinishReason | null }[];
  usage?: ChatUsage;
};

export type AnswerMessage = {
  role: 'assistant';
  content: string | null;
  refusal: string | null;
  reasoning_content?: string;
  reasoning_details?: ReasoningDetail[];
  tool_calls?: ToolCall[];
};

export type ChatCompletion = {
  id: string;
  object: 'chat.completion';
  created: number;
  model: string;
  choices: { index: number; message: AnswerMessage; logprobs: null; finish_reason: FinishReason }[];
  usage?: ChatUsage;
};

/** `{"cache_control": {"type": "ephemeral"}}` on a content part, a tool or a message. */
export type CacheControl = { type: 'ephemeral'; ttl?: string };
