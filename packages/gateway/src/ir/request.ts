import type { JsonObject } from './json.ts';
import type { Seal } from './seal.ts';

/** The protocols an `ext` field or an opaque part can belong to. */
export type Dialect =
  | 'anthropic-messages'
  | 'openai-chat'
  | 'openai-responses'
  | 'openai-completions'
  | 'cortex-complete';

/** Fields that only one dialect understands, kept verbatim and re-emitted by that dialect alone. */
export type Ext = Partial<Record<Dialect, JsonObject>>;

export type Effort = 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | 'max';

/** `{"cache_control":{"type":"ephemeral"}}`: the prompt up to and including this part may be cached. */
export interface CacheMark {
  ttl?: '5m' | '1h';
}

/** Each further choice is a request of its own to Cortex, which gives one answer at a time. */
export const MOST_CHOICES = 8;

export interface GenerateRequest {
  /** As the client asked; routing replaces it. */
  model: string;
  /** Parts rather than a string, because cache marks sit on them. */
  system: TextPart[];
  turns: Turn[];
  tools: Tool[];
  toolChoice: ToolChoice;
  parallelTools?: boolean;
  output?: OutputFormat;
  limits: { maxOutputTokens?: number; stop?: string[] };
  sampling: { temperature?: number; topP?: number; topK?: number; seed?: number };
  reasoning?: { effort?: Effort; budgetTokens?: number; show?: 'none' | 'summary' | 'full' };
  /** How many separate answers the client wants (`n`). 1 unless said. */
  choices: number;
  stream: boolean;
  endUser?: string;
  ext: Ext;
}

export type ToolChoice = { mode: 'auto' | 'none' | 'any' } | { mode: 'named'; name: string };

export type OutputFormat =
  | { format: 'text' }
  | { format: 'json'; schema?: JsonObject; name?: string; description?: string; strict?: boolean };

/** A function the client can run. `schema` is JSON Schema; absent means a tool without parameters. */
export interface Tool {
  name: string;
  description?: string;
  schema?: JsonObject;
  strict?: boolean;
  /** The tool takes raw text instead of JSON (OpenAI calls it custom). `schema` is absent then. */
  freeform?: FreeformGrammar;
  cache?: CacheMark;
  ext?: Ext;
}

/** What the raw text of a freeform tool must look like; both absent when any text will do. */
export interface FreeformGrammar {
  syntax?: 'lark' | 'regex';
  definition?: string;
}

/** One side's words. Tool results are parts of a user turn, in the order the client sent them. */
export interface Turn {
  role: 'user' | 'assistant';
  parts: Part[];
  ext?: Ext;
}

export type Part = TextPart | MediaPart | ThinkingPart | ToolCallPart | ToolResultPart | OpaquePart;

export interface TextPart {
  kind: 'text';
  text: string;
  cache?: CacheMark;
  citations?: JsonObject[];
  ext?: Ext;
}

/** An image or file. Base64 without a data-URL prefix. */
export interface MediaPart {
  kind: 'media';
  mime: string;
  source: { base64: string } | { url: string };
  name?: string;
  cache?: CacheMark;
  ext?: Ext;
}

/** `text` is empty when the thought is redacted. */
export interface ThinkingPart {
  kind: 'thinking';
  text: string;
  seal?: Seal;
  ext?: Ext;
}

/** `args` stays JSON *text*: re-serialising it would change number formats and bytes that prompt caches hash. */
export interface ToolCallPart {
  kind: 'tool-call';
  id: string;
  name: string;
  args: string;
  /** The call of a freeform tool: `args` is raw text, not JSON. */
  freeform?: true;
  cache?: CacheMark;
  ext?: Ext;
}

export interface ToolResultPart {
  kind: 'tool-result';
  callId: string;
  parts: Part[];
  failed?: boolean;
  cache?: CacheMark;
  ext?: Ext;
}

/** A whole block that only `dialect` understands: server tools, compaction, whatever comes next. */
export interface OpaquePart {
  kind: 'opaque';
  dialect: Dialect;
  value: JsonObject;
  /** The field of the message that it stood in, where that was not the content: `reasoning_details`. */
  field?: string;
}
