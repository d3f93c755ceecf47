import type { Json } from '../ir/json.ts';
import { malformed, OPEN_BRACE, OPEN_BRACKET, QUOTE, readKey, saidTwice, skipSpace, type Span } from './json-scan.ts';
import { type JsonNode, scanTree } from './json-tree.ts';

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
  /** Where the value stands in the bytes. */
  readonly span: Span;
  #node: JsonNode | undefined;
  #members: Map<string, Member> | undefined;
  #items: JsonView[] | undefined;

  /** A value whose place is known. */
  constructor(bytes: Buffer, span: Span, node?: JsonNode) {
    this.bytes = bytes;
    this.span = span;
    this.#node = node;
  }

  /** @throws GatewayError `invalid-request` when the bytes are not one whole JSON value */
  static of(bytes: Buffer): JsonView {
    const node = scanTree(bytes, skipSpace(bytes, 0));
    const rest = skipSpace(bytes, node.end);
    if (rest < bytes.length) throw malformed(bytes, rest, 'unexpected text after the value');
    return new JsonView(bytes, [node.start, node.end], node);
  }

  get isObject(): boolean {
    return this.bytes[this.span[0]] === OPEN_BRACE;
  }

  get isArray(): boolean {
    return this.bytes[this.span[0]] === OPEN_BRACKET;
  }

  get isString(): boolean {
    return this.bytes[this.span[0]] === QUOTE;
  }

  get isNull(): boolean {
    return this.bytes[this.span[0]] === LETTER_N;
  }

  /**
   * The fields of an object, in their order; none of anything else.
   * @throws GatewayError `invalid-request` when a field comes twice, or the bytes are not well-formed
   */
  members(): ReadonlyMap<string, Member> {
    this.#members ??= this.#readMembers();
    return this.#members;
  }

  /** The elements of an array; none of anything else. @throws GatewayError as `members` */
  items(): readonly JsonView[] {
    this.#items ??= this.isArray ? this.#look().children.map((node) => this.#inner(node)) : [];
    return this.#items;
  }

  get(key: string): JsonView | undefined {
    return this.members().get(key)?.value;
  }

  keys(): string[] {
    return Array.from(this.members().keys());
  }

  /** The whole value, parsed. @throws GatewayError `invalid-request` when a number or word in it is none */
  parse(): Json {
    const [start, end] = this.span;
    try {
      return JSON.parse(this.bytes.toString('utf8', start, end)) as Json;
    } catch {
      throw malformed(this.bytes, start, 'this value is not valid JSON');
    }
  }

  /** The text of a string; undefined for anything else. */
  text(): string | undefined {
    if (!this.isString) return undefined;
    const parsed = this.parse();
    return typeof parsed === 'string' ? parsed : undefined;
  }

  #readMembers(): Map<string, Member> {
    const members = new Map<string, Member>();
    if (!this.isObject) return members;
    const { children, names } = this.#look();
    for (const [index, [start, end]] of names.entries()) {
      const key = readKey(this.bytes, start, end);
      if (members.has(key)) throw saidTwice(key);
      members.set(key, { keyStart: start, value: this.#inner(children[index]!) });
    }
    return members;
  }

  #look(): Required<JsonNode> {
    this.#node ??= scanTree(this.bytes, this.span[0]);
    const { children = [], names = [] } = this.#node;
    return { ...this.#node, children, names };
  }

  #inner(node: JsonNode): JsonView {
    return new JsonView(this.bytes, [node.start, node.end], node);
  }
}
