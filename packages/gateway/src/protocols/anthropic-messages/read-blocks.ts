/** Content blocks of a client's message, JSON → IR parts. */
import { readCacheMark } from '../../ir/cache-mark.ts';
import { isObject, type Json, type JsonObject } from '../../ir/json.ts';
import type { Note } from '../../ir/note.ts';
import type { CacheMark, Part, TextPart, ThinkingPart, ToolCallPart, ToolResultPart } from '../../ir/request.ts';
import { invalid, optionalArray, optionalBoolean, requiredObject, requiredString } from '../validate.ts';
import { noteOnce, noteUnknownFields } from './field-notes.ts';
import { readSignature } from './foreign-signature.ts';
import { readDocument, readImage, readSearchResult } from './read-media.ts';
import { tellServerBlock } from './server-blocks.ts';

/** What is gathered while a conversation is read. */
export interface Reading {
  notes: Note[];
  /** Tools that a tool search has loaded (`tool_reference`). */
  loadedTools: Set<string>;
}

const TEXT_FIELDS = new Set(['type', 'text', 'citations', 'cache_control']);
const CALL_FIELDS = new Set(['type', 'id', 'name', 'input', 'cache_control']);
const RESULT_FIELDS = new Set(['type', 'tool_use_id', 'content', 'is_error', 'cache_control']);
const THOUGHT_FIELDS = new Set(['type', 'thinking', 'signature', 'data']);

/**
 * Reads `content`: a string, an array of blocks (strings among them), null or absent. An empty string
 * is no part at all.
 * @throws GatewayError `invalid-request` or `unsupported`, naming the field
 */
export function readBlocks(value: Json | undefined, path: string, reading: Reading): Part[] {
  if (typeof value === 'string') return value === '' ? [] : [{ kind: 'text', text: value }];
  if (value !== undefined && value !== null && !Array.isArray(value)) {
    throw invalid(path, 'must be a string or an array of content blocks');
  }
  return (optionalArray(value, path) ?? []).flatMap((block, index) => readBlock(block, `${path}[${index}]`, reading));
}

/** Content that can only be text: of the system and of system messages. */
export function readTextBlocks(value: Json | undefined, path: string, reading: Reading): TextPart[] {
  return readBlocks(value, path, reading).map((part, index) => {
    if (part.kind !== 'text') throw invalid(`${path}[${index}].type`, 'must be "text" in a system prompt');
    return part;
  });
}

/** One block: no part for an empty string, several for a document made of blocks. */
export function readBlock(value: Json, path: string, reading: Reading): Part[] {
  if (typeof value === 'string') return value === '' ? [] : [{ kind: 'text', text: value }];
  const block = requiredObject(value, path);
  const inner = (content: Json | undefined, at: string) => readBlocks(content, at, reading);
  switch (requiredString(block.type, `${path}.type`)) {
    case 'text':
      return [readText(block, path, reading)];
    case 'image':
      return [{ ...readImage(block, path, reading.notes), ...markOf(block, path, reading) }];
    case 'document':
      return marked(readDocument(block, path, reading.notes, inner), markOf(block, path, reading));
    case 'search_result':
      return [{ ...readSearchResult(block, path, reading.notes, inner), ...markOf(block, path, reading) }];
    case 'thinking':
    case 'redacted_thinking':
      return [readThought(block, path, reading.notes)];
    case 'tool_use':
      return [readCall(block, path, reading)];
    case 'tool_result':
      return [readResult(block, path, reading)];
    case 'tool_reference':
      return [readReference(block, path, reading)];
    default:
      return [readOther(block, path, reading.notes)];
  }
}

function readText(block: JsonObject, path: string, reading: Reading): TextPart {
  if (typeof block.text !== 'string') throw invalid(`${path}.text`, 'must be a string');
  noteUnknownFields(block, TEXT_FIELDS, 'messages[].content[]', reading.notes);
  const citations = Array.isArray(block.citations) ? block.citations.filter(isObject) : [];
  return {
    kind: 'text',
    text: block.text,
    ...(citations.length === 0 ? {} : { citations }),
    ...markOf(block, path, reading),
  };
}

function readThought(block: JsonObject, path: string, notes: Note[]): ThinkingPart {
  noteUnknownFields(block, THOUGHT_FIELDS, 'messages[].content[]', notes);
  if (block.type === 'redacted_thinking') {
    const data = requiredString(block.data, `${path}.data`);
    return { kind: 'thinking', text: '', seal: { issuer: 'anthropic', form: 'redacted', data } };
  }
  if (typeof block.thinking !== 'string') throw invalid(`${path}.thinking`, 'must be a string');
  const seal = typeof block.signature === 'string' ? readSignature(block.signature) : undefined;
  return { kind: 'thinking', text: block.thinking, ...(seal === undefined ? {} : { seal }) };
}

function readCall(block: JsonObject, path: string, reading: Reading): ToolCallPart {
  noteUnknownFields(block, CALL_FIELDS, 'messages[].content[]', reading.notes);
  return {
    kind: 'tool-call',
    id: requiredString(block.id, `${path}.id`),
    name: requiredString(block.name, `${path}.name`),
    args: readInput(block.input, `${path}.input`),
    ...markOf(block, path, reading),
  };
}

/** JSON text as it came from the parser; some clients keep the arguments as the text they streamed in. */
function readInput(value: Json | undefined, path: string): string {
  if (value === undefined || value === null || value === '') return '{}';
  if (typeof value === 'string') return value;
  return JSON.stringify(requiredObject(value, path));
}

function readResult(block: JsonObject, path: string, reading: Reading): ToolResultPart {
  noteUnknownFields(block, RESULT_FIELDS, 'messages[].content[]', reading.notes);
  const failed = optionalBoolean(block.is_error, `${path}.is_error`);
  return {
    kind: 'tool-result',
    callId: requiredString(block.tool_use_id, `${path}.tool_use_id`),
    parts: readBlocks(block.content, `${path}.content`, reading),
    ...(failed === true ? { failed } : {}),
    ...markOf(block, path, reading),
  };
}

/** The tool itself is among the tools from now on (`read-tools.ts`); the model is told so. */
function readReference(block: JsonObject, path: string, reading: Reading): TextPart {
  const name = requiredString(block.tool_name, `${path}.tool_name`);
  reading.loadedTools.add(name);
  const because = 'a reference to a tool is told as text, and the tool is offered in full';
  noteOnce(reading.notes, { code: 'coerced', path: 'messages[].content[].tool_reference', because, harmless: true });
  return { kind: 'text', text: `The tool ${name} is available now.`, ...markOf(block, path, reading) };
}

/** Blocks of tools that ran at Anthropic become text; a kind that nobody here knows is kept whole. */
function readOther(block: JsonObject, path: string, notes: Note[]): Part {
  const text = tellServerBlock(block);
  if (text === undefined) return { kind: 'opaque', dialect: 'anthropic-messages', value: block };
  const because = "what a tool on Anthropic's servers did is told as text";
  notes.push({ code: 'coerced', path, because });
  return { kind: 'text', text };
}

function markOf(block: JsonObject, path: string, { notes }: Reading): { cache?: CacheMark } {
  const cache = readCacheMark(block.cache_control, `${path}.cache_control`, notes);
  return cache === undefined ? {} : { cache };
}

function marked(parts: Part[], mark: { cache?: CacheMark }): Part[] {
  return parts.map((part, index) => (index === parts.length - 1 ? { ...part, ...mark } : part));
}
