/** What one delta, or one item of a whole message, says, whichever of the endpoint's forms it comes in. */
import { isObject, type Json, type JsonObject } from '../../ir/json.ts';

export type Piece =
  | { kind: 'text'; text: string }
  /** An id begins a call, unless it is that of the call that is open. */
  | { kind: 'call'; id: string; name: string; args: string }
  | { kind: 'thinking'; text: string; signature: string }
  | { kind: 'reasoning'; summary: string; encrypted: string }
  | { kind: 'unknown'; value: JsonObject };

/**
 * The pieces of a delta. The same words stand in up to three places (`content`, `text`, `content_list`)
 * and the same call in two, so each kind is read from one place only: the list, and what it lacks from
 * the delta itself (docs/cortex-quirks.md#complete-delta-forms).
 */
export function piecesOf(delta: JsonObject): Piece[] {
  const listed = Array.isArray(delta.content_list) ? delta.content_list.filter(isObject).flatMap(pieceOf) : [];
  const { content_list: _, ...flat } = delta;
  const told = flatPieces(flat).filter(({ kind }) => !listed.some((piece) => piece.kind === kind));
  return [...told, ...listed];
}

/** A whole message: `content` repeats the texts of the list, or is all there is. */
export function piecesOfMessage(message: JsonObject): Piece[] {
  // SNOWFLAKE.CORTEX.COMPLETE calls the text `messages`.
  const { messages, ...rest } = message;
  return piecesOf(typeof messages === 'string' ? { content: messages, ...rest } : rest);
}

function flatPieces({ content, text, ...rest }: JsonObject): Piece[] {
  const said = textOf(content) || textOf(text);
  return [...(said === '' ? [] : [{ kind: 'text' as const, text: said }]), ...pieceOf(rest)];
}

function pieceOf(item: JsonObject): Piece[] {
  const { type } = item;
  if (type === 'anthropic' || item.anthropic !== undefined) return thoughtOf(item);
  if (type === 'openai' || item.openai !== undefined) return reasoningOf(item);
  const call = isObject(item.tool_use) ? item.tool_use : item;
  if (type === 'tool_use' || ['tool_use_id', 'name', 'input'].some((field) => call[field] !== undefined)) {
    return [{ kind: 'call', id: textOf(call.tool_use_id), name: textOf(call.name), args: argumentsOf(call.input) }];
  }
  const text = textOf(item.text) || textOf(item.content);
  if (text !== '') return [{ kind: 'text', text }];
  const known = type === undefined || type === 'text' || type === '';
  return known ? [] : [{ kind: 'unknown', value: item }];
}

/** Flat (`thinking: {thinking, signature}`) as Snowflake specifies it, or one level deeper as requests had it. */
function thoughtOf(item: JsonObject): Piece[] {
  const outer = isObject(item.anthropic) ? item.anthropic : item;
  const inner = isObject(outer.thinking) ? outer.thinking : outer;
  const text = textOf(inner.thinking);
  const signature = textOf(inner.signature);
  return text === '' && signature === '' ? [] : [{ kind: 'thinking', text, signature }];
}

function reasoningOf(item: JsonObject): Piece[] {
  const outer = isObject(item.openai) ? item.openai : item;
  const inner = isObject(outer.reasoning) ? outer.reasoning : outer;
  const summary = textOf(inner.summary);
  const encrypted = textOf(inner.encrypted_content);
  return summary === '' && encrypted === '' ? [] : [{ kind: 'reasoning', summary, encrypted }];
}

/** Fragments of JSON text in a stream, an object in a whole message. */
function argumentsOf(input: Json | undefined): string {
  return isObject(input) ? JSON.stringify(input) : textOf(input);
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}
