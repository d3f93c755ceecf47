/**
 * Ids of answers and of their items. An item's id is made of its answer's, so that a reference to an
 * item leads to the answer that has it.
 */
import type { Json } from '../../ir/json.ts';

const ANSWER = 'resp_';

const PREFIXES: Record<string, string> = {
  message: 'msg',
  reasoning: 'rs',
  function_call: 'fc',
  function_call_output: 'fco',
  custom_tool_call: 'ctc',
  custom_tool_call_output: 'ctco',
  local_shell_call: 'lsh',
  shell_call: 'sh',
  apply_patch_call: 'apc',
  tool_search_call: 'tsc',
  tool_search_output: 'tso',
};

/** `resp_…`, whatever prefix the id came with. */
export function answerId(id: string): string {
  return id.startsWith(ANSWER) ? id : ANSWER + id;
}

/** The id of item number `index` of an answer: `msg_<answer>_0`. */
export function outputItemId(type: string, answer: string, index: number): string {
  return `${prefixOf(type)}_${answer.slice(ANSWER.length)}_${index}`;
}

/** The id of item number `index` of what was asked, for items that came without one. */
export function inputItemId(type: Json | undefined, answer: string, index: number): string {
  return `${prefixOf(type)}_${answer.slice(ANSWER.length)}_i${index}`;
}

/** The answer that an item belongs to by its id; undefined for ids that were not made here. */
export function answerOfItem(itemId: string): string | undefined {
  const match = /^[a-z]+_(.+)_i?\d+$/.exec(itemId);
  return match === null ? undefined : ANSWER + match[1]!;
}

function prefixOf(type: Json | undefined): string {
  return typeof type === 'string' && Object.hasOwn(PREFIXES, type) ? PREFIXES[type]! : 'item';
}
