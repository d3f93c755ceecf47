/** A legacy body taken apart once. Every object in it is closed: docs/cortex-quirks.md#complete-payload-invalid */
import { isObject, type Json, type JsonObject } from '../../ir/json.ts';

export interface CompleteRequest {
  body: JsonObject;
  model: string;
  messages: CompleteMessage[];
  tools: CompleteTool[];
  toolChoice: { type: string; names: string[] } | undefined;
  /** The budget of Claude's thinking, or the effort of OpenAI's reasoning. */
  thinkingBudget: number | undefined;
  reasoningEffort: string | undefined;
  schema: Json | undefined;
  guard: { text: string } | undefined;
  stream: boolean;
}

export interface CompleteMessage {
  role: string;
  content: string | undefined;
  items: JsonObject[];
}

interface CompleteTool {
  name: string;
  definition: JsonObject;
  schema: JsonObject;
  cacheMark: boolean;
}

const MESSAGE_FIELDS = ['role', 'content', 'content_list'];
const ITEM_FIELDS: Record<string, readonly string[]> = {
  text: ['type', 'text', 'cache_control'],
  image: ['type', 'details', 'cache_control'],
  tool_use: ['type', 'tool_use', 'cache_control'],
  tool_results: ['type', 'tool_results', 'cache_control'],
  anthropic: ['type', 'thinking', 'anthropic'],
  openai: ['type', 'reasoning', 'openai'],
};
const RESULT_FIELDS = ['tool_use_id', 'name', 'content', 'status', 'result'];
const CALL_FIELDS = ['tool_use_id', 'name', 'input'];
const TOOL_FIELDS = ['tool_spec', 'cache_control'];
const GUARD_TEXT = 'Response filtered by Cortex Guard';

/** Undefined for a payload that is not valid; `choice-form` for a tool choice that is not an object. */
export function readCompleteRequest(body: JsonObject): CompleteRequest | 'choice-form' | undefined {
  const { model, stream, tool_choice: choice, tools = [], response_format: format } = body;
  if (typeof model !== 'string' || !Array.isArray(body.messages) || body.messages.length === 0) return undefined;
  if (stream !== undefined && stream !== null && typeof stream !== 'boolean') return undefined;
  const messages = all(body.messages.map(readMessage));
  const offered = Array.isArray(tools) ? all(tools.map(readTool)) : undefined;
  if (messages === undefined || offered === undefined) return undefined;
  if (choice !== undefined && choice !== null && !isObject(choice)) return 'choice-form';
  // docs/cortex-quirks.md#complete-json
  if (isPresent(format) && (!isObject(format) || format.type !== 'json')) return undefined;
  return {
    body,
    model,
    messages,
    tools: offered,
    toolChoice: isObject(choice) ? { type: stringOf(choice.type), names: stringsOf(choice.name) } : undefined,
    thinkingBudget: budgetOf(body.anthropic),
    reasoningEffort: effortOf(body.openai),
    schema: isObject(format) ? (format.schema ?? null) : undefined,
    guard: guardOf(body.guardrails),
    // docs/cortex-quirks.md#complete-streams-by-default
    stream: stream !== false,
  };
}

/** A string that a shape check has passed; empty when it is absent. */
export function stringOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

function readMessage(raw: Json): CompleteMessage | undefined {
  if (!isObject(raw) || !hasOnly(raw, MESSAGE_FIELDS)) return undefined;
  const { role = 'user', content, content_list: list = [] } = raw;
  if (typeof role !== 'string' || (isPresent(content) && typeof content !== 'string')) return undefined;
  if (!Array.isArray(list) || !list.every(isItem)) return undefined;
  return { role, content: typeof content === 'string' ? content : undefined, items: list };
}

function isItem(raw: Json): raw is JsonObject {
  if (!isObject(raw) || typeof raw.type !== 'string') return false;
  const fields = Object.hasOwn(ITEM_FIELDS, raw.type) ? ITEM_FIELDS[raw.type] : undefined;
  if (fields === undefined || !hasOnly(raw, fields)) return false;
  const { tool_use: call, tool_results: results } = raw;
  if (raw.type === 'text') return typeof raw.text === 'string';
  if (raw.type === 'image') return isObject(raw.details) && raw.details.type === 'base64';
  if (raw.type === 'tool_use') return isObject(call) && hasOnly(call, CALL_FIELDS) && isObject(call.input);
  if (raw.type !== 'tool_results') return true;
  return isObject(results) && hasOnly(results, RESULT_FIELDS) && Array.isArray(results.content);
}

function readTool(raw: Json): CompleteTool | undefined {
  if (!isObject(raw) || !hasOnly(raw, TOOL_FIELDS) || !isObject(raw.tool_spec)) return undefined;
  const { type, name, input_schema: schema } = raw.tool_spec;
  if (type !== 'generic' || typeof name !== 'string' || name === '') return undefined;
  return {
    name,
    definition: raw.tool_spec,
    schema: isObject(schema) ? schema : {},
    cacheMark: isObject(raw.cache_control),
  };
}

function budgetOf(anthropic: Json | undefined): number | undefined {
  if (!isObject(anthropic) || !isObject(anthropic.thinking)) return undefined;
  return Number(anthropic.thinking.budget_tokens);
}

function effortOf(openai: Json | undefined): string | undefined {
  return isObject(openai) && isObject(openai.reasoning) ? stringOf(openai.reasoning.effort) : undefined;
}

function guardOf(guardrails: Json | undefined): { text: string } | undefined {
  if (!isObject(guardrails) || guardrails.enabled !== true) return undefined;
  return { text: stringOf(guardrails.response_when_unsafe) || GUARD_TEXT };
}

function hasOnly(object: JsonObject, fields: readonly string[]): boolean {
  return Object.keys(object).every((key) => fields.includes(key));
}

function isPresent(value: Json | undefined): boolean {
  return value !== undefined && value !== null;
}

function stringsOf(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : [];
}

function all<T>(values: (T | undefined)[]): T[] | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === values.length ? known : undefined;
}
