/** OpenAI Responses as it looks on the wire: what this gateway answers with. */
import type { Json, JsonObject } from '../../ir/json.ts';

export type ItemStatus = 'in_progress' | 'completed' | 'incomplete';

type OutputText = { type: 'output_text'; text: string; annotations: JsonObject[]; logprobs: JsonObject[] };
type Refusal = { type: 'refusal'; refusal: string };
export type ContentPart = OutputText | Refusal;

export type MessageItem = {
  type: 'message';
  id: string;
  role: 'assistant';
  status: ItemStatus;
  content: ContentPart[];
};

export type SummaryText = { type: 'summary_text'; text: string };

export type ReasoningItem = {
  type: 'reasoning';
  id: string;
  summary: SummaryText[];
  /** Our sealed thinking, when the client asked for it: see `sealed.ts`. */
  encrypted_content?: string;
};

type FunctionCallItem = {
  type: 'function_call';
  id: string;
  call_id: string;
  name: string;
  namespace?: string;
  arguments: string;
  status: ItemStatus;
};

type CustomCallItem = {
  type: 'custom_tool_call';
  id: string;
  call_id: string;
  name: string;
  namespace?: string;
  input: string;
  status: ItemStatus;
};

type LocalShellCallItem = {
  type: 'local_shell_call';
  id: string;
  call_id: string;
  action: {
    type: 'exec';
    command: string[];
    env: Record<string, string>;
    timeout_ms?: number;
    user?: string;
    working_directory?: string;
  };
  status: ItemStatus;
};

type ShellCallItem = {
  type: 'shell_call';
  id: string;
  call_id: string;
  action: { commands: string[]; timeout_ms: number | null; max_output_length: number | null };
  environment: { type: 'local' };
  status: ItemStatus;
};

type PatchOperation =
  | { type: 'create_file' | 'update_file'; path: string; diff: string }
  | { type: 'delete_file'; path: string };

type ApplyPatchCallItem = {
  type: 'apply_patch_call';
  id: string;
  call_id: string;
  operation: PatchOperation;
  status: ItemStatus;
};

type ToolSearchCallItem = {
  type: 'tool_search_call';
  id: string;
  call_id: string;
  execution: 'client';
  arguments: JsonObject;
  status: ItemStatus;
};

/** Tool calls that the client itself runs and for which OpenAI has item types of their own. */
export type BuiltInCallItem = LocalShellCallItem | ShellCallItem | ApplyPatchCallItem | ToolSearchCallItem;

export type OutputItem = MessageItem | ReasoningItem | FunctionCallItem | CustomCallItem | BuiltInCallItem;

export type ResponseUsage = {
  input_tokens: number;
  input_tokens_details: { cached_tokens: number; cache_write_tokens: number };
  output_tokens: number;
  output_tokens_details: { reasoning_tokens: number };
  total_tokens: number;
};

export type ResponseError = {
  code: string;
  message: string;
  param?: string;
  request_id: string;
  /** What Snowflake's support asks for. */
  snowflake_request_id?: string;
};

export type ResponseBody = {
  id: string;
  object: 'response';
  created_at: number;
  status: 'in_progress' | 'completed' | 'incomplete' | 'failed';
  error: ResponseError | null;
  incomplete_details: { reason: 'max_output_tokens' | 'content_filter' } | null;
  model: string;
  output: OutputItem[];
  /** Null while the answer lasts, and when the upstream reported no counts. */
  usage: ResponseUsage | null;
  /** What was asked, as far as it is short and the types of the official SDK name it. */
  [echoed: string]: Json | undefined;
};

/** Where in the answer an event belongs. */
type InItem = { item_id: string; output_index: number };
type InContent = InItem & { content_index: number };
type InSummary = InItem & { summary_index: number };

/** One step of an answer; the stream gives each its `sequence_number`. */
export type ResponseEvent =
  | { type: `response.${'created' | 'in_progress' | 'completed' | 'incomplete' | 'failed'}`; response: ResponseBody }
  | { type: 'response.output_item.added' | 'response.output_item.done'; output_index: number; item: OutputItem }
  | ({ type: 'response.content_part.added' | 'response.content_part.done'; part: ContentPart } & InContent)
  | ({ type: 'response.output_text.delta'; delta: string; logprobs: JsonObject[] } & InContent)
  | ({ type: 'response.output_text.done'; text: string; logprobs: JsonObject[] } & InContent)
  | ({ type: 'response.refusal.delta'; delta: string } & InContent)
  | ({ type: 'response.refusal.done'; refusal: string } & InContent)
  | ({ type: `response.reasoning_summary_part.${'added' | 'done'}`; part: SummaryText } & InSummary)
  | ({ type: 'response.reasoning_summary_text.delta'; delta: string } & InSummary)
  | ({ type: 'response.reasoning_summary_text.done'; text: string } & InSummary)
  | ({ type: 'response.function_call_arguments.delta'; delta: string } & InItem)
  | ({ type: 'response.function_call_arguments.done'; name: string; arguments: string } & InItem)
  | ({ type: 'response.custom_tool_call_input.delta'; delta: string } & InItem)
  | ({ type: 'response.custom_tool_call_input.done'; input: string } & InItem);
