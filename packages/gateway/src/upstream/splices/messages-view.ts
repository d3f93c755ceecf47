import { GatewayError } from '../../errors/error.ts';
import type { Json } from '../../ir/json.ts';
import { type JsonPath, JsonView } from '../../kit/json-view.ts';

/** A content block where it stands: of a message, of the system, or of a tool result. */
export interface BlockView {
  type: string | undefined;
  view: JsonView;
  path: JsonPath;
  /** Those inside a tool result; none of other blocks. */
  inner: readonly BlockView[];
}

export interface MessageView {
  role: string | undefined;
  view: JsonView;
  path: JsonPath;
  /** A string is one text block, whose view is the string itself. */
  blocks: readonly BlockView[];
}

/** A Messages body in bytes, as splices look at it: its parts found, its texts unread. */
export class MessagesView {
  readonly root: JsonView;
  #tools: readonly JsonView[] | undefined;
  #messages: MessageView[] | undefined;
  #system: readonly BlockView[] | undefined;

  /** @throws GatewayError `invalid-request` when the bytes are not a JSON object */
  constructor(bytes: Buffer) {
    this.root = JsonView.of(bytes);
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
    this.#system ??= blocksIn(this.field('system'), ['system']);
    return this.#system;
  }

  get messages(): MessageView[] {
    this.#messages ??= (this.field('messages')?.items() ?? []).map((view, index) => ({
      role: view.textOf('role'),
      view,
      path: ['messages', index],
      blocks: blocksIn(view.get('content'), ['messages', index, 'content']),
    }));
    return this.#messages;
  }
}

const NONE: readonly BlockView[] = [];

/** The text of a text block. */
export function textOf({ view }: BlockView): string | undefined {
  return view.isObject ? view.textOf('text') : view.text();
}

function blocksIn(content: JsonView | undefined, path: JsonPath): readonly BlockView[] {
  if (content === undefined) return NONE;
  if (content.isString) return [{ type: 'text', view: content, path, inner: NONE }];
  return content.items().map((view, index) => blockOf(view, [...path, index]));
}

function blockOf(view: JsonView, path: JsonPath): BlockView {
  const type = view.textOf('type');
  const inner = type === 'tool_result' ? blocksIn(view.get('content'), [...path, 'content']) : NONE;
  return { type, view, path, inner };
}
