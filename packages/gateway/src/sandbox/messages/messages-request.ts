/** A Messages body taken apart once, after its shape was found right. */
import { isObject, type Json, type JsonObject } from '../../ir/json.ts';

export interface MessagesRequest {
  body: JsonObject;
  maxTokens: number;
  system: Block[];
  /** As sent: messages of the same role may follow each other. */
  messages: Message[];
  tools: JsonObject[];
  toolChoice: JsonObject | undefined;
  thinking: JsonObject | undefined;
  outputConfig: JsonObject;
  stream: boolean;
}

export interface Message {
  role: 'user' | 'assistant';
  blocks: Block[];
}

export interface Block extends JsonObject {
  type: string;
}

/** One side's words: messages of the same role that follow each other are one turn to Claude. */
export interface Turn {
  role: Message['role'];
  /** `at` is where the block stands in the body: `[message, block]`. */
  blocks: { block: Block; at: [message: number, block: number] }[];
  /** Index of its last message. */
  last: number;
}

export function readMessagesRequest(body: JsonObject): MessagesRequest {
  const list = Array.isArray(body.messages) ? body.messages.filter(isObject) : [];
  return {
    body,
    maxTokens: Number(body.max_tokens),
    system: readBlocks(body.system),
    messages: list.map(({ role, content }) => ({
      role: role === 'assistant' ? 'assistant' : 'user',
      blocks: readBlocks(content),
    })),
    tools: Array.isArray(body.tools) ? body.tools.filter(isObject) : [],
    toolChoice: isObject(body.tool_choice) ? body.tool_choice : undefined,
    thinking: isObject(body.thinking) ? body.thinking : undefined,
    outputConfig: isObject(body.output_config) ? body.output_config : {},
    stream: body.stream === true,
  };
}

/** A string is one text block. */
export function readBlocks(content: Json | undefined): Block[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content }];
  return Array.isArray(content) ? content.filter(isBlock) : [];
}

export function turnsOf(messages: Message[]): Turn[] {
  const turns: Turn[] = [];
  messages.forEach(({ role, blocks }, message) => {
    const placed = blocks.map((block, index) => ({ block, at: [message, index] as [number, number] }));
    const open = turns.at(-1);
    if (open?.role === role) {
      open.blocks.push(...placed);
      open.last = message;
    } else {
      turns.push({ role, blocks: placed, last: message });
    }
  });
  return turns;
}

/** A field that the shape check found to be a string; empty when it is absent. */
export function stringOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** True when the request asks for reasoning of either kind. */
export function wantsThinking({ thinking }: MessagesRequest): boolean {
  return thinking?.type === 'adaptive' || thinking?.type === 'enabled';
}

function isBlock(value: Json): value is Block {
  return isObject(value) && typeof value.type === 'string';
}
