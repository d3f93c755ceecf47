/** From a Messages request to what the simulated model sees. */
import { createHash } from 'node:crypto';
import { isObject, type Json, type JsonObject } from '../../ir/json.ts';
import type { Prompt, PromptMessage, PromptTool } from '../prompt.ts';
import {
  type Block,
  type Message,
  type MessagesRequest,
  readBlocks,
  turnsOf,
  wantsThinking,
  stringOf,
} from './messages-request.ts';

export function readPrompt(request: MessagesRequest, model: string): Prompt {
  const { thinking, toolChoice, outputConfig, body } = request;
  const forced = forcedOf(toolChoice);
  const schema =
    isObject(outputConfig.format) && isObject(outputConfig.format.schema) ? outputConfig.format.schema : undefined;
  const messages = [
    ...request.system.map((block) => promptMessage('system', [block])),
    ...request.messages.flatMap(readMessage),
  ];
  // A mark on the request itself stands for one at its end (BerriAI/litellm #35229).
  const last = messages.at(-1);
  if (isObject(body.cache_control) && last !== undefined) last.cacheMark = true;
  return {
    model,
    messages,
    tools: request.tools.map(readTool),
    ...(forced === undefined ? {} : { forced }),
    ...(toolChoice?.disable_parallel_tool_use === true && { oneCall: true as const }),
    ...(schema === undefined ? {} : { schema }),
    thinks: wantsThinking(request),
    ...(thinking?.type === 'enabled' && !inToolLoop(request.messages) && { mustThink: true as const }),
    maxTokens: request.maxTokens,
    stop: Array.isArray(body.stop_sequences) ? body.stop_sequences.filter((each) => typeof each === 'string') : [],
  };
}

function forcedOf(choice: JsonObject | undefined): Prompt['forced'] {
  if (choice?.type === 'any' || choice?.type === 'none') return choice.type;
  return choice?.type === 'tool' ? { name: stringOf(choice.name) } : undefined;
}

/** Models begin with a thought when asked, not when they go on after tool results. */
function inToolLoop(messages: Message[]): boolean {
  return (
    turnsOf(messages)
      .at(-1)
      ?.blocks.some(({ block }) => block.type === 'tool_result') ?? false
  );
}

function readTool(tool: JsonObject): PromptTool {
  return {
    name: stringOf(tool.name),
    definition: JSON.stringify({ name: tool.name, description: tool.description, input_schema: tool.input_schema }),
    schema: isObject(tool.input_schema) ? tool.input_schema : {},
    cacheMark: isObject(tool.cache_control),
  };
}

/** One message becomes several where tool results end or a cache mark stands. */
function readMessage({ role, blocks }: Message): PromptMessage[] {
  const pieces: { role: PromptMessage['role']; blocks: Block[] }[] = [];
  let marked = true;
  for (const block of blocks) {
    const own = block.type === 'tool_result' ? 'tool' : role;
    const open = pieces.at(-1);
    if (open?.role === own && !marked) open.blocks.push(block);
    else pieces.push({ role: own, blocks: [block] });
    marked = isMarked(block);
  }
  return pieces.map((piece, index) => ({
    ...promptMessage(piece.role, piece.blocks),
    ...(piece.role === pieces[index - 1]?.role && { continues: true as const }),
  }));
}

function promptMessage(role: PromptMessage['role'], blocks: Block[]): PromptMessage {
  const inner = blocks.flatMap((block) => (block.type === 'tool_result' ? readBlocks(block.content) : [block]));
  const media = inner.filter(({ type }) => type === 'image' || type === 'document');
  const calls = blocks.filter(({ type }) => type === 'tool_use');
  const thoughts = blocks.filter(({ type }) => type === 'thinking').map(({ thinking }) => stringOf(thinking));
  return {
    role,
    text: inner
      .filter(({ type }) => type === 'text')
      .map(({ text }) => stringOf(text))
      .join('\n'),
    images: media.length,
    calls: calls.map(({ name }) => stringOf(name)),
    cacheMark: blocks.some(isMarked),
    callText: [...thoughts, ...calls.map(({ input }) => JSON.stringify(input))].join('\n'),
    ...(media.length > 0 && { imageDigest: digest(media.map(({ source }) => source ?? null)) }),
  };
}

function isMarked(block: Block): boolean {
  const nested =
    Array.isArray(block.content) && block.content.some((each) => isObject(each) && isObject(each.cache_control));
  return isObject(block.cache_control) || nested;
}

function digest(sources: Json[]): string {
  return createHash('sha256').update(JSON.stringify(sources)).digest('base64');
}
