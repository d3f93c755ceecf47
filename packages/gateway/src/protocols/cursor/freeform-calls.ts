/**
 * Cursor sends the calls of its patch tool back as function calls whose arguments are the raw patch
 * (docs/cortex-quirks.md#cursor-custom-tools). Upstreams want JSON there, so these calls are told as what
 * they are: calls of a tool that takes raw text.
 */
import { isObject, parseJson } from '../../ir/json.ts';
import type { Note } from '../../ir/note.ts';
import type { Part, Tool, ToolCallPart, Turn } from '../../ir/request.ts';

/** The turns with every such call marked freeform: those of freeform tools, and those that are not JSON. */
export function reviveFreeformCalls(turns: Turn[], tools: Tool[], notes: Note[]): Turn[] {
  const freeform = new Set(tools.filter((tool) => tool.freeform !== undefined).map((tool) => tool.name));
  return turns.map((turn, index) => {
    const revive = (part: Part, at: number): Part => {
      if (part.kind !== 'tool-call' || part.freeform === true) return part;
      if (freeform.has(part.name)) return { ...part, args: rawText(part), freeform: true };
      if (isJson(part.args)) return part;
      notes.push({
        code: 'repaired',
        path: `turns[${index}].parts[${at}].args`,
        because: 'the arguments are not JSON, so they are told as the one text of the call',
        harmless: true,
      });
      return { ...part, freeform: true };
    };
    return { ...turn, parts: turn.parts.map(revive) };
  });
}

/** The text of a call: also where another gateway, or a model that knew the tool as a function, wrapped it in JSON. */
function rawText({ args }: ToolCallPart): string {
  const parsed = parseJson(args);
  if (!isObject(parsed)) return args;
  const [only, second] = Object.entries(parsed);
  if (only === undefined) return '';
  return second === undefined && only[0] === 'input' && typeof only[1] === 'string' ? only[1] : args;
}

function isJson(text: string): boolean {
  return parseJson(text) !== undefined;
}
