/** The message list, JSON → IR. */
import type { Json, JsonObject } from '../../ir/json.ts';
import type { Note } from '../../ir/note.ts';
import type { Part, TextPart, ToolResultPart, Turn } from '../../ir/request.ts';
import { legacyCallId, readAssistant } from './assistant.ts';
import { readCacheMark } from '../../ir/cache-mark.ts';
import { readContent, readTextContent } from './content.ts';
import { wrapReminder } from '../../ir/reminder.ts';
import { invalid, optionalString, requiredObject, requiredString, unknownFields } from '../validate.ts';

const USER_FIELDS = new Set(['role', 'content', 'cache_control']);
/** A result's `name` only repeats what its call says. */
const RESULT_FIELDS = new Set(['role', 'content', 'tool_call_id', 'name', 'cache_control']);

export interface Conversation {
  system: TextPart[];
  turns: Turn[];
}

/**
 * Leading system and developer messages become `system`; later ones stay where they are, as a reminder
 * in a user turn. Tool messages join into one user turn, and the user message right after them too.
 * @throws GatewayError `invalid-request` or `unsupported`, naming the field
 */
export function readMessages(value: Json | undefined, notes: Note[]): Conversation {
  if (!Array.isArray(value) || value.length === 0)
    throw invalid('messages', 'must be an array with at least one message');
  const reading: Reading = { system: [], turns: [], resultsTurn: undefined, legacyCalls: new Map(), notes };
  for (const [index, item] of value.entries()) {
    const path = `messages[${index}]`;
    readMessage(requiredObject(item, path), path, reading);
  }
  return { system: reading.system, turns: reading.turns };
}

interface Reading extends Conversation {
  /** Where tool results go until the assistant speaks again. */
  resultsTurn: Turn | undefined;
  /** Ids given to legacy function calls, by function name. */
  legacyCalls: Map<string, string>;
  notes: Note[];
}

function readMessage(message: JsonObject, path: string, reading: Reading): void {
  switch (typeof message.role === 'string' ? message.role : '') {
    case 'system':
    case 'developer':
      return addSystem(message, path, reading);
    case 'user':
      return addUser(message, path, reading);
    case 'assistant':
      return addAssistant(message, path, reading);
    case 'tool':
      return addResult(message, optionalString(message.tool_call_id, `${path}.tool_call_id`) ?? '', path, reading);
    case 'function': {
      const name = requiredString(message.name, `${path}.name`);
      return addResult(message, reading.legacyCalls.get(name) ?? legacyCallId(path), path, reading);
    }
    default:
      throw invalid(`${path}.role`, 'must be "system", "developer", "user", "assistant", "tool" or "function"');
  }
}

function addSystem(message: JsonObject, path: string, { system, turns, notes }: Reading): void {
  const parts = markLast(readTextContent(message.content, `${path}.content`, notes), message, path, notes);
  if (turns.length === 0) {
    system.push(...parts);
    return;
  }
  const cache = parts.at(-1)?.cache;
  const text = wrapReminder(parts.map((part) => part.text).join('\n'));
  turns.push({
    role: 'user',
    parts: [{ kind: 'text', text, ...(cache === undefined ? {} : { cache }) }],
    ext: { 'openai-chat': { role: 'system' } },
  });
  notes.push({
    code: 'coerced',
    path,
    because: 'a system message amid a conversation is told to models without such a role as a reminder in a user turn',
  });
}

function addUser(message: JsonObject, path: string, reading: Reading): void {
  const parts = markLast(readContent(message.content, `${path}.content`, reading.notes), message, path, reading.notes);
  const fields = unknownFields(message, USER_FIELDS);
  const ext = fields === undefined ? {} : { ext: { 'openai-chat': fields } };
  const last = reading.turns.at(-1);
  if (last !== undefined && last === reading.resultsTurn && last.parts.at(-1)?.kind === 'tool-result') {
    last.parts = [...last.parts, ...parts];
    Object.assign(last, ext);
  } else {
    reading.turns.push({ role: 'user', parts, ...ext });
  }
}

function addAssistant(message: JsonObject, path: string, reading: Reading): void {
  const turn = readAssistant(message, path, reading.notes);
  turn.parts = markLast(turn.parts, message, path, reading.notes);
  reading.turns.push(turn);
  reading.resultsTurn = undefined;
  if (message.function_call === undefined) return;
  for (const part of turn.parts) {
    if (part.kind === 'tool-call' && part.id === legacyCallId(path)) reading.legacyCalls.set(part.name, part.id);
  }
}

function addResult(message: JsonObject, callId: string, path: string, reading: Reading): void {
  const parts = readContent(message.content, `${path}.content`, reading.notes);
  const cache =
    readCacheMark(message.cache_control, `${path}.cache_control`, reading.notes) ??
    parts.flatMap((part) => ('cache' in part && part.cache !== undefined ? [part.cache] : [])).at(-1);
  const ext = unknownFields(message, RESULT_FIELDS);
  const result: ToolResultPart = {
    kind: 'tool-result',
    callId,
    parts: parts.map(withoutCache),
    ...(cache === undefined ? {} : { cache }),
    ...(ext === undefined ? {} : { ext: { 'openai-chat': ext } }),
  };
  if (reading.resultsTurn === undefined) {
    reading.resultsTurn = { role: 'user', parts: [result] };
    reading.turns.push(reading.resultsTurn);
    return;
  }
  // Results stay together even when a reminder or a user message came between them.
  const after = reading.resultsTurn.parts.findLastIndex((part) => part.kind === 'tool-result') + 1;
  reading.resultsTurn.parts.splice(after, 0, result);
}

/** A mark on the message means the prefix up to its end: it moves to the last part that can carry one. */
function markLast<P extends Part>(parts: P[], message: JsonObject, path: string, notes: Note[]): P[] {
  const cache = readCacheMark(message.cache_control, `${path}.cache_control`, notes);
  if (cache === undefined) return parts;
  const at = parts.findLastIndex((part) => part.kind !== 'thinking' && part.kind !== 'opaque');
  if (at === -1) {
    notes.push({
      code: 'dropped',
      path: `${path}.cache_control`,
      because: 'the message has no content to mark',
      harmless: true,
    });
  }
  return parts.map((part, index) => (index === at ? { ...part, cache } : part));
}

function withoutCache(part: Part): Part {
  if (!('cache' in part)) return part;
  const { cache: _, ...rest } = part;
  return rest;
}
