import { fingerprint } from './fingerprint.ts';
import type { Repair } from './repair.ts';
import type { Part, Turn } from './request.ts';

/** Ids a tool call may have. Ids made here are of [a-z0-9_] and 16 characters long. */
export interface CallIdRule {
  allowed: RegExp;
  maxLength: number;
}

/**
 * Gives calls whose id the target refuses, or that share an id with an earlier call, a new one, and
 * their results the same. The new id is a function of the old one, so it is the same on every turn.
 * Expects results in the turn after their calls and in call order (`pairResults`).
 */
export function renameCalls(turns: Turn[], rule: CallIdRule, repair: Repair): Turn[] {
  if (areLegalAndUnique(turns, rule)) return turns;
  const used = new Set<string>();
  const rename = (id: string): string => {
    const kept = isLegal(id, rule) && !used.has(id) ? id : mintId(id, used);
    if (kept !== id) repair(`tool_call ${id}`, `the target does not take this id, so it became ${kept}`);
    used.add(kept);
    return kept;
  };
  let pending: string[] = [];
  return turns.map((turn) => {
    if (turn.role === 'user') return withIds(turn, (part) => resultWithId(part, pending.shift()));
    pending = [];
    return withIds(turn, (part) => {
      if (part.kind !== 'tool-call') return part;
      const id = rename(part.id);
      pending.push(id);
      return id === part.id ? part : { ...part, id };
    });
  });
}

/** True when there is nothing to rename, as in nearly every history. */
function areLegalAndUnique(turns: Turn[], rule: CallIdRule): boolean {
  const used = new Set<string>();
  return turns.every((turn) =>
    turn.parts.every((part) => {
      if (part.kind !== 'tool-call') return true;
      return isLegal(part.id, rule) && used.size < used.add(part.id).size;
    }),
  );
}

function resultWithId(part: Part, callId: string | undefined): Part {
  if (part.kind !== 'tool-result' || callId === undefined || callId === part.callId) return part;
  return { ...part, callId };
}

function withIds(turn: Turn, change: (part: Part) => Part): Turn {
  if (!turn.parts.some((part) => part.kind === 'tool-call' || part.kind === 'tool-result')) return turn;
  return { ...turn, parts: turn.parts.map(change) };
}

function isLegal(id: string, { allowed, maxLength }: CallIdRule): boolean {
  return id.length > 0 && id.length <= maxLength && allowed.test(id);
}

function mintId(id: string, used: Set<string>): string {
  let minted = `call_${fingerprint(id)}`;
  for (let attempt = 2; used.has(minted); attempt += 1) minted = `call_${fingerprint(`${id}#${attempt}`)}`;
  return minted;
}
