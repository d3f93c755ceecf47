/** The message list, IR → JSON: how a repaired history gets back into a chat body. */
import type { Json, JsonObject } from '../../ir/json.ts';
import type { MediaPart, Part, TextPart, ThinkingPart, ToolCallPart, ToolResultPart, Turn } from '../../ir/request.ts';
import { writeCacheMark } from './cache-mark.ts';
import { unwrapReminder } from '../../ir/reminder.ts';
import { writeReasoningDetail } from './thinking.ts';

/**
 * Chat messages that `readMessages` reads as these turns. Chat has no place for the order of text and
 * calls within an assistant turn and for the failed mark of a result.
 */
export function writeMessages(turns: Turn[], system: TextPart[]): JsonObject[] {
  return [
    ...(system.length === 0 ? [] : [{ role: 'system', content: writeContent(system) }]),
    ...turns.flatMap((turn) => (turn.role === 'assistant' ? [writeAssistant(turn)] : writeUser(turn))),
  ];
}

/** Results first: they answer the calls of the message before. */
function writeUser(turn: Turn): JsonObject[] {
  const results = turn.parts.filter((part) => part.kind === 'tool-result');
  const rest = turn.parts.filter((part) => part.kind !== 'tool-result');
  return [
    ...results.map(writeResult),
    ...(rest.length === 0 && results.length > 0 ? [] : [writeSaid(rest, turn.ext?.['openai-chat'] ?? {})]),
  ];
}

/** What the user says, or the system message that was told as a reminder in a turn of the user's. */
function writeSaid(parts: Part[], fields: JsonObject): JsonObject {
  if (fields.role !== 'system') return { role: 'user', ...fields, content: writeContent(parts) };
  const said = parts.map((part) => (part.kind === 'text' ? { ...part, text: unwrapReminder(part.text) } : part));
  return { ...fields, content: writeContent(said) };
}

function writeResult(result: ToolResultPart): JsonObject {
  return {
    role: 'tool',
    tool_call_id: result.callId,
    ...result.ext?.['openai-chat'],
    content: writeContent(result.parts),
    ...(result.cache === undefined ? {} : { cache_control: writeCacheMark(result.cache) }),
  };
}

function writeAssistant(turn: Turn): JsonObject {
  const thoughts = turn.parts.filter((part) => part.kind === 'thinking');
  const calls = turn.parts.filter((part) => part.kind === 'tool-call');
  const details = writeDetails(turn.parts);
  const said = turn.parts.filter((part) => part.kind === 'text' || part.kind === 'media' || isContent(part));
  const thought = thoughts.map((part) => part.text).join('');
  const cache = calls.at(-1)?.cache;
  return {
    role: 'assistant',
    ...turn.ext?.['openai-chat'],
    content: said.length === 0 && calls.length > 0 ? null : writeContent(said),
    ...(thought === '' ? {} : { reasoning_content: thought }),
    ...(details.length === 0 ? {} : { reasoning_details: details }),
    ...(calls.length === 0 ? {} : { tool_calls: calls.map(writeCall) }),
    ...(cache === undefined ? {} : { cache_control: writeCacheMark(cache) }),
  };
}

/** Only when something in it is sealed or foreign: plain thoughts are told by `reasoning_content` alone. */
function writeDetails(parts: Part[]): JsonObject[] {
  const thoughts = parts.filter((part) => part.kind === 'thinking' || (part.kind === 'opaque' && !isContent(part)));
  if (!thoughts.some((part) => part.kind === 'opaque' || (part.kind === 'thinking' && part.seal !== undefined)))
    return [];
  return thoughts.flatMap((part, index) => {
    if (part.kind === 'opaque') return part.dialect === 'openai-chat' ? [part.value] : [];
    return part.kind === 'thinking' ? [writeReasoningDetail(part, index) ?? unsealed(part, index)] : [];
  });
}

function unsealed(part: ThinkingPart, index: number): JsonObject {
  return { type: 'reasoning.text', format: 'unknown', index, id: `reasoning-text-${index + 1}`, text: part.text };
}

function writeCall({ id, name, args, freeform, ext }: ToolCallPart): JsonObject {
  const fields = ext?.['openai-chat'];
  return freeform === true
    ? { id, type: 'custom', ...fields, custom: { name, input: args } }
    : { id, type: 'function', ...fields, function: { name, arguments: args } };
}

/** True for an opaque part that stood in `content`, false for one that stood in `reasoning_details`. */
function isContent(part: Part): boolean {
  return part.kind === 'opaque' && part.dialect === 'openai-chat' && part.field === undefined;
}

function writeContent(parts: Part[]): Json {
  const [only, second] = parts;
  if (only === undefined) return '';
  if (
    second === undefined &&
    only.kind === 'text' &&
    only.cache === undefined &&
    only.ext === undefined &&
    only.text !== ''
  ) {
    return only.text;
  }
  return parts.flatMap(writePart);
}

function writePart(part: Part): JsonObject[] {
  switch (part.kind) {
    case 'text': {
      const { refusal, ...fields } = part.ext?.['openai-chat'] ?? {};
      const said = refusal === true ? { type: 'refusal', refusal: part.text } : { type: 'text', text: part.text };
      return [{ ...said, ...fields, ...mark(part) }];
    }
    case 'media':
      return [{ ...writeMedia(part), ...mark(part) }];
    case 'opaque':
      return part.dialect === 'openai-chat' ? [part.value] : [];
    case 'thinking':
    case 'tool-call':
    case 'tool-result':
      return [];
  }
}

function writeMedia(part: MediaPart): JsonObject {
  const { detail, ...fields } = part.ext?.['openai-chat'] ?? {};
  const url = 'url' in part.source ? part.source.url : `data:${part.mime};base64,${part.source.base64}`;
  if (part.name !== undefined || !('url' in part.source || part.mime.startsWith('image/'))) {
    return {
      type: 'file',
      file: { file_data: url, ...(part.name === undefined ? {} : { filename: part.name }) },
      ...fields,
    };
  }
  return { type: 'image_url', image_url: { url, ...(detail === undefined ? {} : { detail }) }, ...fields };
}

function mark(part: TextPart | MediaPart): JsonObject {
  return part.cache === undefined ? {} : { cache_control: writeCacheMark(part.cache) };
}
