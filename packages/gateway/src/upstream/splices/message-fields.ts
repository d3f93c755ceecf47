import { closeObject, joinEdited } from './closed-object.ts';
import { type BlockView, innerBlocks, type MessagesView } from './messages-view.ts';
import { everywhere, type Edited, type Splice } from './splice.ts';

const MESSAGE = new Set(['role', 'content']);
/** What clients send along that keep whole answers as their history: nothing of it concerns the model. */
const ANSWER = ['id', 'type', 'model', 'stop_reason', 'stop_sequence', 'stop_details', 'usage', 'container'];
const BLOCKS: Record<string, ReadonlySet<string>> = {
  text: new Set(['type', 'text', 'cache_control', 'citations']),
  image: new Set(['type', 'source', 'cache_control']),
  tool_use: new Set(['type', 'id', 'name', 'input', 'cache_control']),
  tool_result: new Set(['type', 'tool_use_id', 'content', 'is_error', 'cache_control']),
  tool_reference: new Set(['type', 'tool_name']),
  thinking: new Set(['type', 'thinking', 'signature']),
  redacted_thinking: new Set(['type', 'data']),
};

/** Fields of messages and blocks that Cortex does not know: a turn's own `output_config`, the `caller` of a call. */
export const messageFields: Splice = {
  id: 'message-fields',
  since: '2026-09',
  evidence: 'docs/cortex-quirks.md#tool-keys',
  applies: everywhere,
  edit(view) {
    const edited = joinEdited([...closeMessages(view), ...view.system.flatMap(closeBlock)]);
    const answered = new Set(ANSWER.map((field) => `messages[].${field}`));
    return { ...edited, notes: edited.notes.filter(({ path }) => !answered.has(path)) };
  },
};

function closeMessages(view: MessagesView): Edited[] {
  return view.messages.flatMap((message) => [
    closeObject(message.view, message.path, MESSAGE, 'messages[]'),
    ...message.blocks.flatMap(closeBlock),
  ]);
}

function closeBlock(block: BlockView): Edited[] {
  const known = block.type === undefined ? undefined : BLOCKS[block.type];
  if (known === undefined || !block.view.isObject) return [];
  const place = block.path[0] === 'system' ? 'system[]' : 'messages[].content[]';
  return [closeObject(block.view, block.path, known, place), ...innerBlocks(block).flatMap(closeBlock)];
}
