import { mapChanged } from './map-changed.ts';
import type { Note } from './note.ts';
import type { Effort, Part, Turn } from './request.ts';

/** Fewest thinking tokens Claude takes as a budget, and the least room we leave for the answer beside it. */
export const LEAST_THINKING_TOKENS = 1024;

/** What each word is worth in thinking tokens, where Claude knows only budgets. */
export const THINKING_BUDGETS: Record<Exclude<Effort, 'none'>, number> = {
  minimal: 1024,
  low: 1024,
  medium: 2048,
  high: 4096,
  xhigh: 8192,
  max: 16_384,
};

/**
 * The history with the thoughts that may be replayed: those that Claude sealed, and none where this
 * request does not think. The others are dropped with one note for all.
 */
export function keepThoughts(turns: Turn[], thinks: boolean, notes: Note[]): Turn[] {
  let dropped = 0;
  const kept = mapChanged(turns, (turn) => {
    if (!turn.parts.some(({ kind }) => kind === 'thinking')) return turn;
    const parts = turn.parts.filter((part) => part.kind !== 'thinking' || (thinks && isSealed(part)));
    dropped += turn.parts.length - parts.length;
    return parts.length === turn.parts.length ? turn : { ...turn, parts };
  });
  if (dropped === 0) return turns;
  const because = thinks
    ? `${dropped} earlier thoughts carry no signature of Claude and cannot be replayed to it`
    : `this request does not think, so ${dropped} earlier thoughts were not replayed`;
  notes.push({ code: 'seal-dropped', path: 'turns[].parts[]', because, harmless: true });
  return kept;
}

/**
 * True when thinking with a fixed budget is possible on this history. Calls and results that alternate
 * are one turn of the model, and while it lasts its first message must begin with a sealed thought, or
 * the upstream answers 400 (docs/cortex-quirks.md#thinking-in-tool-loop). The same goes for an assistant
 * turn that the model is to continue.
 */
export function canThinkOn(turns: Turn[]): boolean {
  const last = turns.at(-1);
  if (last === undefined || isQuestion(last)) return true;
  const [first] = turns[turns.findLastIndex(isQuestion) + 1]?.parts ?? [];
  return first !== undefined && isSealed(first);
}

function isQuestion(turn: Turn): boolean {
  return turn.role === 'user' && !turn.parts.some((part) => part.kind === 'tool-result');
}

/** A thought that Claude can be given back. */
export function isSealed(part: Part): boolean {
  return part.kind === 'thinking' && part.seal?.issuer === 'anthropic' && part.seal.form !== 'encrypted';
}
