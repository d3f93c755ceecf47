import type { BlockView, MessagesView } from './messages-view.ts';
import { textOf } from './messages-view.ts';
import type { SpliceTarget } from './splice.ts';

/** Messages of one role that follow each other are one turn to Claude. */
interface TurnView {
  role: string | undefined;
  blocks: readonly BlockView[];
}

/**
 * What is wrong with the conversation as a whole: who speaks first and last, and whether every call has
 * its one result right after it (docs/cortex-quirks.md#tool-result-adjacency, #trailing-assistant and
 * #thinking-in-tool-loop).
 * @param budgeted the model is to think with a budget, which forbids loops of calls that began without a thought
 */
export function findHistoryFault(
  view: MessagesView,
  { capabilities }: SpliceTarget,
  budgeted: boolean,
): string | undefined {
  const turns = turnsOf(view);
  const last = turns.at(-1);
  if (turns[0]?.role !== 'user') return 'the conversation does not begin with the user';
  if (last?.role === 'assistant') {
    if (!capabilities.prefill) return 'the model does not continue a text';
    if (view.tools.length > 0) return 'a text is to be continued beside tools';
    const end = last.blocks.at(-1);
    if (end?.type === 'text' && /\s$/.test(textOf(end) ?? '')) return 'a text to be continued ends in white space';
  }
  if (turns.some(endsInThought)) return 'a turn ends in a thought';
  const unpaired = findUnpaired(turns);
  if (unpaired !== undefined) return unpaired;
  const usesTools = turns.some(({ blocks }) => blocks.some(isToolBlock));
  if (usesTools && view.tools.length === 0) return 'the history uses tools and none is offered';
  return budgeted && isThoughtlessLoop(turns) ? 'the calls that are being answered began without a thought' : undefined;
}

function findUnpaired(turns: TurnView[]): string | undefined {
  const seen = new Set<string>();
  let calls = NO_IDS;
  for (const turn of turns) {
    const results = idsOf(turn, 'tool_result', 'tool_use_id');
    if (calls.length > 0 && !beginsWithResults(turn, results.length)) return 'a result follows something else';
    if (!sameIds(calls, results)) {
      return turn === turns[0] ? 'a result has no call' : 'a call and its result do not stand together';
    }
    calls = turn.role === 'assistant' ? idsOf(turn, 'tool_use', 'id') : NO_IDS;
    for (const id of calls) {
      if (seen.has(id)) return `two calls have the id ${id}`;
      seen.add(id);
    }
  }
  return calls.length > 0 ? 'a call and its result do not stand together' : undefined;
}

function beginsWithResults({ blocks }: TurnView, count: number): boolean {
  for (let index = 0; index < count; index += 1) if (blocks[index]?.type !== 'tool_result') return false;
  return true;
}

/** Each call has exactly one result, in whatever order. */
function sameIds(calls: readonly string[], results: readonly string[]): boolean {
  if (calls.length !== results.length) return false;
  if (calls.length <= 1) return calls[0] === results[0];
  const answered = new Set(results);
  return answered.size === calls.length && calls.every((id) => answered.has(id));
}

const NO_IDS: readonly string[] = [];

function idsOf({ blocks }: TurnView, type: string, field: string): readonly string[] {
  let ids: string[] | undefined;
  for (const block of blocks) {
    if (block.type !== type) continue;
    ids ??= [];
    ids.push(block.view.textOf(field) ?? '');
  }
  return ids ?? NO_IDS;
}

function isToolBlock({ type }: BlockView): boolean {
  return type === 'tool_use' || type === 'tool_result';
}

function isThought({ type }: BlockView): boolean {
  return type === 'thinking' || type === 'redacted_thinking';
}

function endsInThought({ role, blocks }: TurnView): boolean {
  const end = blocks.at(-1);
  return role === 'assistant' && end !== undefined && isThought(end);
}

/** Calls and results that alternate are one turn of the model, and its first message must begin with a thought. */
function isThoughtlessLoop(turns: TurnView[]): boolean {
  const last = turns.at(-1);
  if (last === undefined || isQuestion(last)) return false;
  const first = turns[turns.findLastIndex(isQuestion) + 1]?.blocks[0];
  return first === undefined || !isThought(first);
}

function isQuestion({ role, blocks }: TurnView): boolean {
  return role === 'user' && !blocks.some(({ type }) => type === 'tool_result');
}

function turnsOf(view: MessagesView): TurnView[] {
  const turns: TurnView[] = [];
  for (const { role, blocks } of view.messages) {
    const open = turns.at(-1);
    if (open !== undefined && open.role === role) open.blocks = open.blocks.concat(blocks);
    else turns.push({ role, blocks });
  }
  return turns;
}
