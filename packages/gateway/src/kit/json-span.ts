import { GatewayError } from '../errors/error.ts';

/** Where the value of a top-level key stands in the bytes: `[start, end)`. */
export type Spans = Map<string, readonly [start: number, end: number]>;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COLON = 0x3a;
const COMMA = 0x2c;

/**
 * Finds the top-level fields of a JSON object without parsing it. Strings are leapt with `indexOf`, so a
 * megabyte of base64 costs nothing. Nesting is tracked but nested values are not validated: whoever
 * reads a value parses its span.
 *
 * A duplicate top-level key is refused, also when one is spelled with escapes: otherwise gateway and
 * upstream could read different models out of the same bytes.
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
    if (spans.has(key)) {
      throw new GatewayError('invalid-request', `The body has the field "${key}" twice. Send it once.`, { param: key });
    }
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
  let at = start;
  while (at < bytes.length && !isDelimiter(bytes[at]!)) at += 1;
  try {
    JSON.parse(bytes.toString('latin1', start, at));
  } catch {
    throw malformed(bytes, start, 'expected a JSON value');
  }
  return at;
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

/** The index after the closing quote of the string that opens at `start`. */
function stringEnd(bytes: Buffer, start: number): number {
  let at = start;
  for (;;) {
    at = bytes.indexOf(QUOTE, at + 1);
    if (at === -1) throw malformed(bytes, bytes.length, 'the body ends inside a string');
    let backslashes = 0;
    while (bytes[at - 1 - backslashes] === BACKSLASH) backslashes += 1;
    if (backslashes % 2 === 0) return at + 1;
  }
}

function readKey(bytes: Buffer, start: number, end: number): string {
  try {
    return JSON.parse(bytes.toString('utf8', start, end)) as string;
  } catch {
    throw malformed(bytes, start, 'a field name is not a valid JSON string');
  }
}

function skipSpace(bytes: Buffer, from: number): number {
  let at = from;
  while (bytes[at] === 0x20 || bytes[at] === 0x0a || bytes[at] === 0x0d || bytes[at] === 0x09) at += 1;
  return at;
}

function isDelimiter(byte: number): boolean {
  return byte === COMMA || byte === CLOSE_BRACE || byte === CLOSE_BRACKET || byte <= 0x20;
}

function notAnObject(bytes: Buffer, at: number): GatewayError {
  return bytes.length === at
    ? new GatewayError(
        'invalid-request',
        'The request has no body. Send a JSON object with "Content-Type: application/json".',
      )
    : new GatewayError('invalid-request', 'The body must be a JSON object, like {"model": "…", "messages": […]}.');
}

function malformed(bytes: Buffer, at: number, what: string): GatewayError {
  return new GatewayError('invalid-request', `The body is not valid JSON at byte ${at} of ${bytes.length}: ${what}.`);
}
