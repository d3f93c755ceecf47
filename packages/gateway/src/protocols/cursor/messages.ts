/** Messages and items, each by its own form. */
import type { Json, JsonObject } from '../../ir/json.ts';
import type { Note } from '../../ir/note.ts';
import type { Ext, Part, ToolCallPart, ToolResultPart } from '../../ir/request.ts';
import { readCacheMark } from '../../ir/cache-mark.ts';
import { readAssistant } from '../openai-chat/assistant.ts';
import { readCall, readOutput } from '../openai-responses/call-items.ts';
import { isReference, passOver } from '../openai-responses/item-reference.ts';
import { readReasoning } from '../openai-responses/reasoning-item.ts';
import { ToolTable } from '../openai-responses/tool-table.ts';
import { invalid, optionalString, requiredObject, unknownFields } from '../validate.ts';
import { readContent, readTextContent } from './content.ts';
import { Conversation } from './conversation.ts';
import { isResponsesItem } from './shape.ts';

/** What an item of the Responses API says about itself and no model needs. */
const BOOKKEEPING = ['type', 'id', 'status', 'phase'];
const USER_FIELDS = new Set(['role', 'content', 'cache_control', ...BOOKKEEPING]);
/** A result's `name` only repeats what its call says. */
const RESULT_FIELDS = new Set(['role', 'content', 'tool_call_id', 'name', 'cache_control']);

interface Reading {
  conversation: Conversation;
  table: ToolTable;
  notes: Note[];
}

/**
 * `system`, `instructions`, `messages` and `input`, whichever of them there are.
 * @throws GatewayError `invalid-request` or `unsupported`, naming the field
 */
export function readConversation(body: JsonObject, notes: Note[]): Conversation {
  const reading: Reading = { conversation: new Conversation(notes), table: new ToolTable(body), notes };
  const { conversation } = reading;
  conversation.addSystem(readTextContent(body.system, 'system', notes), 'system');
  conversation.addSystem(readTextContent(body.instructions, 'instructions', notes), 'instructions');
  const entries = [...entriesOf(body.messages, 'messages'), ...entriesOf(body.input, 'input')];
  if (entries.length === 0) throw invalid('messages', 'must be an array with at least one message');
  for (const { entry, path } of entries) readEntry(requiredObject(entry, path), path, reading);
  return conversation;
}

function entriesOf(value: Json | undefined, field: string): { entry: Json; path: string }[] {
  if (value === undefined || value === null) return [];
  if (typeof value === 'string') return [{ entry: { role: 'user', content: value }, path: field }];
  if (!Array.isArray(value)) throw invalid(field, 'must be a string or an array');
  return value.map((entry, index) => ({ entry, path: `${field}[${index}]` }));
}

function readEntry(entry: JsonObject, path: string, reading: Reading): void {
  if (isResponsesItem(entry)) return readItem(entry, path, reading);
  const { conversation, notes } = reading;
  switch (typeof entry.role === 'string' ? entry.role : '') {
    case 'system':
    case 'developer':
      return conversation.addSystem(
        markLast(readTextContent(entry.content, `${path}.content`, notes), entry, path, notes),
        path,
      );
    case 'user': {
      const parts = markLast(readContent(entry.content, `${path}.content`, notes), entry, path, notes);
      return conversation.addUser(parts, extOf(unknownFields(entry, USER_FIELDS)));
    }
    case 'assistant':
      return addAssistant(entry, path, reading);
    case 'tool':
      return conversation.addResult(readToolMessage(entry, path, notes));
    default:
      throw invalid(`${path}.role`, 'must be "system", "developer", "user", "assistant" or "tool"');
  }
}

function readItem(item: JsonObject, path: string, { conversation, table, notes }: Reading): void {
  if (isReference(item)) return passOver(item, path, notes);
  if (item.type === 'reasoning') {
    const thought = readReasoning(item, path, notes);
    return conversation.addAssistant(thought === undefined ? [] : [thought]);
  }
  const result = readOutput(item, path, table);
  if (result !== undefined) return conversation.addResult(result);
  const call = readCall(item, path, table);
  conversation.addAssistant([call ?? { kind: 'opaque', dialect: 'openai-responses', value: item }]);
}

/** Thoughts first, then the content, which may hold calls of its own, then `tool_calls`: a call in both is one. */
function addAssistant(message: JsonObject, path: string, { conversation, notes }: Reading): void {
  const own = Object.entries(message).filter(([key]) => !BOOKKEEPING.includes(key));
  const { parts, ext } = readAssistant({ ...Object.fromEntries(own), content: null, cache_control: null }, path, notes);
  const content = readContent(message.content, `${path}.content`, notes);
  const called = new Set(content.flatMap((part) => (part.kind === 'tool-call' ? [keyOf(part)] : [])));
  const rest = parts.filter((part) => part.kind !== 'tool-call' || !called.has(keyOf(part)));
  const said = [
    ...rest.filter((part) => part.kind === 'thinking'),
    ...content,
    ...rest.filter((part) => part.kind !== 'thinking'),
  ];
  conversation.addAssistant(markLast(said, message, path, notes), ext);
}

function keyOf({ id, name }: ToolCallPart): string {
  return `${id}\n${name}`;
}

function readToolMessage(message: JsonObject, path: string, notes: Note[]): ToolResultPart {
  const parts = readContent(message.content, `${path}.content`, notes);
  const inner = parts.flatMap((part) => ('cache' in part && part.cache !== undefined ? [part.cache] : []));
  const cache = readCacheMark(message.cache_control, `${path}.cache_control`, notes) ?? inner.at(-1);
  const ext = extOf(unknownFields(message, RESULT_FIELDS));
  return {
    kind: 'tool-result',
    // Some agents lose the id; the repair of the history gives one.
    callId: optionalString(message.tool_call_id, `${path}.tool_call_id`) ?? '',
    parts: parts.map(withoutCache),
    ...(cache === undefined ? {} : { cache }),
    ...(ext === undefined ? {} : { ext }),
  };
}

/** A mark on the message means the prefix up to its end: it moves to the last part that can carry one. */
function markLast<P extends Part>(parts: P[], message: JsonObject, path: string, notes: Note[]): P[] {
  const cache = readCacheMark(message.cache_control, `${path}.cache_control`, notes);
  if (cache === undefined) return parts;
  const at = parts.findLastIndex((part) => part.kind !== 'thinking' && part.kind !== 'opaque');
  return parts.map((part, index) => (index === at ? { ...part, cache } : part));
}

function withoutCache(part: Part): Part {
  if (!('cache' in part)) return part;
  const { cache: _, ...rest } = part;
  return rest;
}

function extOf(fields: JsonObject | undefined): Ext | undefined {
  return fields === undefined ? undefined : { 'openai-chat': fields };
}
