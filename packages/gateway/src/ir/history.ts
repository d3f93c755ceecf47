/**
 * Agents send histories that strict upstreams refuse: blank blocks, results far from their calls,
 * calls nobody answered, ids of another vendor. This mends them, changing nothing that is right.
 */
import { type CallIdRule, renameCalls } from './history-ids.ts';
import { limitImages } from './history-images.ts';
import { pairResults } from './history-results.ts';
import { flattenTools } from './history-text.ts';
import { dropDanglingThoughts, dropForeign, mergeTurns, pruneBlank, seatParts } from './history-turns.ts';
import type { Note } from './note.ts';
import type { Repair } from './repair.ts';
import type { Dialect, GenerateRequest, Tool, Turn } from './request.ts';

/** What a target demands of a history, as data. */
export interface HistoryRules {
  /** The dialect the history will be written in: opaque parts of others are dropped. */
  dialect: Dialect;
  callIds: CallIdRule;
  /** False where tools are unknown: calls and results become text. */
  tools: boolean;
  /** True where tool blocks are refused unless the request declares tools. */
  declareTools: boolean;
  /** True where turns of one role may not follow each other. */
  alternate: boolean;
  /** True where the first turn must be the user's. */
  userFirst: boolean;
  /** How many images the target takes; any number when absent. */
  mostImages?: number;
  /** Whether the assistant may have the last word, for the model to go on from. */
  assistantLast: 'allowed' | 'without-tools' | 'refused';
}

/**
 * A request whose history the target accepts, with a note for every change. No text is lost: what cannot
 * stay in its place becomes text. Pure, idempotent, and a function of the prefix
 * (a longer history repairs its beginning the same way), so prompt caches hold. The very same request
 * object comes back when nothing was wrong.
 *
 * A history with tool calls in a request without tools (agents summarise and title that way) gets
 * minimal declarations of the tools it used and `toolChoice: none`: unlike rewriting the calls as text
 * this keeps their structure, and shows the model no invented notation that it would imitate.
 */
export function repairHistory(
  request: GenerateRequest,
  rules: HistoryRules,
): { request: GenerateRequest; notes: Note[] } {
  const notes: Note[] = [];
  const repair: Repair = (path, because) => notes.push({ code: 'repaired', path, because, harmless: true });
  const drop: Repair = (path, because) => notes.push({ code: 'dropped', path, because });
  let turns = pruneBlank(seatParts(dropForeign(request.turns, rules.dialect, notes), repair), repair);
  if (!rules.tools) turns = flattenTools(turns, repair);
  if (rules.alternate) turns = mergeTurns(turns, repair);
  if (rules.tools) turns = renameCalls(pairResults(turns, repair), rules.callIds, repair);
  if (rules.mostImages !== undefined) turns = limitImages(turns, rules.mostImages, drop);
  turns = dropDanglingThoughts(turns, repair);
  if (rules.alternate) turns = mergeTurns(turns, repair);
  const declared = rules.tools && rules.declareTools && request.tools.length === 0 ? usedTools(turns) : [];
  if (declared.length > 0) repair('tools', 'tools that the history uses were declared, and no further call is allowed');
  const hasTools = request.tools.length > 0 || declared.length > 0;
  turns = endWithUser(beginWithUser(turns, rules, repair), rules, hasTools, repair);
  if (notes.length === 0) return { request, notes };
  const tools: Pick<GenerateRequest, 'tools' | 'toolChoice'> =
    declared.length > 0 ? { tools: declared, toolChoice: { mode: 'none' } } : request;
  return { request: { ...request, turns, tools: tools.tools, toolChoice: tools.toolChoice }, notes };
}

function usedTools(turns: Turn[]): Tool[] {
  const calls = turns.flatMap((turn) => turn.parts.filter((part) => part.kind === 'tool-call'));
  return Array.from(new Set(calls.map((call) => call.name)), (name) => ({
    name,
    description: 'Used earlier in this conversation; no longer available.',
  }));
}

function beginWithUser(turns: Turn[], rules: HistoryRules, repair: Repair): Turn[] {
  const [first] = turns;
  if (first === undefined) {
    repair('turns', 'the conversation was empty, so a first user turn was added');
    return [{ role: 'user', parts: [{ kind: 'text', text: 'Begin.' }] }];
  }
  if (!rules.userFirst || first.role === 'user') return turns;
  repair('turns[0]', 'the conversation began with the assistant, so a user turn was put before it');
  return [{ role: 'user', parts: [{ kind: 'text', text: 'Begin.' }] }, ...turns];
}

function endWithUser(turns: Turn[], rules: HistoryRules, hasTools: boolean, repair: Repair): Turn[] {
  const last = turns.at(-1);
  if (last === undefined || last.role === 'user') return turns;
  const path = `turns[${turns.length - 1}]`;
  if (rules.assistantLast === 'refused' || (rules.assistantLast === 'without-tools' && hasTools)) {
    repair(path, 'the target refuses a conversation that ends with the assistant, so the user asks it to continue');
    return [...turns, { role: 'user', parts: [{ kind: 'text', text: 'Continue.' }] }];
  }
  const end = last.parts.at(-1);
  if (end?.kind !== 'text' || end.text === end.text.trimEnd()) return turns;
  repair(path, 'white space at the end of a text to be continued is refused, so it was cut');
  return [
    ...turns.slice(0, -1),
    { ...last, parts: [...last.parts.slice(0, -1), { ...end, text: end.text.trimEnd() }] },
  ];
}
