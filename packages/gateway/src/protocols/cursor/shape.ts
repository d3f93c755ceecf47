/** What tells the shapes that Cursor mixes from a plain chat completion, seen from the parsed JSON. */
import { isObject, type Json, type JsonObject } from '../../ir/json.ts';

/** Blocks in a form that only the Messages API has. Its texts look like chat's. */
const BLOCKS: ReadonlySet<unknown> = new Set([
  'tool_use',
  'tool_result',
  'tool_reference',
  'document',
  'search_result',
  'thinking',
  'redacted_thinking',
]);

/**
 * Kinds of block that no client of chat completions sends, of the Messages and of the Responses API.
 * Thoughts are not among them: they come back in Anthropic's form from clients of LiteLLM too.
 */
const TELLING_BLOCKS: ReadonlySet<unknown> = new Set([
  'tool_use',
  'tool_result',
  'document',
  'input_text',
  'output_text',
  'input_image',
]);

/** Kinds of `tool_choice` that are told by an object in the Messages API and by a word in chat. */
const CHOICES: ReadonlySet<unknown> = new Set(['auto', 'any', 'none', 'tool']);

/** A content block in the form of the Messages API. */
export function isMessagesBlock(block: Json): block is JsonObject {
  if (!isObject(block)) return false;
  return BLOCKS.has(block.type) || isServerToolBlock(block) || isMessagesImage(block);
}

/** Calls and results of tools that Anthropic runs itself: `server_tool_use`, `web_search_tool_result`. */
function isServerToolBlock({ type }: JsonObject): boolean {
  return typeof type === 'string' && /^(server|mcp)_tool_use$|\w_tool_result$/.test(type);
}

function isMessagesImage(block: JsonObject): boolean {
  return block.type === 'image' && isObject(block.source);
}

/** An item of the Responses API that is no message: a call, a result, a thought. */
export function isResponsesItem(item: JsonObject): boolean {
  return item.role === undefined && typeof item.type === 'string' && item.type !== 'message';
}

/** A tool of the Messages API, or a function or custom tool that lacks the level of nesting chat has. */
export function isForeignTool(tool: Json): boolean {
  if (!isObject(tool) || typeof tool.name !== 'string') return false;
  if (isObject(tool.function) || isObject(tool.custom)) return false;
  return tool.type === undefined || tool.type === null || tool.type === 'function' || tool.type === 'custom';
}

function isMessagesTool(tool: Json): boolean {
  return isForeignTool(tool) && isObject(tool) && isObject(tool.input_schema);
}

export function isMessagesChoice(choice: Json | undefined): boolean {
  return isObject(choice) && CHOICES.has(choice.type);
}

/** A message that chat completions do not have in this form. */
export function isForeignMessage(message: Json): boolean {
  if (!isObject(message)) return false;
  return isResponsesItem(message) || hasTellingBlock(message);
}

/** True for a body with anything in it that only the Messages API has. */
export function isMessagesShaped(body: JsonObject): boolean {
  if (isFilled(body.system) || isMessagesChoice(body.tool_choice)) return true;
  if (Array.isArray(body.tools) && body.tools.some(isMessagesTool)) return true;
  const messages = Array.isArray(body.messages) ? body.messages.filter(isObject) : [];
  return messages.some(({ content }) => Array.isArray(content) && content.some(isMessagesBlock));
}

function hasTellingBlock({ content }: JsonObject): boolean {
  if (!Array.isArray(content)) return false;
  return content.some(
    (block) =>
      isObject(block) && (TELLING_BLOCKS.has(block.type) || isServerToolBlock(block) || isMessagesImage(block)),
  );
}

/** A string or a list, as `system` and `input` are where they mean something. */
function isFilled(value: Json | undefined): boolean {
  return typeof value === 'string' || Array.isArray(value);
}
