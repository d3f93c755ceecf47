import { GatewayError } from '../../errors/error.ts';
import type { Json } from '../../ir/json.ts';
import type { JsonTree } from '../../kit/json-tree.ts';
import { type JsonPath, JsonView } from '../../kit/json-view.ts';

const NONE: readonly BlockView[] = [];

/** What has content. */
interface ContentHolder {
  /** Where the content stands. */
  contentPath: JsonPath;
}

/** A content block where it stands: of a message, of the system, or of a tool result. */
export class BlockView {
  readonly type: string | undefined;
  readonly view: JsonView;
  /** Those inside a tool result; none of other blocks. */
  readonly inner: readonly BlockView[];
  readonly #holder: ContentHolder;
  readonly #index: number | undefined;

  /** @param index in the content of its holder; undefined for a string, which is all of it */
  constructor(view: JsonView, holder: ContentHolder, index: number | undefined) {
    this.view = view;
    this.#holder = holder;
    this.#index = index;
    this.type = index === undefined ? 'text' : view.textOf('type');
    this.inner = this.type === 'tool_result' && index !== undefined ? blocksIn(view.get('content'), this) : NONE;
  }

  /** Put together when somebody asks, as few blocks are edited. */
  get path(): JsonPath {
    return this.#index === undefined ? this.#holder.contentPath : [...this.#holder.contentPath, this.#index];
  }

  get contentPath(): JsonPath {
    return [...this.path, 'content'];
  }
}

export class MessageView {
  readonly role: string | undefined;
  readonly view: JsonView;
  /** A string is one text block, whose view is the string itself. */
  readonly blocks: readonly BlockView[];
  readonly #index: number;

  constructor(view: JsonView, index: number) {
    this.view = view;
    this.#index = index;
    this.role = view.textOf('role');
    this.blocks = blocksIn(view.get('content'), this);
  }

  get path(): JsonPath {
    return ['messages', this.#index];
  }

  get contentPath(): JsonPath {
    return [...this.path, 'content'];
  }
}

/** A Messages body in bytes, as splices look at it: its parts found, its texts unread. */
export class MessagesView {
  readonly root: JsonView;
  #tools: readonly JsonView[] | undefined;
  #messages: MessageView[] | undefined;
  #system: readonly BlockView[] | undefined;

  /**
   * @param tree of these bytes, where it is known
   * @throws GatewayError `invalid-request` when the bytes are not a JSON object
   */
  constructor(bytes: Buffer, tree?: JsonTree) {
    this.root = tree === undefined ? JsonView.of(bytes) : JsonView.within(bytes, tree);
    if (!this.root.isObject) throw new GatewayError('invalid-request', 'The body must be a JSON object.');
  }

  /** The view of a top-level field; undefined when it is absent or null. */
  field(name: string): JsonView | undefined {
    const view = this.root.get(name);
    return view === undefined || view.isNull ? undefined : view;
  }

  /** The value of a small top-level field. */
  value(name: string): Json | undefined {
    return this.field(name)?.parse();
  }

  get tools(): readonly JsonView[] {
    this.#tools ??= this.field('tools')?.items() ?? [];
    return this.#tools;
  }

  get system(): readonly BlockView[] {
    this.#system ??= blocksIn(this.field('system'), { contentPath: ['system'] });
    return this.#system;
  }

  get messages(): MessageView[] {
    this.#messages ??= (this.field('messages')?.items() ?? []).map((view, index) => new MessageView(view, index));
    return this.#messages;
  }
}

/** The text of a text block. */
export function textOf({ view }: BlockView): string | undefined {
  return view.isObject ? view.textOf('text') : view.text();
}

function blocksIn(content: JsonView | undefined, holder: ContentHolder): readonly BlockView[] {
  if (content === undefined) return NONE;
  if (content.isString) return [new BlockView(content, holder, undefined)];
  return content.items().map((view, index) => new BlockView(view, holder, index));
}
