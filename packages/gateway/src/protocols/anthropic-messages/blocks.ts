import { GatewayError } from '../../errors/error.ts';
import type { JsonObject } from '../../ir/json.ts';
import type { Note } from '../../ir/note.ts';
import type { Part, TextPart, ToolCallPart, ToolResultPart, Turn } from '../../ir/request.ts';
import { toolNameOnWire } from '../../ir/tool-names.ts';
import { cacheControl } from '../../ir/cache-mark.ts';
import { readArguments } from '../../ir/call-arguments.ts';
import { type BlockContext, writeMedia } from './media.ts';
import type { WireBlock, WireMessage, WireTextBlock, WireToolUseBlock } from './wire.ts';

/** The history as messages. Turns that hold nothing the wire can say are left out, and neighbours of one role become one message. */
export function writeMessages(turns: Turn[], context: BlockContext): WireMessage[] {
  const messages: WireMessage[] = [];
  turns.forEach(({ role, parts }, index) => {
    const content = writeEach(
      parts,
      () => `turns[${index}]`,
      (part, path) => writePart(part, path, context),
    );
    const last = messages.at(-1);
    if (content.length === 0) return;
    if (last?.role === role) last.content.push(...content);
    else messages.push({ role, content });
  });
  return messages;
}

export function writeSystem(parts: TextPart[]): WireTextBlock[] {
  return parts.filter((part) => part.text.trim() !== '').map(writeText);
}

/** Paths are for notes and errors, which few parts of a long history need. */
type Path = () => string;

function writeEach(parts: Part[], path: Path, write: (part: Part, path: Path) => WireBlock | undefined): WireBlock[] {
  const blocks: WireBlock[] = [];
  parts.forEach((part, index) => {
    const block = write(part, () => `${path()}.parts[${index}]`);
    if (block !== undefined) blocks.push(block);
  });
  return blocks;
}

/** Undefined for what the wire cannot say. */
function writePart(part: Part, path: Path, context: BlockContext): WireBlock | undefined {
  switch (part.kind) {
    case 'text':
      return part.text.trim() === '' ? undefined : writeText(part);
    case 'media':
      return writeMedia(part, path(), context);
    case 'thinking':
      return writeThinking(part.text, part.seal);
    case 'tool-call':
      return writeCall(part, path, context.notes);
    case 'tool-result':
      return writeResult(part, path, context);
    case 'opaque':
      return writeOpaque(part.dialect, part.value, path, context.notes);
  }
}

function writeText({ text, cache }: TextPart): WireTextBlock {
  return cache === undefined ? { type: 'text', text } : { type: 'text', text, ...cacheControl(cache) };
}

/** Only sealed thoughts come here (`ir/claude-thoughts.ts`): the upstream proves that they are its own. */
function writeThinking(text: string, seal: { form: string; data: string } | undefined): WireBlock | undefined {
  if (seal === undefined) return undefined;
  return seal.form === 'redacted'
    ? { type: 'redacted_thinking', data: seal.data }
    : { type: 'thinking', thinking: text, signature: seal.data };
}

function writeCall(part: ToolCallPart, path: Path, notes: Note[]): WireToolUseBlock {
  return {
    type: 'tool_use',
    id: part.id,
    name: toolNameOnWire(part.name),
    input: readArguments(part.args, path, notes),
    ...cacheControl(part.cache),
  };
}

function writeResult(part: ToolResultPart, path: Path, context: BlockContext): WireBlock {
  const content = writeEach(part.parts, path, (inner, at) => {
    if (inner.kind === 'text' || inner.kind === 'media' || inner.kind === 'opaque') {
      return writePart(inner, at, context);
    }
    const because = `a tool result cannot hold a part of kind ${inner.kind}`;
    context.notes.push({ code: 'dropped', path: at(), because });
    return undefined;
  });
  const onlyText = content.every((block) => block.type === 'text');
  if (part.failed === true && !onlyText) {
    const because = 'Claude takes nothing but text in a failed result, so the result is not marked as failed';
    context.notes.push({ code: 'coerced', path: `${path()}.failed`, because });
  }
  return {
    type: 'tool_result',
    tool_use_id: part.callId,
    ...(content.length === 0 ? {} : { content }),
    ...(part.failed === true && onlyText ? { is_error: true as const } : {}),
    ...cacheControl(part.cache),
  };
}

function writeOpaque(dialect: string, value: JsonObject, path: Path, notes: Note[]): WireBlock | undefined {
  if (dialect !== 'anthropic-messages') {
    notes.push({ code: 'dropped', path: path(), because: `it is a block that only ${dialect} understands` });
    return undefined;
  }
  if (value.type === 'document') {
    // docs/cortex-quirks.md#document-401
    const message = 'Cortex does not take document blocks, PDF included. Send the text of the document instead.';
    throw new GatewayError('unsupported', message, { param: path() });
  }
  // Marks are counted and placed on typed parts alone, so that there are never more than the upstream takes.
  const { cache_control: _, ...block } = value;
  return block;
}
