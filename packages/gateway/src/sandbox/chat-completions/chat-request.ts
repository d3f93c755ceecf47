/** A chat body taken apart once, for the rules and for the prompt. Says nothing about what a family supports. */
import { isObject, type Json, type JsonObject } from '../../ir/json.ts';

export interface ChatRequest {
  body: JsonObject;
  model: string;
  messages: ChatMessage[];
  tools: JsonObject[];
  /** The deprecated form of `tools`. */
  functions: JsonObject[];
  stream: boolean;
  includeUsage: boolean;
}

export interface ChatMessage {
  role: string;
  blocks: ChatBlock[];
  calls: ChatCall[];
  toolCallId: string | undefined;
  raw: JsonObject;
}

export interface ChatBlock {
  type: string;
  text: string;
  imageUrl: string | undefined;
  cache: JsonObject | undefined;
}

interface ChatCall {
  id: string;
  name: string;
  args: string;
}

/** Undefined when the body has not even the shape of a chat request. */
export function readChatRequest(body: JsonObject): ChatRequest | undefined {
  const { model, messages, tools } = body;
  if (typeof model !== 'string' || !Array.isArray(messages) || messages.length === 0) return undefined;
  if (tools !== undefined && tools !== null && !(Array.isArray(tools) && tools.every(isObject))) return undefined;
  const read = messages.map(readMessage);
  if (!read.every((message) => message !== undefined)) return undefined;
  const options = isObject(body.stream_options) ? body.stream_options : {};
  return {
    body,
    model,
    messages: read,
    tools: tools ?? [],
    functions: Array.isArray(body.functions) ? body.functions.filter(isObject) : [],
    stream: body.stream === true,
    includeUsage: options.include_usage === true,
  };
}

function readMessage(raw: Json): ChatMessage | undefined {
  if (!isObject(raw) || typeof raw.role !== 'string') return undefined;
  const blocks = readBlocks(raw.content);
  const calls = readCalls(raw.tool_calls);
  if (blocks === undefined || calls === undefined) return undefined;
  const toolCallId = typeof raw.tool_call_id === 'string' ? raw.tool_call_id : undefined;
  return { role: raw.role, blocks, calls, toolCallId, raw };
}

function readBlocks(content: Json | undefined): ChatBlock[] | undefined {
  if (content === undefined || content === null) return [];
  if (typeof content === 'string') return [{ type: 'text', text: content, imageUrl: undefined, cache: undefined }];
  if (!Array.isArray(content)) return undefined;
  const blocks = content.map(readBlock);
  return blocks.every((block) => block !== undefined) ? blocks : undefined;
}

function readBlock(raw: Json): ChatBlock | undefined {
  if (!isObject(raw) || typeof raw.type !== 'string') return undefined;
  const { image_url: image } = raw;
  const url = isObject(image) ? image.url : image;
  return {
    type: raw.type,
    text: raw.type === 'text' && typeof raw.text === 'string' ? raw.text : '',
    imageUrl: typeof url === 'string' ? url : undefined,
    cache: isObject(raw.cache_control) ? raw.cache_control : undefined,
  };
}

function readCalls(raw: Json | undefined): ChatCall[] | undefined {
  if (raw === undefined || raw === null) return [];
  if (!Array.isArray(raw)) return undefined;
  const calls = raw.map((call) => {
    if (!isObject(call) || !isObject(call.function)) return undefined;
    const { name, arguments: args } = call.function;
    if (typeof call.id !== 'string' || typeof name !== 'string') return undefined;
    return { id: call.id, name, args: typeof args === 'string' ? args : '' };
  });
  return calls.every((call) => call !== undefined) ? calls : undefined;
}
