import { closeObject, joinEdited } from './closed-object.ts';
import type { BlockView, MessageView } from './messages-view.ts';
import { everywhere, type Edited, type Splice, UNTOUCHED } from './splice.ts';

const MESSAGE = new Set(['role', 'content']);
/** What clients send along that keep whole answers as their history: nothing of it concerns the model. */
const ANSWER = new Set(
  ['id', 'type', 'model', 'stop_reason', 'stop_sequence', 'stop_details', 'usage', 'container'].map(
    (field) => `messages[].${field}`,
  ),
);
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
    const parts: Edited[] = [];
    const close = (holder: BlockView | MessageView, known: ReadonlySet<string>, place: string) => {
      const closed = closeObject(holder.view, holder, known, place);
      if (closed !== UNTOUCHED) parts.push(closed);
    };
    const closeBlock = (block: BlockView, place: string) => {
      const known = block.type === undefined ? undefined : BLOCKS[block.type];
      if (known === undefined || !block.view.isObject) return;
      close(block, known, place);
      for (const inner of block.inner) closeBlock(inner, place);
    };
    for (const message of view.messages) {
      close(message, MESSAGE, 'messages[]');
      for (const block of message.blocks) closeBlock(block, 'messages[].content[]');
    }
    for (const block of view.system) closeBlock(block, 'system[]');
    const { edits, notes } = joinEdited(parts);
    return { edits, notes: notes.filter(({ path }) => !ANSWER.has(path)) };
  },
};
