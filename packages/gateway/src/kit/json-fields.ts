/**
 * Fields that an object has twice, at any depth. JSON.parse keeps the last of them and says nothing, while
 * another reader of the same bytes may keep the first: what was checked would not be what is done.
 */
import type { Json } from '../ir/json.ts';
import { OPEN_BRACE, OPEN_BRACKET, readKey, saidTwice, skipSpace } from './json-scan.ts';
import { elementsOf, endOf, fieldsOf, scanTree, startOf, valueOf } from './json-tree.ts';

/** Names that a path holds as they are: `tools[2].function`. */
const PLAIN_NAME = /^[\p{L}\p{N}_$-]+$/u;

/** What of a path is told: the end says most. */
const MOST_PATH_CHARACTERS = 256;

/**
 * The price is one look at each value: the bytes' own number of fields is known from `outlineObject`, and only
 * when parsing lost some is the first of them looked for.
 * @throws GatewayError `invalid-request` naming the path of the field
 */
export function refuseDoubledFields(bytes: Buffer, fieldCount: number, parsed: Json): void {
  if (countFields(parsed) === fieldCount) return;
  const path = doubledField(bytes);
  if (path !== undefined) throw saidTwice(path);
}

/** The path of the first field that stands twice in the JSON value of these bytes: `messages[0].content[1].text`. */
export function doubledField(bytes: Buffer): string | undefined {
  const { tree } = scanTree(bytes, skipSpace(bytes, 0));
  const waiting: [value: number, path: string][] = [[0, '']];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [value, path] = next;
    const first = bytes[startOf(tree, value)];
    if (first === OPEN_BRACKET) {
      const elements = elementsOf(tree, value);
      for (let index = elements.length - 1; index >= 0; index -= 1) {
        waiting.push([elements[index]!, within(path, index)]);
      }
    } else if (first === OPEN_BRACE) {
      const fields = fieldsOf(tree, value);
      const keys = fields.map((field) => readKey(bytes, startOf(tree, field), endOf(tree, field)));
      const twice = firstRepeated(keys);
      if (twice !== undefined) return shortened(within(path, twice));
      for (let index = fields.length - 1; index >= 0; index -= 1) {
        waiting.push([valueOf(fields[index]!), within(path, keys[index]!)]);
      }
    }
  }
  return undefined;
}

/** Most objects have so few fields that looking back over them is quicker than a set. */
const FEW = 12;

/** The first of the names that stands among those before it. */
export function firstRepeated(keys: readonly string[]): string | undefined {
  if (keys.length <= FEW) return firstRepeatedOfFew(keys);
  const seen = new Set<string>();
  return keys.find((key) => seen.size === seen.add(key).size);
}

function firstRepeatedOfFew(keys: readonly string[]): string | undefined {
  for (let index = 1; index < keys.length; index += 1) {
    const key = keys[index]!;
    for (let before = 0; before < index; before += 1) if (keys[before] === key) return key;
  }
  return undefined;
}

function countFields(value: Json): number {
  const waiting: (Json | undefined)[] = [value];
  let count = 0;
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (next === null || typeof next !== 'object') continue;
    const inner = Array.isArray(next) ? next : Object.values(next);
    if (!Array.isArray(next)) count += inner.length;
    for (const each of inner) if (each !== null && typeof each === 'object') waiting.push(each);
  }
  return count;
}

function within(path: string, step: string | number): string {
  if (typeof step === 'number') return `${path}[${step}]`;
  if (!PLAIN_NAME.test(step)) return path === '' ? step : `${path}[${JSON.stringify(step)}]`;
  return path === '' ? step : `${path}.${step}`;
}

function shortened(path: string): string {
  return path.length <= MOST_PATH_CHARACTERS ? path : `…${path.slice(-MOST_PATH_CHARACTERS)}`;
}
