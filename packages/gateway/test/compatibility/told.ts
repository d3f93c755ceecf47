// What a request that reached Cortex tells the model, whichever of Cortex's dialects it is in.
import { isObject, type Json, type JsonObject } from '../../src/ir/json.ts';

export type Side = 'system' | 'user' | 'assistant' | 'tool';

export interface ToldTool {
  name: string;
  description: string;
  schema: JsonObject;
  definition: JsonObject;
}

interface ToldCall {
  id: Json | undefined;
  name: Json | undefined;
  args: Json | undefined;
}

export interface Told {
  /** The request itself, for its options. */
  body: JsonObject;
  /** All texts of a side, in order. */
  words: Record<Side, string>;
  thoughts: string;
  /** Signatures and ciphers of thoughts. */
  seals: string[];
  /** Base64 or addresses. */
  images: string[];
  tools: ToldTool[];
  calls: ToldCall[];
  /** Ids of the calls that have results. */
  answered: Json[];
  /** How many prefixes are marked for the cache. */
  cacheMarks: number;
}

export function readTold(body: JsonObject): Told {
  const told: Told = {
    body,
    words: { system: '', user: '', assistant: '', tool: '' },
    thoughts: '',
    seals: [],
    images: [],
    tools: objects(body.tools).map(readTool),
    calls: [],
    answered: [],
    cacheMarks: JSON.stringify(body).split('"cache_control"').length - 1,
  };
  hear(body.system, 'system', told);
  for (const message of objects(body.messages)) hearMessage(message, told);
  return told;
}

function hearMessage(message: JsonObject, told: Told): void {
  const role = message.role === 'developer' ? 'system' : message.role;
  const side = role === 'system' || role === 'assistant' || role === 'tool' ? role : 'user';
  if (side === 'tool') told.answered.push(message.tool_call_id ?? null);
  hear(message.content, side, told);
  if (typeof message.reasoning_content === 'string') told.thoughts += `${message.reasoning_content}\n`;
  for (const { text, summary, signature, data } of objects(message.reasoning_details)) {
    for (const words of [text, summary]) if (typeof words === 'string') told.thoughts += `${words}\n`;
    for (const seal of [signature, data]) if (typeof seal === 'string') told.seals.push(seal);
  }
  for (const { id, function: called } of objects(message.tool_calls)) {
    if (isObject(called)) told.calls.push({ id, name: called.name, args: parse(called.arguments) });
  }
  for (const item of objects(message.content_list)) hearItem(item, side, told);
}

/** What `inference:complete` takes beside the text of a message: the blocks of Messages, each one object deeper. */
function hearItem(item: JsonObject, side: Side, told: Told): void {
  const { tool_use: call, tool_results: result, anthropic, thinking } = item;
  if (isObject(call)) told.calls.push({ id: call.tool_use_id, name: call.name, args: call.input });
  else if (isObject(result)) hearBlock({ ...result, type: 'tool_result' }, side, told);
  else if (isObject(thinking ?? anthropic)) hearBlock({ ...(thinking as JsonObject), type: 'thinking' }, side, told);
  else hearBlock(item, side, told);
  if (isObject(result) && result.status === 'error') told.words.tool += '[Failed result]\n';
}

function hear(content: Json | undefined, side: Side, told: Told): void {
  if (typeof content === 'string') told.words[side] += `${content}\n`;
  for (const block of objects(content)) hearBlock(block, side, told);
}

function hearBlock(block: JsonObject, side: Side, told: Told): void {
  const type = wordOf(block.type);
  if (type === 'thinking' || type === 'redacted_thinking') {
    if (typeof block.thinking === 'string') told.thoughts += `${block.thinking}\n`;
    for (const seal of [block.signature, block.data]) if (typeof seal === 'string') told.seals.push(seal);
  } else if (type === 'tool_use') {
    told.calls.push({ id: block.id, name: block.name, args: block.input });
  } else if (type === 'tool_result') {
    told.answered.push(block.tool_use_id ?? null);
    hear(block.content, 'tool', told);
  } else if (type === 'image' || type === 'image_url') {
    const image = [block.source, block.image_url, block.details].find(isObject) ?? {};
    told.images.push(...[image.data, image.url, image.content].filter((each) => typeof each === 'string'));
  } else {
    hear(block.text, side, told);
  }
}

function readTool(tool: JsonObject): ToldTool {
  const definition = [tool.function, tool.tool_spec].find(isObject) ?? tool;
  const schema = definition.input_schema ?? definition.parameters;
  return {
    name: wordOf(definition.name),
    description: typeof definition.description === 'string' ? definition.description : '',
    schema: isObject(schema) ? schema : {},
    definition,
  };
}

/** A JSON value that may have come as text. */
export function parse(value: Json | undefined): Json | undefined {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value) as Json;
  } catch {
    return value;
  }
}

/** A name, where there is one. */
export function wordOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

export function objects(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}
