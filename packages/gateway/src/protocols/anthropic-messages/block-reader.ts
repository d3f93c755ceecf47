import type { StreamEvent } from '../../ir/event.ts';
import { isObject, type Json, type JsonObject } from '../../ir/json.ts';
import { renameKeys } from '../../ir/property-names.ts';
import type { TextPart, ToolCallPart } from '../../ir/request.ts';
import type { ReaderOptions } from '../codec.ts';
import { brokenAnswer } from './errors.ts';

/** Reads one content block: what its start, its deltas and its stop say in the IR. */
export interface BlockReader {
  kind: 'text' | 'thinking' | 'call' | 'json' | 'unknown';
  start(): StreamEvent[];
  delta(delta: JsonObject): StreamEvent[];
  stop(): StreamEvent[];
}

/** The reader for a block, chosen by its type. A block that lacks what its type needs reads as an error. */
export function readBlock(at: number, block: JsonObject, options: ReaderOptions): BlockReader {
  const { type, name } = block;
  if (type === 'text') return textBlock(at, block);
  if (type === 'thinking' || type === 'redacted_thinking') return thinkingBlock(at, block);
  if (type !== 'tool_use') return unknownBlock(at, block);
  return name !== undefined && name === options.jsonTool
    ? jsonBlock(at, block, options)
    : callBlock(at, block, options);
}

/** Parts are opened empty and filled by deltas, also when the block came whole: writers need only one way. */
function textBlock(at: number, block: JsonObject): BlockReader {
  const citations = Array.isArray(block.citations) ? block.citations.filter(isObject) : [];
  return {
    kind: 'text',
    start: () => [
      { type: 'open', at, part: { kind: 'text', text: '' } },
      ...said(at, 'text', block.text),
      ...citations.map((citation): StreamEvent => ({ type: 'delta', at, delta: { citation } })),
    ],
    delta(delta) {
      if (delta.type === 'text_delta') return said(at, 'text', delta.text);
      if (delta.type === 'citations_delta' && isObject(delta.citation)) {
        return [{ type: 'delta', at, delta: { citation: delta.citation } }];
      }
      return strange(at, delta);
    },
    stop: () => [{ type: 'close', at }],
  };
}

function thinkingBlock(at: number, block: JsonObject): BlockReader {
  return {
    kind: 'thinking',
    start: () => [
      { type: 'open', at, part: { kind: 'thinking', text: '' } },
      ...said(at, 'thinking', block.thinking),
      ...sealed(at, 'signature', block.signature),
      ...sealed(at, 'redacted', block.data),
    ],
    delta(delta) {
      if (delta.type === 'thinking_delta') return said(at, 'thinking', delta.thinking);
      if (delta.type === 'signature_delta') return sealed(at, 'signature', delta.signature);
      return strange(at, delta);
    },
    stop: () => [{ type: 'close', at }],
  };
}

function callBlock(at: number, block: JsonObject, options: ReaderOptions): BlockReader {
  const { id, name } = block;
  if (typeof id !== 'string' || typeof name !== 'string') return brokenBlock(`tool call ${at} has no id or no name`);
  const known = options.toolNames?.get(name) ?? name;
  const part: ToolCallPart = { kind: 'tool-call', id, name: known, args: '' };
  const names = options.propertyNames?.get(known);
  if (names !== undefined) {
    return wholeBlock(at, block, { kind: 'call', part, empty: '{}', read: (args) => renameKeys(args, names) });
  }
  const args = argumentText(block);
  return {
    kind: 'call',
    start: () => [{ type: 'open', at, part }],
    delta: (delta) => (delta.type === 'input_json_delta' ? said(at, 'args', args.take(delta)) : strange(at, delta)),
    // A call without arguments says nothing, or "": clients parse the text, so it must be an object.
    stop: () => [...said(at, 'args', args.rest('{}')), { type: 'close', at }],
  };
}

