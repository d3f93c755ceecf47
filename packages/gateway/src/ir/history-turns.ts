/** The shape of turns: every part with the role it belongs to, nothing blank, no two turns where one would do. */
import { mapChanged, replaceSome } from './map-changed.ts';
import type { Note } from './note.ts';
import type { Repair } from './repair.ts';
import type { Dialect, Part, Turn } from './request.ts';

/** Leaves out blocks that only another dialect understands: the first thing to do, because their turns may be empty then. */
export function dropForeign(turns: Turn[], dialect: Dialect, notes: Note[]): Turn[] {
  return mapChanged(turns, (turn, index) => {
    if (!turn.parts.some((part) => isForeign(part, dialect))) return turn;
    return { ...turn, parts: withoutForeign(turn.parts, dialect, `turns[${index}]`, notes) };
  });
}

/** True for a foreign block, and for a result that holds one. */
function isForeign(part: Part, dialect: Dialect): boolean {
  if (part.kind === 'tool-result') return part.parts.some((inner) => isForeign(inner, dialect));
  return part.kind === 'opaque' && part.dialect !== dialect;
}

function withoutForeign(parts: Part[], dialect: Dialect, path: string, notes: Note[]): Part[] {
  return replaceSome(parts, (part, index) => {
    if (!isForeign(part, dialect)) return undefined;
    const at = `${path}.parts[${index}]`;
    if (part.kind === 'tool-result') return [{ ...part, parts: withoutForeign(part.parts, dialect, at, notes) }];
    if (part.kind === 'opaque') {
      notes.push({ code: 'dropped', path: at, because: `it is a block that only ${part.dialect} understands` });
    }
    return [];
  });
}

/** Splits a turn so that calls and thoughts are the assistant's, results and media the user's. */
export function seatParts(turns: Turn[], repair: Repair): Turn[] {
  return replaceSome(turns, (turn, index) => {
    if (turn.parts.every((part) => (seatOf(part) ?? turn.role) === turn.role)) return undefined;
    repair(`turns[${index}]`, `parts that a turn of role ${turn.role} cannot hold became turns of their own`);
    const seated: Turn[] = [];
    for (const part of turn.parts) {
      const role = seatOf(part) ?? turn.role;
      const last = seated.at(-1);
      if (last?.role === role) last.parts.push(part);
      else seated.push({ ...turn, role, parts: [part] });
    }
    return seated;
  });
}

function seatOf(part: Part): Turn['role'] | undefined {
  if (part.kind === 'tool-call' || part.kind === 'thinking') return 'assistant';
  return part.kind === 'tool-result' || part.kind === 'media' ? 'user' : undefined;
}

/** Drops blank text and what it leaves empty: Claude refuses both (docs/cortex-quirks.md#blank-text). */
export function pruneBlank(turns: Turn[], repair: Repair): Turn[] {
  return replaceSome(turns, (turn, index) => {
    if (turn.parts.length > 0 && !turn.parts.some(isBlank)) return undefined;
    const path = `turns[${index}]`;
    const parts = withoutBlank(turn.parts, path, repair);
    if (parts.length > 0) return [{ ...turn, parts }];
    repair(path, 'an empty turn was left out');
    return [];
  });
}

/** True for blank text, and for a result that holds such. */
function isBlank(part: Part): boolean {
  if (part.kind === 'tool-result') return part.parts.some(isBlank);
  return part.kind === 'text' && part.text.trim() === '';
}

function withoutBlank(parts: Part[], path: string, repair: Repair): Part[] {
  return replaceSome(parts, (part, index) => {
    if (!isBlank(part)) return undefined;
    const at = `${path}.parts[${index}]`;
    if (part.kind === 'tool-result') return [{ ...part, parts: withoutBlank(part.parts, at, repair) }];
    repair(at, 'blank text was left out');
    return [];
  });
}

/** Joins neighbours of one role, keeping the order of their parts; tool results stay in front. */
export function mergeTurns(turns: Turn[], repair: Repair): Turn[] {
  if (turns.every((turn, index) => turn.role !== turns[index - 1]?.role)) return turns;
  const merged: Turn[] = [];
  turns.forEach((turn, index) => {
    const last = merged.at(-1);
    if (last?.role !== turn.role) {
      merged.push(turn);
      return;
    }
    repair(`turns[${index}]`, `it follows another turn of role ${turn.role} and was joined to it`);
    const ext = { ...last.ext, ...turn.ext };
    merged[merged.length - 1] = {
      role: turn.role,
      parts: [...last.parts, ...turn.parts],
      ...(Object.keys(ext).length === 0 ? {} : { ext }),
    };
  });
  return merged;
}

/** An assistant turn may not end in a thought: one that was interrupted there loses it. */
export function dropDanglingThoughts(turns: Turn[], repair: Repair): Turn[] {
  return replaceSome(turns, (turn, index) => {
    if (turn.parts.at(-1)?.kind !== 'thinking') return undefined;
    const end = turn.parts.findLastIndex((part) => part.kind !== 'thinking') + 1;
    repair(`turns[${index}]`, 'a thought that nothing follows was left out');
    return end === 0 ? [] : [{ ...turn, parts: turn.parts.slice(0, end) }];
  });
}
