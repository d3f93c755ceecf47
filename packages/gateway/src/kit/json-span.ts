import { isUtf8 } from 'node:buffer';
import { GatewayError } from '../errors/error.ts';
import {
  malformed,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
  readKey,
  readShort,
  saidTwice,
  skipSpace,
  type Span,
} from './json-scan.ts';
import { endOf, fieldsOf, type JsonTree, type ScannedTree, scanTree, startOf, valueOf } from './json-tree.ts';

/** Nothing that people or programs write comes near it, and what reads values by recursion stands it. */
const DEEPEST = 500;

/** Where the value of a top-level key stands in the bytes. */
export type Spans = Map<string, Span>;

/** What one pass over the bytes of an object tells of it. */
export interface ObjectOutline extends ScannedTree {
  spans: Spans;
}

/** Most numbers and words. The others are parsed. */
const COMMON_WORD = /^(?:true|false|null|0|[1-9]\d{0,14})$/;

/**
 * Finds the fields of a JSON object without parsing it. What is inside their values stands in the tree, and is
 * not validated beyond its brackets, commas and quotes: whoever reads a value parses its span. A duplicate
 * top-level key is refused, also when one is spelled with escapes; for those deeper down see `refuseDoubledFields`.
 *
 * @throws GatewayError `invalid-request` when the bytes are not one whole JSON object in UTF-8.
 */
export function outlineObject(bytes: Buffer): ObjectOutline {
  const start = skipSpace(bytes, 0);
  if (bytes[start] !== OPEN_BRACE) throw notAnObject(bytes, start);
  const scanned = scanTree(bytes, start, DEEPEST);
  const { tree } = scanned;
  const spans = spansIn(bytes, tree);
  const rest = skipSpace(bytes, endOf(tree, 0));
  if (rest < bytes.length) throw malformed(bytes, rest, 'unexpected text after the closing "}"');
  // Parsing would put U+FFFD where such bytes stand, and a body whose bytes are kept would carry them on.
  if (!isUtf8(bytes)) {
    throw new GatewayError('invalid-request', 'The body is not valid UTF-8, which JSON must be. Send it in UTF-8.');
  }
  return { spans, ...scanned };
}

function spansIn(bytes: Buffer, tree: JsonTree): Spans {
  const spans: Spans = new Map();
  for (const field of fieldsOf(tree, 0)) {
    const key = readKey(bytes, startOf(tree, field), endOf(tree, field));
    if (spans.has(key)) throw saidTwice(key);
    const value = valueOf(field);
    const span: Span = [startOf(tree, value), endOf(tree, value)];
    checkWord(bytes, span);
    spans.set(key, span);
  }
  return spans;
}

/** @throws GatewayError for a value that is neither a string, an object or an array, nor what else there is in JSON */
function checkWord(bytes: Buffer, [start, end]: Span): void {
  const first = bytes[start];
  if (first === QUOTE || first === OPEN_BRACE || first === OPEN_BRACKET) return;
  if (COMMON_WORD.test(readShort(bytes, start, end) ?? '')) return;
  try {
    JSON.parse(bytes.toString('latin1', start, end));
  } catch {
    throw malformed(bytes, start, 'expected a JSON value');
  }
}

function notAnObject(bytes: Buffer, at: number): GatewayError {
  return bytes.length === at
    ? new GatewayError(
        'invalid-request',
        'The request has no body. Send a JSON object with "Content-Type: application/json".',
      )
    : new GatewayError('invalid-request', 'The body must be a JSON object, like {"model": "…", "messages": […]}.');
}
