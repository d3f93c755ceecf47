/** The conversation of a client's request, JSON → IR. */
import { readCacheMark } from '../../ir/cache-mark.ts';
import type { Json, JsonObject } from '../../ir/json.ts';
import { wrapReminder } from '../../ir/reminder.ts';
import type { CacheMark, Part, TextPart, Turn } from '../../ir/request.ts';
import { invalid, requiredObject } from '../validate.ts';
import { noteUnknownFields } from './field-notes.ts';
import { continuesThread } from './hosted.ts';
import { readBlocks, readTextBlocks, type Reading } from './read-blocks.ts';

/** Clients that keep whole answers as their history send these along; nothing of it concerns the model. */
const ANSWER_FIELDS = ['id', 'type', 'model', 'stop_reason', 'stop_sequence', 'stop_details', 'usage', 'container'];
const MESSAGE_FIELDS = new Set(['role', 'content', ...ANSWER_FIELDS]);

/**
 * `system` and `messages`. System messages before the first turn join the system; later ones, which
 * Claude Code sends to models it does not know, stay where they are, as a reminder in a user turn
 * (docs/cortex-quirks.md#no-system-role-in-messages).
 * @throws GatewayError `invalid-request` or `unsupported`, naming the field
 */
export function readConversation(body: JsonObject, reading: Reading): { system: TextPart[]; turns: Turn[] } {
  const system = readTextBlocks(body.system, 'system', reading);
  const { messages } = body;
  if (!Array.isArray(messages) || messages.length === 0) {
    throw invalid('messages', 'must be an array with at least one message');
  }
  const turns: Turn[] = [];
  for (const [index, item] of messages.entries()) readMessage(item, `messages[${index}]`, system, turns, reading);
  if (turns.length > 0 && turns.every(isOnlyResults)) throw continuesThread();
  return { system, turns: markEnd(turns, readCacheMark(body.cache_control, 'cache_control', reading.notes)) };
}

function isOnlyResults({ role, parts }: Turn): boolean {
  return role === 'user' && parts.length > 0 && parts.every(({ kind }) => kind === 'tool-result');
}

function readMessage(item: Json, path: string, system: TextPart[], turns: Turn[], reading: Reading): void {
  const message = requiredObject(item, path);
  noteUnknownFields(message, MESSAGE_FIELDS, 'messages[]', reading.notes);
  const { role } = message;
  if (role === 'user' || role === 'assistant') {
    turns.push({ role, parts: readBlocks(message.content, `${path}.content`, reading) });
    return;
  }
  if (role !== 'system') throw invalid(`${path}.role`, 'must be "user", "assistant" or "system"');
  const parts = readTextBlocks(message.content, `${path}.content`, reading);
  if (turns.length === 0) {
    system.push(...parts);
    return;
  }
  if (parts.length === 0) return;
  const cache = parts.at(-1)?.cache;
  const text = wrapReminder(parts.map((part) => part.text).join('\n'));
  turns.push({ role: 'user', parts: [{ kind: 'text', text, ...(cache === undefined ? {} : { cache }) }] });
  reading.notes.push({
    code: 'coerced',
    path,
    because: 'a system message amid a conversation is told to models without such a role as a reminder in a user turn',
  });
}

/** A mark on the request itself means the prompt up to its end: it moves to the last part that can carry one. */
function markEnd(turns: Turn[], cache: CacheMark | undefined): Turn[] {
  const last = turns.at(-1);
  if (cache === undefined || last === undefined) return turns;
  const at = last.parts.findLastIndex((part) => part.kind !== 'thinking' && part.kind !== 'opaque');
  const parts = last.parts.map((part, index): Part => {
    return index === at && part.kind !== 'thinking' && part.kind !== 'opaque' ? { ...part, cache } : part;
  });
  return [...turns.slice(0, -1), { ...last, parts }];
}
