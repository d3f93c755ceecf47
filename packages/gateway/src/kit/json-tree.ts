import {
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  malformed,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
  skipSpace,
  type Span,
  stringEnd,
  wordEnd,
} from './json-scan.ts';

/** Where a value stands and what is inside it. Nothing is decoded. */
export interface JsonNode {
  start: number;
  /** After its last byte. */
  end: number;
  /** Elements, or the values of fields. */
  children?: JsonNode[];
  /** Of an object: where the quoted name of each field stands. */
  names?: Span[];
}

/**
 * The structure of the JSON value that begins at `start`, found in one pass over its bytes. Brackets,
 * commas and quotes are checked; numbers and words are not.
 * @throws GatewayError `invalid-request` when there is no whole value
 */
export function scanTree(bytes: Buffer, start: number): JsonNode {
  const open: JsonNode[] = [];
  let at = start;
  for (;;) {
    const node = beginValue(bytes, at, open.at(-1));
    if (node.children === undefined) {
      at = node.end;
    } else {
      open.push(node);
      at = skipSpace(bytes, at + 1);
      if (bytes[at] !== closerOf(node)) {
        at = skipName(bytes, at, node);
        continue;
      }
    }
    // The value is over, and with it perhaps those around it.
    for (;;) {
      const around = open.at(-1);
      if (around === undefined) return node;
      at = skipSpace(bytes, at);
      if (bytes[at] === COMMA) {
        at = skipName(bytes, skipSpace(bytes, at + 1), around);
        break;
      }
      if (bytes[at] !== closerOf(around))
        throw malformed(bytes, at, `expected "," or "${closingOf(around)}" after a value`);
      at += 1;
      around.end = at;
      open.pop();
      if (open.length === 0) return around;
    }
  }
}

function beginValue(bytes: Buffer, start: number, around: JsonNode | undefined): JsonNode {
  const first = bytes[start];
  const node: JsonNode =
    first === OPEN_BRACE
      ? { start, end: start, children: [], names: [] }
      : first === OPEN_BRACKET
        ? { start, end: start, children: [] }
        : { start, end: first === QUOTE ? stringEnd(bytes, start) : wordEnd(bytes, start) };
  around?.children?.push(node);
  return node;
}

/** In an object, over the name and the colon to where the value begins; elsewhere that is here. */
function skipName(bytes: Buffer, from: number, { names }: JsonNode): number {
  if (names === undefined) return from;
  if (bytes[from] !== QUOTE) throw malformed(bytes, from, 'expected a field name in double quotes');
  const end = stringEnd(bytes, from);
  names.push([from, end]);
  const colon = skipSpace(bytes, end);
  if (bytes[colon] !== COLON) throw malformed(bytes, colon, 'expected ":" after a field name');
  return skipSpace(bytes, colon + 1);
}

function closerOf({ names }: JsonNode): number {
  return names === undefined ? CLOSE_BRACKET : CLOSE_BRACE;
}

function closingOf({ names }: JsonNode): string {
  return names === undefined ? ']' : '}';
}