/** The tool that stands in for structured output: what it is called with is what the answer says. */
function jsonBlock(at: number, block: JsonObject, options: ReaderOptions): BlockReader {
  const names = options.propertyNames?.get(options.jsonTool ?? '');
  const part: TextPart = { kind: 'text', text: '' };
  if (names !== undefined) {
    return wholeBlock(at, block, { kind: 'json', part, empty: '{}', read: (args) => renameKeys(args, names) });
  }
  const args = argumentText(block);
  return {
    kind: 'json',
    start: () => [{ type: 'open', at, part }],
    delta: (delta) => (delta.type === 'input_json_delta' ? said(at, 'text', args.take(delta)) : strange(at, delta)),
    stop: () => [...said(at, 'text', args.rest('{}')), { type: 'close', at }],
  };
}

interface WholeReading {
  kind: 'call' | 'json';
  part: ToolCallPart | TextPart;
  /** What no arguments at all are. */
  empty: string;
  read: (args: string) => string;
}

/** Arguments that can only be read when all of them are there come in one piece at the end. */
function wholeBlock(at: number, block: JsonObject, { kind, part, empty, read }: WholeReading): BlockReader {
  const args = argumentText(block);
  let gathered = '';
  return {
    kind,
    start: () => [{ type: 'open', at, part }],
    delta(delta) {
      if (delta.type !== 'input_json_delta') return strange(at, delta);
      const piece = args.take(delta);
      if (typeof piece === 'string') gathered += piece;
      return [];
    },
    stop: () => [
      ...said(at, part.kind === 'text' ? 'text' : 'args', read(gathered + args.rest(empty))),
      { type: 'close', at },
    ],
  };
}

/** Arguments come in deltas, or whole in the start of the block when there are none. */
function argumentText(block: JsonObject): { take(delta: JsonObject): Json | undefined; rest(empty: string): string } {
  let spoken = false;
  return {
    take(delta) {
      spoken ||= typeof delta.partial_json === 'string' && delta.partial_json !== '';
      return delta.partial_json;
    },
    rest(empty) {
      if (spoken) return '';
      return isObject(block.input) && Object.keys(block.input).length > 0 ? JSON.stringify(block.input) : empty;
    },
  };
}

/** A block of a kind nobody here knows is gathered and handed on whole: server tools, compaction, whatever comes next. */
function unknownBlock(at: number, block: JsonObject): BlockReader {
  const value: JsonObject = { ...block };
  let input = '';
  return {
    kind: 'unknown',
    start: () => [],
    delta(delta) {
      if (typeof delta.partial_json === 'string') input += delta.partial_json;
      for (const [key, piece] of Object.entries(delta)) {
        if (key === 'type' || key === 'partial_json') continue;
        const before = value[key];
        value[key] = typeof before === 'string' && typeof piece === 'string' ? before + piece : piece;
      }
      return [];
    },
    stop() {
      if (input !== '') value.input = parsedOr(input);
      return [
        { type: 'open', at, part: { kind: 'opaque', dialect: 'anthropic-messages', value } },
        { type: 'close', at },
      ];
    },
  };
}

function parsedOr(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

function brokenBlock(what: string): BlockReader {
  const error = (): StreamEvent[] => [{ type: 'error', error: brokenAnswer(what) }];
  return { kind: 'unknown', start: error, delta: error, stop: error };
}

function said(at: number, key: 'text' | 'thinking' | 'args', value: Json | undefined): StreamEvent[] {
  if (typeof value !== 'string' || value === '') return [];
  const delta = key === 'text' ? { text: value } : key === 'thinking' ? { thinking: value } : { args: value };
  return [{ type: 'delta', at, delta }];
}

function sealed(at: number, form: 'signature' | 'redacted', data: Json | undefined): StreamEvent[] {
  if (typeof data !== 'string' || data === '') return [];
  return [{ type: 'delta', at, delta: { seal: { issuer: 'anthropic', form, data } } }];
}

const KNOWN_DELTAS: ReadonlySet<string> = new Set([
  'text_delta',
  'thinking_delta',
  'signature_delta',
  'input_json_delta',
]);

/** A known delta in the wrong block is a fault; an unknown one is news, and passes. */
function strange(at: number, delta: JsonObject): StreamEvent[] {
  if (typeof delta.type === 'string' && KNOWN_DELTAS.has(delta.type)) {
    return [{ type: 'error', error: brokenAnswer(`a ${delta.type} in block ${at}, where it does not belong`) }];
  }
  return [{ type: 'opaque', dialect: 'anthropic-messages', value: { type: 'content_block_delta', index: at, delta } }];
}
