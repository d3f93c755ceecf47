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
  skipSpace,
  type Span,
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
export type JsonTree = Int32Array<ArrayBuffer>;

/** What one pass over the bytes of a JSON value tells of it. */
export interface ScannedTree {
  tree: JsonTree;
  /** The fields of all objects in it, each as often as it stands there. */
  fieldCount: number;
  /** The strings in it that are long enough to be the data of a file. */
  longStrings: Span[];
}

const END = 1;
const INNER_END = 2;
const VALUE_SIZE = 3;
const NAME_SIZE = 2;
const NONE = -1;

/** Shorter strings are text. */
const SHORTEST_LONG_STRING = 512;

/** Trees grow here, and leave as they are complete. One that was too large to be kept makes way for the next. */
let scratch = new Int32Array(16_384);
const LARGEST_SCRATCH = 1_048_576;

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
  const end = innerEndOf(tree, object);
  for (let field = firstField(object); field < end; field = nextField(tree, field)) fields.push(field);
  return fields;
}

/** Where what is inside a value ends in the tree. */
export function innerEndOf(tree: JsonTree, value: number): number {
  return tree[value + INNER_END]!;
}

/** An object's first field, where its inner end is not already. */
export function firstField(object: number): number {
  return object + VALUE_SIZE;
}

export function nextField(tree: JsonTree, field: number): number {
  return tree[valueOf(field) + INNER_END]!;
}

/** The place of one of an object's fields. */
export function fieldAt(tree: JsonTree, object: number, index: number): number {
  let field = firstField(object);
  for (let left = index; left > 0; left -= 1) field = nextField(tree, field);
  return field;
}

export function valueOf(field: number): number {
  return field + NAME_SIZE;
}

/**
 * The structure of the JSON value that begins at `start`, found in one pass over its bytes. Brackets,
 * commas and quotes are checked; numbers and words are not.
 * @param deepest how many objects and arrays may be inside each other
 * @throws GatewayError `invalid-request` when there is no whole value
 */
export function scanTree(bytes: Buffer, start: number, deepest = Number.POSITIVE_INFINITY): ScannedTree {
  let tree = scratch;
  let length = 0;
  let fieldCount = 0;
  const longStrings: Span[] = [];
  // The innermost value that is not over. Until it is, the next one outwards stands in the place of its end.
  let open = NONE;
  let depth = 0;
  let at = start;
  for (;;) {
    if (length + VALUE_SIZE + NAME_SIZE > tree.length) tree = enlarge(tree);
    const value = length;
    length += VALUE_SIZE;
    const first = bytes[at]!;
    tree[value] = at;
    if (first === OPEN_BRACE || first === OPEN_BRACKET) {
      if (depth === deepest) throw tooDeep(deepest);
      tree[value + INNER_END] = open;
      open = value;
      depth += 1;
      at = skipSpace(bytes, at + 1);
      if (bytes[at] !== closerOf(first)) {
        if (first === OPEN_BRACE) {
          at = skipName(bytes, at, tree, length);
          length += NAME_SIZE;
          fieldCount += 1;
        }
        continue;
      }
    } else {
      const end = first === QUOTE ? stringEnd(bytes, at) : wordEnd(bytes, at);
      if (end - at > SHORTEST_LONG_STRING) longStrings.push([at, end]);
      tree[value + END] = end;
      tree[value + INNER_END] = length;
      at = end;
    }
    // The value is over, and with it perhaps those around it.
    for (;;) {
      if (open === NONE) return { tree: tree.slice(0, length), fieldCount, longStrings };
      const opener = bytes[tree[open]!]!;
      at = skipSpace(bytes, at);
      if (bytes[at] === COMMA) {
        at = skipSpace(bytes, at + 1);
        if (opener === OPEN_BRACE) {
          at = skipName(bytes, at, tree, length);
          length += NAME_SIZE;
          fieldCount += 1;
        }
        break;
      }
      if (bytes[at] !== closerOf(opener)) throw unclosed(bytes, at, tree, open, length);
      at += 1;
      const around = tree[open + INNER_END]!;
      tree[open + END] = at;
      tree[open + INNER_END] = length;
      open = around;
      depth -= 1;
    }
  }
}

/** Over the name of a field and the colon to where its value begins. */
function skipName(bytes: Buffer, from: number, tree: JsonTree, field: number): number {
  if (bytes[from] !== QUOTE) throw malformed(bytes, from, 'expected a field name in double quotes');
  const end = stringEnd(bytes, from);
  tree[field] = from;
  tree[field + END] = end;
  const colon = skipSpace(bytes, end);
  if (bytes[colon] !== COLON) throw malformed(bytes, colon, `expected ":" after "${readKey(bytes, from, end)}"`);
  return skipSpace(bytes, colon + 1);
}

function closerOf(opener: number): number {
  return opener === OPEN_BRACE ? CLOSE_BRACE : CLOSE_BRACKET;
}

function enlarge(tree: JsonTree): JsonTree {
  const larger = new Int32Array(tree.length * 2);
  larger.set(tree);
  if (larger.length <= LARGEST_SCRATCH) scratch = larger;
  return larger;
}

function tooDeep(deepest: number): GatewayError {
  return new GatewayError(
    'invalid-request',
    `The body is nested ${deepest} levels deep or deeper. Send it flatter, the deepest part as text.`,
  );
}

/** @param open what goes on where it should go on or end, and `length` where the tree does */
function unclosed(bytes: Buffer, at: number, tree: JsonTree, open: number, length: number): GatewayError {
  const byte = bytes[at];
  if (byte === undefined) return malformed(bytes, at, 'the body ends inside an object or array');
  if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) return malformed(bytes, at, 'brackets do not match');
  if (bytes[tree[open]!] === OPEN_BRACKET) return malformed(bytes, at, 'expected "," or "]" after a value');
  let field = firstField(open);
  for (let next = field; next < length; next = nextField(tree, next)) field = next;
  const key = readKey(bytes, tree[field]!, tree[field + END]!);
  return malformed(bytes, at, `expected "," or "}" after the value of "${key}"`);
}
