import type { StreamEvent } from '../ir/event.ts';
import type { GenerateRequest, Part, ThinkingPart, Turn } from '../ir/request.ts';
import { Lru } from '../kit/lru.ts';
import type { MemoryEntry } from './memory-entry.ts';
import { createRefusedThoughts, type RefusedThoughts } from './refused-thoughts.ts';

/**
 * Remembers thoughts for clients that cannot echo them. Claude demands the thinking that led to a tool
 * call, with its signature, when the call's result comes back; chat clients have no place for it. Kept
 * in memory by caller, model and tool-call id, bounded by size and time.
 */
export interface ThinkingMemory {
  /** Keeps what preceded each tool call of an answer. `parts` are the answer's, in order. */
  remember(callerId: string, model: string, parts: Part[]): void;
  /** Puts remembered thoughts back into assistant turns that lack them. The same object when none do. */
  recall(callerId: string, model: string, request: GenerateRequest): GenerateRequest;
  /** Thoughts of a history that a model would refuse. */
  refused: RefusedThoughts;
  /** Takes what another process remembered. */
  learn(entry: MemoryEntry): void;
  /** Everything remembered, for a process that knows nothing yet. */
  entries(): Generator<MemoryEntry>;
}

const CAPACITY_CHARACTERS = 32 * 1024 * 1024;
const TTL_MS = 12 * 60 * 60 * 1000;

/** @param tell hears of everything that is remembered here, and not of what was learned from others */
export function createThinkingMemory(
  now: () => number,
  tell: (entry: MemoryEntry) => void = () => undefined,
): ThinkingMemory {
  const thoughts = new Lru<ThinkingPart[]>({
    capacity: CAPACITY_CHARACTERS,
    weigh: (parts) => parts.reduce((sum, part) => sum + part.text.length + (part.seal?.data.length ?? 0) + 100, 0),
    ttlMs: TTL_MS,
    now,
  });
  const refused = createRefusedThoughts(now, tell);
  return {
    refused,
    learn(entry) {
      if (entry.kind === 'thoughts') thoughts.set(entry.key, entry.parts);
      else refused.add(entry.key);
    },
    *entries() {
      for (const [key, parts] of thoughts.entries()) yield { kind: 'thoughts', key, parts };
      for (const key of refused.keys()) yield { kind: 'refused', key };
    },
    remember(callerId, model, parts) {
      let pending: ThinkingPart[] = [];
      for (const part of parts) {
        if (part.kind === 'thinking' && part.seal !== undefined) pending.push(part);
        if (part.kind === 'tool-call' && pending.length > 0) {
          const key = keyOf(callerId, model, part.id);
          thoughts.set(key, pending);
          tell({ kind: 'thoughts', key, parts: pending });
          pending = [];
        }
      }
    },
    recall(callerId, model, request) {
      let changed = false;
      const turns = request.turns.map((turn) => {
        if (!isMissingThoughts(turn)) return turn;
        const parts = withThoughts(turn.parts, (callId) => thoughts.get(keyOf(callerId, model, callId)));
        if (parts === undefined) return turn;
        changed = true;
        return { ...turn, parts };
      });
      return changed ? { ...request, turns } : request;
    },
  };
}

/** The request without sealed thoughts, for a model that refused one of them. */
export function withoutSeals(request: GenerateRequest): GenerateRequest {
  const turns = request.turns.map((turn) => ({
    ...turn,
    parts: turn.parts.filter((part) => part.kind !== 'thinking' || part.seal === undefined),
  }));
  return { ...request, turns };
}

/** Gathers, while an answer passes, its thoughts and the ids of its tool calls, and nothing else of it. */
export function collectThoughts(): { hear(event: StreamEvent): void; parts(): Part[] } {
  const parts = new Map<number, Part>();
  return {
    hear(event) {
      if (event.type === 'open' && event.part.kind === 'thinking') parts.set(event.at, { ...event.part });
      if (event.type === 'open' && event.part.kind === 'tool-call') parts.set(event.at, { ...event.part, args: '' });
      const part = event.type === 'delta' ? parts.get(event.at) : undefined;
      if (event.type !== 'delta' || part?.kind !== 'thinking') return;
      if ('thinking' in event.delta) part.text += event.delta.thinking;
      if ('seal' in event.delta) part.seal = event.delta.seal;
    },
    parts: () => [...parts.values()],
  };
}

function isMissingThoughts(turn: Turn): boolean {
  return (
    turn.role === 'assistant' &&
    turn.parts.some((part) => part.kind === 'tool-call') &&
    !turn.parts.some((part) => part.kind === 'thinking' && part.seal !== undefined)
  );
}

/** The first remembered thoughts open the turn, later ones stand right before their call; unsealed echoes of them go. */
function withThoughts(parts: Part[], find: (callId: string) => ThinkingPart[] | undefined): Part[] | undefined {
  const result: Part[] = [];
  let found = false;
  for (const part of parts) {
    if (part.kind === 'thinking') continue;
    const remembered = part.kind === 'tool-call' ? find(part.id) : undefined;
    if (remembered !== undefined) {
      if (found) result.push(...remembered);
      else result.unshift(...remembered);
      found = true;
    }
    result.push(part);
  }
  return found ? result : undefined;
}

/** A signature is worth something only to the model that gave it (docs/cortex-quirks.md#thinking-in-tool-loop). */
function keyOf(callerId: string, model: string, callId: string): string {
  return `${callerId}\n${model}\n${callId}`;
}
