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
  stringEnd,
  wordEnd,
} from './json-scan.ts';

/**
 * Where the values of a JSON text stand, and which is inside which. Nothing is decoded.
 *
 * One list of numbers, which takes a fraction of the time and memory of an object for each value. A value is three of
 * them: where its bytes start, where they end, and where in the list what is inside it ends. What is inside follows:
 * the elements, or of each field where its quoted name starts and ends and then its value. The outermost value is the
 * first.
 */
export type JsonTree = readonly number[];

const END = 1;
const INNER_END = 2;
const VALUE_SIZE = 3;
const NAME_SIZE = 2;

export function startOf(tree: JsonTree, value: number): number {
  return tree[value]!;
}

/** After its last byte. */
export function endOf(tree: JsonTree, value: number): number {
  return tree[value + END]!;
}

/** The places of an array's elements. */
export function elementsOf(tree: JsonTree, array: number): number[] {
  const elements: number[] = [];
  const innerEnd = tree[array + INNER_END]!;
  for (let at = array + VALUE_SIZE; at < innerEnd; at = tree[at + INNER_END]!) elements.push(at);
  return elements;
}

/** The places of an object's fields: their names stand there, and `valueOf` tells where their values do. */
export function fieldsOf(tree: JsonTree, object: number): number[] {
  const fields: number[] = [];
  const innerEnd = tree[object + INNER_END]!;
  for (let at = object + VALUE_SIZE; at < innerEnd; at = tree[valueOf(at) + INNER_END]!) fields.push(at);
  return fields;
}

/** The place of one of an object's fields. */
export function fieldAt(tree: JsonTree, object: number, index: number): number {
  let at = object + VALUE_SIZE;
  for (let left = index; left > 0; left -= 1) at = tree[valueOf(at) + INNER_END]!;
  return at;
}

export function valueOf(field: number): number {
  return field + NAME_SIZE;
}

/**
 * The structure of the JSON value that begins at `start`, found in one pass over its bytes. Brackets,
 * commas and quotes are checked; numbers and words are not.
 * @throws GatewayError `invalid-request` when there is no whole value
 */
export function scanTree(bytes: Buffer, start: number): JsonTree {
  const tree: number[] = [];
  const open: number[] = [];
  let at = start;
  for (;;) {
    const first = bytes[at]!;
    const value = tree.length;
    if (first === OPEN_BRACE || first === OPEN_BRACKET) {
      tree.push(at, at, value);
      open.push(value);
      at = skipSpace(bytes, at + 1);
      if (bytes[at] !== closerOf(first)) {
        at = skipName(bytes, at, first, tree);
        continue;
      }
    } else {
      const end = first === QUOTE ? stringEnd(bytes, at) : wordEnd(bytes, at);
      tree.push(at, end, value + VALUE_SIZE);
      at = end;
    }
    // The value is over, and with it perhaps those around it.
    for (;;) {
      const around = open.at(-1);
      if (around === undefined) return tree;
      const opener = bytes[tree[around]!]!;
      at = skipSpace(bytes, at);
      if (bytes[at] === COMMA) {
        at = skipName(bytes, skipSpace(bytes, at + 1), opener, tree);
        break;
      }
      if (bytes[at] !== closerOf(opener)) {
        throw malformed(bytes, at, `expected "," or "${opener === OPEN_BRACE ? '}' : ']'}" after a value`);
      }
      at += 1;
      tree[around + END] = at;
      tree[around + INNER_END] = tree.length;
      open.pop();
    }
  }
}

/** In an object, over the name and the colon to where the value begins; elsewhere that is here. */
function skipName(bytes: Buffer, from: number, opener: number, tree: number[]): number {
  if (opener !== OPEN_BRACE) return from;
  if (bytes[from] !== QUOTE) throw malformed(bytes, from, 'expected a field name in double quotes');
  const end = stringEnd(bytes, from);
  tree.push(from, end);
  const colon = skipSpace(bytes, end);
  if (bytes[colon] !== COLON) throw malformed(bytes, colon, 'expected ":" after a field name');
  return skipSpace(bytes, colon + 1);
}

function closerOf(opener: number): number {
  return opener === OPEN_BRACE ? CLOSE_BRACE : CLOSE_BRACKET;
}
