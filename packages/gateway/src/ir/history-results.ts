import { resultAsText } from './history-text.ts';
import type { Repair } from './repair.ts';
import type { Part, ToolCallPart, ToolResultPart, Turn } from './request.ts';

/** A part and where it stands, so that equal parts are told apart. */
interface Placed<P> {
  part: P;
  turn: number;
  index: number;
}

type Answers = Map<Placed<ToolCallPart>, Placed<ToolResultPart>>;

/**
 * Puts the result of every call into the user turn right after it, in the order of the calls and before
 * everything else (docs/cortex-quirks.md#tool-result-adjacency). A call without a result gets a failed
 * one; a result without a call becomes text, as does a second result that says something else.
 */
export function pairResults(turns: Turn[], repair: Repair): Turn[] {
  if (arePaired(turns)) return turns;
  const calls = placed(turns, 'tool-call');
  const results = placed(turns, 'tool-result');
  const answers = matchCalls(calls, results);
  const taken = new Set(Array.from(answers.values(), keyOf));
  const owed = new Map<number, ToolResultPart[]>();
  for (const call of calls) owe(owed, call, answers.get(call), repair);

  const paired: Turn[] = [];
  turns.forEach((turn, at) => {
    if (turn.role === 'assistant') {
      paired.push(turn);
      const alone = turns[at + 1]?.role === 'user' ? undefined : owed.get(at + 1);
      if (alone !== undefined) paired.push({ role: 'user', parts: alone });
      return;
    }
    const rest = turn.parts.flatMap((part, index): Part[] => {
      if (part.kind !== 'tool-result') return [part];
      return taken.has(keyOf({ turn: at, index })) ? [] : strayResult(part, answers, repair);
    });
    const parts = [...(owed.get(at) ?? []), ...rest];
    if (parts.length > 0) paired.push(equal(parts, turn.parts) ? turn : { ...turn, parts });
  });
  return paired;
}

/** True when every call has its result where it belongs, and there is no other: most histories are in order. */
function arePaired(turns: Turn[]): boolean {
  const last = turns.at(-1);
  return turns.every(isPaired) && !(last?.role === 'assistant' && last.parts.some(isCall));
}

/** True for a turn that begins with the results of the turn before it, in the order of the calls, and has no others. */
function isPaired({ role, parts }: Turn, at: number, turns: Turn[]): boolean {
  const before = turns[at - 1];
  const asked = before?.role === 'assistant' ? before.parts : [];
  if (role === 'assistant') return !asked.some(isCall);
  let results = 0;
  for (const part of asked) {
    if (part.kind !== 'tool-call') continue;
    if (!isResultOf(parts[results], part.id)) return false;
    results += 1;
  }
  return parts.every((part, index) => part.kind !== 'tool-result' || index < results);
}

function isCall({ kind }: Part): boolean {
  return kind === 'tool-call';
}

function isResultOf(part: Part | undefined, callId: string): boolean {
  return part?.kind === 'tool-result' && part.callId === callId;
}

/** Notes the result that the turn after `call` must hold, and says so when it was not there already. */
function owe(
  owed: Map<number, ToolResultPart[]>,
  call: Placed<ToolCallPart>,
  answer: Placed<ToolResultPart> | undefined,
  repair: Repair,
): void {
  const target = call.turn + 1;
  const list = owed.get(target) ?? [];
  owed.set(target, list);
  const { id, name } = call.part;
  if (answer === undefined) {
    repair(`tool_call ${id}`, `no result of ${name} was in the history, so a failed one was added`);
    list.push({
      kind: 'tool-result',
      callId: id,
      parts: [{ kind: 'text', text: 'No result was recorded for this call.' }],
      failed: true,
    });
    return;
  }
  if (answer.turn !== target || answer.index !== list.length) {
    repair(`tool_call ${id}`, `the result of ${name} was moved to follow its call`);
  }
  list.push(answer.part);
}

/** Each call with the first free result of its id that comes before the id is used again. */
function matchCalls(calls: Placed<ToolCallPart>[], results: Placed<ToolResultPart>[]): Answers {
  const free = Map.groupBy(results, (result) => result.part.callId);
  const uses = Map.groupBy(calls, (call) => call.part.id);
  const answers: Answers = new Map();
  for (const call of calls) {
    const reused = uses.get(call.part.id)?.find((other) => other.turn > call.turn)?.turn ?? Number.POSITIVE_INFINITY;
    const candidates = free.get(call.part.id) ?? [];
    const at = candidates.findIndex((result) => result.turn > call.turn && result.turn < reused);
    const answer = candidates[at];
    if (answer === undefined) continue;
    answers.set(call, answer);
    candidates.splice(at, 1);
  }
  return answers;
}

function strayResult(result: ToolResultPart, answers: Answers, repair: Repair): Part[] {
  const path = `tool_result ${result.callId}`;
  const twins = Array.from(answers).filter(([call]) => call.part.id === result.callId);
  const said = JSON.stringify(result.parts);
  if (twins.some(([, answer]) => JSON.stringify(answer.part.parts) === said)) {
    repair(path, 'the same result came twice, so the second was left out');
    return [];
  }
  repair(
    path,
    twins.length === 0
      ? 'its call is not in the history, so it became text'
      : 'it is a second result of one call, so it became text',
  );
  return resultAsText(result, twins[0]?.[0].part.name);
}

function placed(turns: Turn[], kind: 'tool-call'): Placed<ToolCallPart>[];
function placed(turns: Turn[], kind: 'tool-result'): Placed<ToolResultPart>[];
function placed(turns: Turn[], kind: Part['kind']): Placed<Part>[] {
  return turns.flatMap((turn, at) =>
    turn.parts.map((part, index) => ({ part, turn: at, index })).filter(({ part }) => part.kind === kind),
  );
}

function keyOf({ turn, index }: { turn: number; index: number }): string {
  return `${turn}:${index}`;
}

function equal(left: Part[], right: Part[]): boolean {
  return left.length === right.length && left.every((part, index) => part === right[index]);
}
