import { isUtf8 } from 'node:buffer';
import { GatewayError } from '../errors/error.ts';
import {
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  malformed,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
  readKey,
  readShort,
  saidTwice,
  skipSpace,
  type Span,
  stringEnd,
  wordEnd,
} from './json-scan.ts';

/** Nothing that people or programs write comes near it, and what reads values by recursion stands it. */
const DEEPEST = 500;

/** Where the value of a top-level key stands in the bytes. */
export type Spans = Map<string, Span>;

/** What one pass over the bytes of an object tells of it. */
export interface ObjectOutline {
  spans: Spans;
  /** Its fields and those of all objects inside it, each as often as it stands there. */
  fieldCount: number;
  /** The strings in it, at any depth, that are long enough to be the data of a file. */
  longStrings: Span[];
}

/** Most numbers and words. The others are parsed. */
const COMMON_WORD = /^(?:true|false|null|0|[1-9]\d{0,14})$/;

/** Shorter strings are text. */
const SHORTEST_LONG_STRING = 512;

/**
 * Finds the top-level fields of a JSON object without parsing it. Nesting is tracked but nested values
 * are not validated: whoever reads a value parses its span. A duplicate top-level key is refused, also
 * when one is spelled with escapes; for those deeper down see `refuseDoubledFields`.
 *
 * @throws GatewayError `invalid-request` when the bytes are not one whole JSON object in UTF-8.
 */
export function outlineObject(bytes: Buffer): ObjectOutline {
  const outline: ObjectOutline = { spans: new Map(), fieldCount: 0, longStrings: [] };
  const { spans } = outline;
  let at = skipSpace(bytes, 0);
  if (bytes[at] !== OPEN_BRACE) throw notAnObject(bytes, at);
  at = skipSpace(bytes, at + 1);
  if (bytes[at] === CLOSE_BRACE) return finish(bytes, at, outline);
  for (;;) {
    if (bytes[at] !== QUOTE) throw malformed(bytes, at, 'expected a field name in double quotes');
    const keyEnd = stringEnd(bytes, at);
    const key = readKey(bytes, at, keyEnd);
    if (spans.has(key)) throw saidTwice(key);
    at = skipSpace(bytes, keyEnd);
    if (bytes[at] !== COLON) throw malformed(bytes, at, `expected ":" after "${key}"`);
    const start = skipSpace(bytes, at + 1);
    const end = valueEnd(bytes, start, outline);
    spans.set(key, [start, end]);
    outline.fieldCount += 1;
    at = skipSpace(bytes, end);
    if (bytes[at] === CLOSE_BRACE) return finish(bytes, at, outline);
    if (bytes[at] !== COMMA) throw malformed(bytes, at, `expected "," or "}" after the value of "${key}"`);
    at = skipSpace(bytes, at + 1);
  }
}

function finish(bytes: Buffer, closeAt: number, outline: ObjectOutline): ObjectOutline {
  const rest = skipSpace(bytes, closeAt + 1);
  if (rest < bytes.length) throw malformed(bytes, rest, 'unexpected text after the closing "}"');
  // Parsing would put U+FFFD where such bytes stand, and a body whose bytes are kept would carry them on.
  if (!isUtf8(bytes)) {
    throw new GatewayError('invalid-request', 'The body is not valid UTF-8, which JSON must be. Send it in UTF-8.');
  }
  return outline;
}

/** The index after the value that starts at `start`. */
function valueEnd(bytes: Buffer, start: number, outline: ObjectOutline): number {
  const first = bytes[start];
  if (first === QUOTE) return outlineString(bytes, start, outline);
  if (first === OPEN_BRACE || first === OPEN_BRACKET) return nestedEnd(bytes, start, outline);
  const end = wordEnd(bytes, start);
  if (COMMON_WORD.test(readShort(bytes, start, end) ?? '')) return end;
  try {
    JSON.parse(bytes.toString('latin1', start, end));
  } catch {
    throw malformed(bytes, start, 'expected a JSON value');
  }
  return end;
}

function outlineString(bytes: Buffer, start: number, { longStrings }: ObjectOutline): number {
  const end = stringEnd(bytes, start);
  if (end - start > SHORTEST_LONG_STRING) longStrings.push([start, end]);
  return end;
}

/** Every colon outside a string follows the name of a field. */
function nestedEnd(bytes: Buffer, start: number, outline: ObjectOutline): number {
  const closers: number[] = [];
  for (let at = start; at < bytes.length; at += 1) {
    const byte = bytes[at]!;
    if (byte === QUOTE) at = outlineString(bytes, at, outline) - 1;
    else if (byte === COLON) outline.fieldCount += 1;
    else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      closers.push(byte === OPEN_BRACE ? CLOSE_BRACE : CLOSE_BRACKET);
      if (closers.length >= DEEPEST) throw tooDeep();
    } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      if (closers.pop() !== byte) throw malformed(bytes, at, 'brackets do not match');
      if (closers.length === 0) return at + 1;
    }
  }
  throw malformed(bytes, bytes.length, 'the body ends inside an object or array');
}

function tooDeep(): GatewayError {
  return new GatewayError(
    'invalid-request',
    `The body is nested ${DEEPEST} levels deep or deeper. Send it flatter, the deepest part as text.`,
  );
}

function notAnObject(bytes: Buffer, at: number): GatewayError {
  return bytes.length === at
    ? new GatewayError(
        'invalid-request',
        'The request has no body. Send a JSON object with "Content-Type: application/json".',
      )
    : new GatewayError('invalid-request', 'The body must be a JSON object, like {"model": "…", "messages": […]}.');
}
