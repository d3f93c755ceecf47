import { GatewayError } from '../../errors/error.ts';
import { isObject, type JsonObject } from '../../ir/json.ts';
import type { Note } from '../../ir/note.ts';
import type { Part, TextPart, ToolCallPart, ToolResultPart, Turn } from '../../ir/request.ts';
import { toolNameOnWire } from '../../ir/tool-names.ts';
import { cacheControl } from './cache-control.ts';
import { type BlockContext, writeMedia } from './media.ts';
import type { WireBlock, WireMessage, WireTextBlock, WireToolUseBlock } from './wire.ts';

/** The history as messages. Turns that hold nothing the wire can say are left out, and neighbours of one role become one message. */
export function writeMessages(turns: Turn[], context: BlockContext): WireMessage[] {
  const messages: WireMessage[] = [];
  turns.forEach((turn, index) => {
    const content = turn.parts.flatMap((part, at) => writePart(part, `turns[${index}].parts[${at}]`, context));
    const last = messages.at(-1);
    if (content.length === 0) return;
    if (last?.role === turn.role) last.content.push(...content);
    else messages.push({ role: turn.role, content });
  });
  return messages;
}

export function writeSystem(parts: TextPart[]): WireTextBlock[] {
  return parts.filter((part) => part.text.trim() !== '').map(writeText);
}

function writePart(part: Part, path: string, context: BlockContext): WireBlock[] {
  switch (part.kind) {
    case 'text':
      return part.text.trim() === '' ? [] : [writeText(part)];
    case 'media':
      return [writeMedia(part, path, context)];
    case 'thinking':
      return writeThinking(part.text, part.seal);
    case 'tool-call':
      return [writeCall(part, path, context.notes)];
    case 'tool-result':
      return [writeResult(part, path, context)];
    case 'opaque':
      return writeOpaque(part.dialect, part.value, path, context.notes);
  }
}

function writeText(part: TextPart): WireTextBlock {
  return { type: 'text', text: part.text, ...cacheControl(part.cache) };
}

/** Only sealed thoughts come here (`ir/claude-thoughts.ts`): the upstream proves that they are its own. */
function writeThinking(text: string, seal: { form: string; data: string } | undefined): WireBlock[] {
  if (seal === undefined) return [];
  return seal.form === 'redacted'
    ? [{ type: 'redacted_thinking', data: seal.data }]
    : [{ type: 'thinking', thinking: text, signature: seal.data }];
}

function writeCall(part: ToolCallPart, path: string, notes: Note[]): WireToolUseBlock {
  return {
    type: 'tool_use',
    id: part.id,
    name: toolNameOnWire(part.name),
    input: readArguments(part.args, path, notes),
    ...cacheControl(part.cache),
  };
}

/** Claude takes arguments as an object. Text that is none (cut JSON, a patch) is kept whole under one key. */
function readArguments(args: string, path: string, notes: Note[]): JsonObject {
  if (args.trim() === '') return {};
  let parsed: unknown;
  try {
    parsed = JSON.parse(args);
  } catch {
    parsed = undefined;
  }
  if (isObject(parsed)) return parsed;
  const because = 'the arguments are not a JSON object, so their text was put under "_raw"';
  notes.push({ code: 'coerced', path: `${path}.args`, because, harmless: true });
  return { _raw: args };
}

function writeResult(part: ToolResultPart, path: string, context: BlockContext): WireBlock {
  const content = part.parts.flatMap((inner, index): WireBlock[] => {
    if (inner.kind === 'text' || inner.kind === 'media' || inner.kind === 'opaque') {
      return writePart(inner, `${path}.parts[${index}]`, context);
    }
    const because = `a tool result cannot hold a part of kind ${inner.kind}`;
    context.notes.push({ code: 'dropped', path: `${path}.parts[${index}]`, because });
    return [];
  });
  const onlyText = content.every((block) => block.type === 'text');
  if (part.failed === true && !onlyText) {
    const because = 'Claude takes nothing but text in a failed result, so the result is not marked as failed';
    context.notes.push({ code: 'coerced', path: `${path}.failed`, because });
  }
  return {
    type: 'tool_result',
    tool_use_id: part.callId,
    ...(content.length === 0 ? {} : { content }),
    ...(part.failed === true && onlyText ? { is_error: true as const } : {}),
    ...cacheControl(part.cache),
  };
}

function writeOpaque(dialect: string, value: JsonObject, path: string, notes: Note[]): WireBlock[] {
  if (dialect !== 'anthropic-messages') {
    notes.push({ code: 'dropped', path, because: `it is a block that only ${dialect} understands` });
    return [];
  }
  if (value.type === 'document') {
    // docs/cortex-quirks.md#document-401
    const message = 'Cortex does not take document blocks, PDF included. Send the text of the document instead.';
    throw new GatewayError('unsupported', message, { param: path });
  }
  // Marks are counted and placed on typed parts alone, so that there are never more than the upstream takes.
  const { cache_control: _, ...block } = value;
  return [block];
}
