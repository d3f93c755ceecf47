import type { Json } from '../ir/json.ts';
import { doubledField, firstRepeated } from './json-fields.ts';
import {
  malformed,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
  readPlain,
  readShort,
  readKey,
  saidTwice,
  skipSpace,
} from './json-scan.ts';
import {
  elementsOf,
  endOf,
  fieldAt,
  fieldsOf,
  firstField,
  innerEndOf,
  type JsonTree,
  nextField,
  scanTree,
  startOf,
  valueOf,
} from './json-tree.ts';

/** Where a value is inside another: names of fields and indices of elements, from the outside in. */
export type JsonPath = readonly (string | number)[];

interface Member {
  /** Where the quoted name begins. */
  keyStart: number;
  value: JsonView;
}

/** Only `null` begins with it. */
const LETTER_N = 0x6e;

/**
 * A value inside JSON bytes. Its structure is found in one pass over the bytes, when somebody first looks
 * inside; names and values are decoded when somebody asks for them.
 */
export class JsonView {
  readonly bytes: Buffer;
  /** Where the value begins in the bytes. */
  readonly start: number;
  /** After its last byte. */
  readonly end: number;
  /** With the place of this value in it; undefined until somebody looks inside a value whose place alone was known. */
  #tree: JsonTree | undefined;
  readonly #place: number;
  #keys: readonly string[] | undefined;
  #items: readonly JsonView[] | undefined;

  /** @param tree absent for a value of which only the span is known, such as an outline tells it */
  constructor(bytes: Buffer, start: number, end: number, tree?: JsonTree, place = 0) {
    this.bytes = bytes;
    this.start = start;
    this.end = end;
    this.#tree = tree;
    this.#place = place;
  }

  /** @throws GatewayError `invalid-request` when the bytes are not one whole JSON value */
  static of(bytes: Buffer): JsonView {
    const { tree } = scanTree(bytes, skipSpace(bytes, 0));
    const rest = skipSpace(bytes, endOf(tree, 0));
    if (rest < bytes.length) throw malformed(bytes, rest, 'unexpected text after the value');
    return JsonView.within(bytes, tree);
  }

  /** The same for bytes whose tree is known. */
  static within(bytes: Buffer, tree: JsonTree): JsonView {
    return new JsonView(bytes, startOf(tree, 0), endOf(tree, 0), tree, 0);
  }

  get isObject(): boolean {
    return this.bytes[this.start] === OPEN_BRACE;
  }

  get isArray(): boolean {
    return this.bytes[this.start] === OPEN_BRACKET;
  }

  get isString(): boolean {
    return this.bytes[this.start] === QUOTE;
  }

  get isNull(): boolean {
    return this.bytes[this.start] === LETTER_N;
  }

  /**
   * The names of an object's fields, in their order; none of anything else.
   * @throws GatewayError `invalid-request` when a field comes twice, or the bytes are not well-formed
   */
  keys(): readonly string[] {
    this.#keys ??= this.isObject ? this.#readKeys() : [];
    return this.#keys;
  }

  /** The fields of an object, in their order; none of anything else. @throws GatewayError as `keys` */
  members(): ReadonlyMap<string, Member> {
    const keys = this.keys();
    return new Map(
      this.#fields().map((field, index) => {
        return [keys[index]!, { keyStart: startOf(this.#look(), field), value: this.#viewOf(valueOf(field)) }] as const;
      }),
    );
  }

  /** The elements of an array; none of anything else. @throws GatewayError as `keys` */
  items(): readonly JsonView[] {
    this.#items ??= this.isArray ? elementsOf(this.#look(), this.#place).map((element) => this.#viewOf(element)) : [];
    return this.#items;
  }

  get(key: string): JsonView | undefined {
    const index = this.keys().indexOf(key);
    return index === -1 ? undefined : this.#viewOf(valueOf(fieldAt(this.#look(), this.#place, index)));
  }

  /** The text of a field that is a string; undefined for any other, and where there is none. */
  textOf(key: string): string | undefined {
    const index = this.keys().indexOf(key);
    if (index === -1) return undefined;
    const value = valueOf(fieldAt(this.#look(), this.#place, index));
    const start = startOf(this.#look(), value);
    if (this.bytes[start] !== QUOTE) return undefined;
    return readPlain(this.bytes, start, endOf(this.#look(), value)) ?? this.#viewOf(value).text();
  }

  /** The whole value, parsed. @throws GatewayError `invalid-request` when a number or word in it is none */
  parse(): Json {
    try {
      const { bytes, start, end } = this;
      return JSON.parse(readShort(bytes, start, end) ?? bytes.toString('utf8', start, end)) as Json;
    } catch {
      throw malformed(this.bytes, this.start, 'this value is not valid JSON');
    }
  }

  /** The text of a string; undefined for anything else. */
  text(): string | undefined {
    if (!this.isString) return undefined;
    const plain = readPlain(this.bytes, this.start, this.end);
    if (plain !== undefined) return plain;
    const parsed = this.parse();
    return typeof parsed === 'string' ? parsed : undefined;
  }

  #readKeys(): readonly string[] {
    const tree = this.#look();
    const keys: string[] = [];
    const end = innerEndOf(tree, this.#place);
    for (let field = firstField(this.#place); field < end; field = nextField(tree, field)) {
      keys.push(readKey(this.bytes, startOf(tree, field), endOf(tree, field)));
    }
    const twice = firstRepeated(keys);
    if (twice !== undefined) throw saidTwice(doubledField(this.bytes) ?? twice);
    return keys;
  }

  #fields(): number[] {
    return this.isObject ? fieldsOf(this.#look(), this.#place) : [];
  }

  #look(): JsonTree {
    this.#tree ??= scanTree(this.bytes, this.start).tree;
    return this.#tree;
  }

  #viewOf(value: number): JsonView {
    const tree = this.#look();
    return new JsonView(this.bytes, startOf(tree, value), endOf(tree, value), tree, value);
  }
}
