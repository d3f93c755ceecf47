/** `instructions` and `input` → the IR's system and turns. */
import type { Json, JsonObject } from '../../ir/json.ts';
import type { Note } from '../../ir/note.ts';
import { wrapReminder } from '../../ir/reminder.ts';
import type { Part, TextPart, ToolResultPart, Turn } from '../../ir/request.ts';
import { invalid, optionalString, requiredObject, unknownFields } from '../validate.ts';
import { readCall, readOutput } from './call-items.ts';
import { readContent, readTextContent } from './content.ts';
import { isReference, passOver } from './item-reference.ts';
import { readReasoning } from './reasoning-item.ts';
import type { ToolTable } from './tool-table.ts';

const MESSAGE_FIELDS = new Set(['type', 'role', 'content']);

export interface Conversation {
  system: TextPart[];
  turns: Turn[];
}

interface Reading extends Conversation {
  table: ToolTable;
  notes: Note[];
}

/**
 * Leading system and developer messages follow `instructions` in `system`; later ones stay where they
 * are, as a reminder in a user turn. What the model said, thought and called until the next result or
 * message is one turn. Items that only OpenAI's servers understand are kept as opaque parts.
 * @throws GatewayError `invalid-request` or `unsupported`, naming the field
 */
export function readInput(body: JsonObject, table: ToolTable, notes: Note[]): Conversation {
  const instructions = optionalString(body.instructions, 'instructions') ?? '';
  const reading: Reading = { system: [], turns: [], table, notes };
  if (instructions !== '') reading.system.push({ kind: 'text', text: instructions });
  for (const [index, item] of itemsOf(body.input).entries()) {
    const path = `input[${index}]`;
    readItem(requiredObject(item, path), path, reading);
  }
  return { system: reading.system, turns: reading.turns };
}

function itemsOf(input: Json | undefined): Json[] {
  if (typeof input === 'string') return [{ role: 'user', content: input }];
  if (!Array.isArray(input) || input.length === 0)
    throw invalid('input', 'must be a string or an array with at least one item');
  return input;
}

function readItem(item: JsonObject, path: string, reading: Reading): void {
  if (isReference(item)) return passOver(item, path, reading.notes);
  const type = item.type ?? (item.role === undefined ? undefined : 'message');
  if (typeof type !== 'string') throw invalid(`${path}.type`, 'must be a string such as "message"');
  switch (type) {
    case 'message':
      return addMessage(item, path, reading);
    case 'reasoning':
      return addReasoning(item, path, reading);
    case 'additional_tools':
      // Its tools are in the table.
      return;
    default:
      return addOther(item, path, reading);
  }
}

function addMessage(item: JsonObject, path: string, reading: Reading): void {
  switch (typeof item.role === 'string' ? item.role : '') {
    case 'system':
    case 'developer':
      return addSystem(item, path, reading);
    case 'user':
      return addUser(item, path, reading);
    case 'assistant':
      return addAssistant(reading, withFields(readContent(item.content, `${path}.content`), item));
    default:
      throw invalid(`${path}.role`, 'must be "system", "developer", "user" or "assistant"');
  }
}

function addSystem(item: JsonObject, path: string, { system, turns, notes }: Reading): void {
  const parts = withFields(readTextContent(item.content, `${path}.content`), item);
  const [first] = parts;
  if (first === undefined) return;
  if (turns.length === 0) {
    system.push(...parts);
    return;
  }
  const text = wrapReminder(parts.map((part) => part.text).join('\n'));
  // Under chat's name, because the one upstream that knows such messages is a chat one.
  turns.push({ role: 'user', parts: [{ ...first, text }], ext: { 'openai-chat': { role: 'system' } } });
  notes.push({
    code: 'coerced',
    path,
    because: 'a system message amid a conversation is told to models without such a role as a reminder in a user turn',
    harmless: true,
  });
}

function addUser(item: JsonObject, path: string, { turns }: Reading): void {
  const parts = readContent(item.content, `${path}.content`);
  const fields = unknownFields(item, MESSAGE_FIELDS);
  const last = turns.at(-1);
  const ext = fields === undefined ? {} : { ext: { 'openai-responses': fields } };
  if (last !== undefined && last.role === 'user' && last.parts.at(-1)?.kind === 'tool-result') {
    last.parts.push(...parts);
    Object.assign(last, ext);
  } else {
    turns.push({ role: 'user', parts, ...ext });
  }
}

/** The fields of a message go with its first part where a turn, or the system prompt, may hold several messages. */
function withFields<P extends Part>(parts: P[], item: JsonObject): P[] {
  const [first, ...rest] = parts;
  const fields = unknownFields(item, MESSAGE_FIELDS);
  if (first === undefined || fields === undefined || first.kind === 'opaque') return parts;
  const ext = { ...first.ext, 'openai-responses': { ...fields, ...first.ext?.['openai-responses'] } };
  return [{ ...first, ext }, ...rest];
}

function addReasoning(item: JsonObject, path: string, reading: Reading): void {
  const thought = readReasoning(item, path, reading.notes);
  if (thought !== undefined) addAssistant(reading, [thought]);
}

function addAssistant({ turns }: Reading, parts: Part[]): void {
  if (parts.length === 0) return;
  const last = turns.at(-1);
  if (last?.role === 'assistant') last.parts.push(...parts);
  else turns.push({ role: 'assistant', parts });
}

function addOther(item: JsonObject, path: string, reading: Reading): void {
  const result = readOutput(item, path, reading.table);
  if (result !== undefined) return addResult(result, reading.turns);
  const call = readCall(item, path, reading.table);
  addAssistant(reading, [call ?? { kind: 'opaque', dialect: 'openai-responses', value: item }]);
}

/** Results stay together even when a user message came between them. */
function addResult(result: ToolResultPart, turns: Turn[]): void {
  const last = turns.at(-1);
  const after = last?.role === 'user' ? last.parts.findLastIndex((part) => part.kind === 'tool-result') + 1 : 0;
  if (last === undefined || after === 0) turns.push({ role: 'user', parts: [result] });
  else last.parts.splice(after, 0, result);
}
