/** Tools: what is offered, what is chosen, and that every call has its one result right after it. */
import { type MessagesRequest, stringOf, type Turn, turnsOf } from './messages-request.ts';
import { refuseMessages } from './messages-errors.ts';
import { firstRefusal, type Rule } from './rule.ts';

export const toolRules: readonly Rule[] = [
  function uniqueNames({ tools }) {
    return new Set(tools.map(({ name }) => name)).size < tools.length ? refuseMessages('tool-names') : undefined;
  },

  function choice({ toolChoice, tools }) {
    if (toolChoice === undefined) return undefined;
    if (tools.length === 0) return refuseMessages('tool-choice-alone');
    const { name } = toolChoice;
    if (toolChoice.type !== 'tool' || tools.some((tool) => tool.name === name)) return undefined;
    return refuseMessages('tool-choice-stranger', { name: stringOf(name) });
  },

  function uniqueCallIds({ messages }) {
    const seen = new Set<unknown>();
    return firstRefusal(messages, ({ blocks }, index) =>
      firstRefusal(blocks, ({ type, id }, block) => {
        if (type !== 'tool_use') return undefined;
        if (seen.has(id)) return refuseMessages('call-duplicate', { index, block });
        seen.add(id);
        return undefined;
      }),
    );
  },

  /** docs/cortex-quirks.md#tool-result-adjacency */
  function pairing({ messages }: MessagesRequest) {
    const turns = turnsOf(messages);
    return firstRefusal(turns, (turn, index) =>
      turn.role === 'assistant' ? unanswered(turn, turns[index + 1]) : strayResult(turn, turns[index - 1]),
    );
  },
];

/** Results count only at the head of the next turn: text before them hides them, as Anthropic documents. */
function unanswered(turn: Turn, next: Turn | undefined): ReturnType<Rule> {
  const blocks = next?.blocks ?? [];
  const firstOther = blocks.findIndex(({ block }) => block.type !== 'tool_result');
  const head = firstOther === -1 ? blocks : blocks.slice(0, firstOther);
  const answered = new Set(head.map(({ block }) => stringOf(block.tool_use_id)));
  const ids = turn.blocks.flatMap(({ block }) =>
    block.type === 'tool_use' && !answered.has(stringOf(block.id)) ? [stringOf(block.id)] : [],
  );
  return ids.length > 0 ? refuseMessages('call-unanswered', { index: turn.last, ids: ids.join(', ') }) : undefined;
}

function strayResult(turn: Turn, before: Turn | undefined): ReturnType<Rule> {
  const calls = new Set(before?.blocks.flatMap(({ block }) => (block.type === 'tool_use' ? [stringOf(block.id)] : [])));
  const seen = new Set<unknown>();
  return firstRefusal(turn.blocks, ({ block: { type, tool_use_id }, at: [index, block] }) => {
    if (type !== 'tool_result') return undefined;
    const id = stringOf(tool_use_id);
    const place = { index, block, id };
    if (!calls.has(id)) return refuseMessages('result-orphaned', place);
    if (seen.has(id)) return refuseMessages('result-duplicate', place);
    seen.add(id);
    return undefined;
  });
}
