import { QUOTE } from '../../kit/json-scan.ts';
import type { JsonView } from '../../kit/json-view.ts';
import { toolNameOnWire } from '../../ir/tool-names.ts';
import { isForeignSignature } from '../../protocols/anthropic-messages/foreign-signature.ts';
import { hasFlag, TOOL_SEARCH } from './beta-flags.ts';
import { type BlockView, type MessagesView, type MessageView, textOf } from './messages-view.ts';
import type { SpliceTarget } from './splice.ts';

const ROLES: Record<string, string | undefined> = {
  text: undefined,
  image: 'user',
  tool_use: 'assistant',
  tool_result: 'user',
  thinking: 'assistant',
  redacted_thinking: 'assistant',
};
const INSIDE_RESULTS = new Set(['text', 'image']);
const IMAGE_TYPES = new Set(['image/jpeg', 'image/png', 'image/gif', 'image/webp']);
const CALL_ID = /^[a-zA-Z0-9_-]{1,64}$/;
const SPACE = 0x20;
const BACKSLASH = 0x5c;
const BEYOND_ASCII = 0x80;

/** What is wrong with a single message or block, of those things that only a translation can mend. */
export function findBlockFault(view: MessagesView, target: SpliceTarget): string | undefined {
  const blank = view.system.find(isBlank);
  if (blank !== undefined) return 'a text of the system is blank';
  for (const message of view.messages) {
    const fault =
      faultOfMessage(message) ?? firstFault(message.blocks, (block) => faultOfBlock(block, message, target));
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function faultOfMessage({ role, blocks }: MessageView): string | undefined {
  // docs/cortex-quirks.md#no-system-role-in-messages
  if (role !== 'user' && role !== 'assistant') return `a message has the role ${JSON.stringify(role)}`;
  return blocks.length === 0 ? 'a message has no content' : undefined;
}

function faultOfBlock(block: BlockView, { role }: MessageView, target: SpliceTarget): string | undefined {
  const { type } = block;
  if (type === undefined || !Object.hasOwn(ROLES, type)) return `a block is of type ${JSON.stringify(type)}`;
  if ((ROLES[type] ?? role) !== role) return `a ${type} stands in a message of role ${role}`;
  switch (type) {
    case 'text':
      return isBlank(block) ? 'a text is blank' : undefined;
    case 'image':
      return faultOfImage(block.view.get('source'), target);
    case 'thinking':
      return isForeignSignature(block.view.textOf('signature') ?? '') ? 'a thought is not signed by Claude' : undefined;
    case 'tool_use':
      return faultOfCall(block.view);
    case 'tool_result':
      return faultOfResult(block, target);
    default:
      return undefined;
  }
}

/** Links are fetched, and models without eyes told, on the way through the IR. */
function faultOfImage(source: JsonView | undefined, { capabilities }: SpliceTarget): string | undefined {
  if (!capabilities.vision) return 'the model cannot see images';
  if (source?.textOf('type') !== 'base64') return 'an image is not inside the request';
  return IMAGE_TYPES.has(source.textOf('media_type') ?? '') ? undefined : 'an image is of another type';
}

function faultOfCall(view: JsonView): string | undefined {
  const id = view.textOf('id');
  const name = view.textOf('name');
  if (id === undefined || !CALL_ID.test(id)) return `the id of a call is ${JSON.stringify(id)}`;
  if (name === undefined || toolNameOnWire(name) !== name)
    return `the name of a called tool is ${JSON.stringify(name)}`;
  return view.get('input')?.isObject === true ? undefined : 'the input of a call is no object';
}

function faultOfResult(block: BlockView, target: SpliceTarget): string | undefined {
  const id = block.view.textOf('tool_use_id');
  if (id === undefined || !CALL_ID.test(id)) return `the id of a result is ${JSON.stringify(id)}`;
  const { inner } = block;
  const failed = block.view.get('is_error')?.parse() === true;
  if (failed && inner.some(({ type }) => type !== 'text')) return 'a failed result holds more than text';
  return firstFault(inner, (each) => {
    if (each.type === 'tool_reference' && hasFlag(TOOL_SEARCH, target)) return undefined;
    if (each.type === undefined || !INSIDE_RESULTS.has(each.type)) {
      return `a block in a result is of type ${JSON.stringify(each.type)}`;
    }
    // An empty string is a result without content.
    if (each.type === 'image') return faultOfImage(each.view.get('source'), target);
    return each.view.isObject && isBlank(each) ? 'a text in a result is blank' : undefined;
  });
}

/** Only a text that may begin with white space is read. */
function isBlank(block: BlockView): boolean {
  const string = block.view.isObject ? block.view.get('text') : block.view;
  const first = string?.bytes[string.start + 1] ?? SPACE;
  if (first > SPACE && first < BEYOND_ASCII && first !== QUOTE && first !== BACKSLASH) return false;
  return (textOf(block) ?? '').trim() === '';
}

function firstFault<T>(items: readonly T[], find: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const fault = find(item);
    if (fault !== undefined) return fault;
  }
  return undefined;
}
