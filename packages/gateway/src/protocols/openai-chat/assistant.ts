/** Echoed assistant messages. */
import { isObject, type Json, type JsonObject } from '../../ir/json.ts';
import type { Note } from '../../ir/note.ts';
import type { Part, ToolCallPart, Turn } from '../../ir/request.ts';
import { readCacheMark } from '../../ir/cache-mark.ts';
import { readContent } from './content.ts';
import { readThinking, readThinkingBlock } from './thinking.ts';
import { invalid, optionalArray, optionalString, requiredObject, requiredString, unknownFields } from '../validate.ts';

const MESSAGE_FIELDS = new Set([
  'role',
  'content',
  'refusal',
  'tool_calls',
  'function_call',
  'reasoning_details',
  'thinking_blocks',
  'reasoning_content',
  'reasoning',
  'cache_control',
]);
const CALL_FIELDS = new Set(['id', 'type', 'function', 'custom', 'index', 'cache_control']);

/** Thoughts first, then what was said, then the calls: the order in which models produce them. */
export function readAssistant(message: JsonObject, path: string, notes: Note[]): Turn {
  const content = readContent(message.content, `${path}.content`, notes).map(unwrapThinking);
  const refusal = optionalString(message.refusal, `${path}.refusal`);
  const calls = optionalArray(message.tool_calls, `${path}.tool_calls`) ?? [];
  const legacy = readFunctionCall(message.function_call, path);
  const parts: Part[] = [
    ...readThinking(message),
    ...content,
    ...(refusal === undefined || refusal === ''
      ? []
      : [{ kind: 'text' as const, text: refusal, ext: { 'openai-chat': { refusal: true } } }]),
    ...calls.map((call, index) => readCall(call, `${path}.tool_calls[${index}]`, notes)),
    ...(legacy === undefined ? [] : [legacy]),
  ];
  const ext = unknownFields(message, MESSAGE_FIELDS);
  return { role: 'assistant', parts, ...(ext === undefined ? {} : { ext: { 'openai-chat': ext } }) };
}

/** The id a legacy `function_call` gets, since it has none of its own. */
export function legacyCallId(path: string): string {
  return `call_${path.replace(/\D+/g, '')}`;
}

function unwrapThinking(part: Part): Part {
  return part.kind === 'opaque' ? (readThinkingBlock(part.value) ?? part) : part;
}

function readCall(value: Json, path: string, notes: Note[]): ToolCallPart {
  const call = requiredObject(value, path);
  const cache = readCacheMark(call.cache_control, `${path}.cache_control`, notes);
  const ext = unknownFields(call, CALL_FIELDS);
  return {
    kind: 'tool-call',
    // Some agents lose the id; the repair of the history gives one (ir/history-ids.ts).
    id: optionalString(call.id, `${path}.id`) ?? '',
    ...readCalled(call, path),
    ...(cache === undefined ? {} : { cache }),
    ...(ext === undefined ? {} : { ext: { 'openai-chat': ext } }),
  };
}

function readCalled(call: JsonObject, path: string): Pick<ToolCallPart, 'name' | 'args' | 'freeform'> {
  if (call.type === 'custom') {
    const custom = requiredObject(call.custom, `${path}.custom`);
    return {
      name: requiredString(custom.name, `${path}.custom.name`),
      args: optionalString(custom.input, `${path}.custom.input`) ?? '',
      freeform: true,
    };
  }
  const called = requiredObject(call.function, `${path}.function`);
  return {
    name: requiredString(called.name, `${path}.function.name`),
    args: readArguments(called.arguments, `${path}.function.arguments`),
  };
}

/** JSON text as it came; nothing at all is what some clients send for a call without arguments. */
function readArguments(value: Json | undefined, path: string): string {
  if (value === undefined || value === null || value === '') return '{}';
  if (typeof value === 'string') return value;
  if (isObject(value)) return JSON.stringify(value);
  throw invalid(path, 'must be a string of JSON');
}

function readFunctionCall(value: Json | undefined, path: string): ToolCallPart | undefined {
  if (value === undefined || value === null) return undefined;
  const call = requiredObject(value, `${path}.function_call`);
  if (call.name === '' && call.arguments === '') return undefined;
  return {
    kind: 'tool-call',
    id: legacyCallId(path),
    name: requiredString(call.name, `${path}.function_call.name`),
    args: readArguments(call.arguments, `${path}.function_call.arguments`),
  };
}
