/** Tool calls and results told as text, for targets that know no tools and for results that lost their call. */
import type { Repair } from './repair.ts';
import type { Part, ToolResultPart, Turn } from './request.ts';

/** A result as an announcing text followed by what it held. */
export function resultAsText(result: ToolResultPart, toolName: string | undefined): Part[] {
  const call = toolName === undefined ? `an earlier tool call (${result.callId})` : `the earlier tool call ${toolName}`;
  const text = result.failed === true ? `[Failed result of ${call}]` : `[Result of ${call}]`;
  return [{ kind: 'text', text }, ...result.parts];
}

/** Tells every call and result as text, in its place. */
export function flattenTools(turns: Turn[], repair: Repair): Turn[] {
  const names = new Map<string, string>();
  return turns.map((turn, index) => {
    if (!turn.parts.some((part) => part.kind === 'tool-call' || part.kind === 'tool-result')) return turn;
    repair(`turns[${index}]`, 'the target knows no tools, so calls and results were told as text');
    const parts = turn.parts.flatMap((part): Part[] => {
      if (part.kind === 'tool-result') return resultAsText(part, names.get(part.callId));
      if (part.kind !== 'tool-call') return [part];
      names.set(part.id, part.name);
      return [{ kind: 'text', text: `[Earlier tool call: ${part.name} ${part.args}]` }];
    });
    return { ...turn, parts };
  });
}
