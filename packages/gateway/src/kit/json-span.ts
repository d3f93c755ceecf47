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
  saidTwice,
  skipSpace,
  type Span,
  stringEnd,
  wordEnd,
} from './json-scan.ts';

/** Where the value of a top-level key stands in the bytes. */
export type Spans = Map<string, Span>;

/**
 * Finds the top-level fields of a JSON object without parsing it. Nesting is tracked but nested values
 * are not validated: whoever reads a value parses its span. A duplicate top-level key is refused, also
 * when one is spelled with escapes.
 *
 * @throws GatewayError `invalid-request` when the bytes are not one whole JSON object.
 */
export function topLevelSpans(bytes: Buffer): Spans {
  const spans: Spans = new Map();
  let at = skipSpace(bytes, 0);
  if (bytes[at] !== OPEN_BRACE) throw notAnObject(bytes, at);
  at = skipSpace(bytes, at + 1);
  if (bytes[at] === CLOSE_BRACE) return finish(bytes, at, spans);
  for (;;) {
    if (bytes[at] !== QUOTE) throw malformed(bytes, at, 'expected a field name in double quotes');
    const keyEnd = stringEnd(bytes, at);
    const key = readKey(bytes, at, keyEnd);
    if (spans.has(key)) throw saidTwice(key);
    at = skipSpace(bytes, keyEnd);
    if (bytes[at] !== COLON) throw malformed(bytes, at, `expected ":" after "${key}"`);
    const start = skipSpace(bytes, at + 1);
    const end = valueEnd(bytes, start);
    spans.set(key, [start, end]);
    at = skipSpace(bytes, end);
    if (bytes[at] === CLOSE_BRACE) return finish(bytes, at, spans);
    if (bytes[at] !== COMMA) throw malformed(bytes, at, `expected "," or "}" after the value of "${key}"`);
    at = skipSpace(bytes, at + 1);
  }
}

function finish(bytes: Buffer, closeAt: number, spans: Spans): Spans {
  const rest = skipSpace(bytes, closeAt + 1);
  if (rest < bytes.length) throw malformed(bytes, rest, 'unexpected text after the closing "}"');
  return spans;
}

/** The index after the value that starts at `start`. */
function valueEnd(bytes: Buffer, start: number): number {
  const first = bytes[start];
  if (first === QUOTE) return stringEnd(bytes, start);
  if (first === OPEN_BRACE || first === OPEN_BRACKET) return nestedEnd(bytes, start);
  const end = wordEnd(bytes, start);
  try {
    JSON.parse(bytes.toString('latin1', start, end));
  } catch {
    throw malformed(bytes, start, 'expected a JSON value');
  }
  return end;
}

function nestedEnd(bytes: Buffer, start: number): number {
  const closers: number[] = [];
  for (let at = start; at < bytes.length; at += 1) {
    const byte = bytes[at]!;
    if (byte === QUOTE) at = stringEnd(bytes, at) - 1;
    else if (byte === OPEN_BRACE) closers.push(CLOSE_BRACE);
    else if (byte === OPEN_BRACKET) closers.push(CLOSE_BRACKET);
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      if (closers.pop() !== byte) throw malformed(bytes, at, 'brackets do not match');
      if (closers.length === 0) return at + 1;
    }
  }
  throw malformed(bytes, bytes.length, 'the body ends inside an object or array');
}

function notAnObject(bytes: Buffer, at: number): GatewayError {
  return bytes.length === at
    ? new GatewayError(
        'invalid-request',
        'The request has no body. Send a JSON object with "Content-Type: application/json".',
      )
    : new GatewayError('invalid-request', 'The body must be a JSON object, like {"model": "…", "messages": […]}.');
}
