import { fingerprint } from '../ir/fingerprint.ts';
import { isObject, type Json, parseObject } from '../ir/json.ts';
import type { GenerateRequest } from '../ir/request.ts';
import type { MemoryEntry } from './memory-entry.ts';
import { Lru } from '../kit/lru.ts';

/**
 * Remembers which sealed thoughts a model has refused: those of another model or account, or altered ones. A history
 * keeps them for good, and without this memory each of its turns would be refused once before it is answered. Kept by
 * caller and model, because a thought that one model refuses is another's own.
 */
export interface RefusedThoughts {
  /**
   * The model refused a thought of this request and did not say which: all of them are taken to be refused.
   * @param sent the body as the upstream got it
   */
  learn(callerId: string, model: string, sent: string | Buffer): void;
  /** Takes what another process learned, by the key that it told. */
  add(key: string): void;
  /** All keys that are known. */
  keys(): Generator<string>;
  /** True when a client's body, not parsed yet, holds a thought that the model is known to refuse. */
  areIn(callerId: string, model: string, body: Buffer): boolean;
  /** The request without the thoughts that the model is known to refuse. The same object when there are none. */
  leaveOut(callerId: string, model: string, request: GenerateRequest): GenerateRequest;
}

const MOST_REMEMBERED = 10_000;
const TTL_MS = 12 * 60 * 60 * 1000;
/** Longer strings beside these names are images. */
const LONGEST_SEAL = 256 * 1024;
/** Between a name and its value. */
const LONGEST_GAP = 100;
/** The fields that seals stand in, in every dialect. */
const SEAL_FIELDS = ['"signature"', '"data"', '"encrypted_content"'] as const;
const REDACTED = new Set<Json | undefined>(['redacted_thinking', 'reasoning.encrypted']);

/** @param tell hears of each refused thought that is learned here */
export function createRefusedThoughts(
  now: () => number,
  tell: (entry: MemoryEntry) => void = () => undefined,
): RefusedThoughts {
  const refused = new Lru<true>({ capacity: MOST_REMEMBERED, ttlMs: TTL_MS, now });
  const keyOf = (callerId: string, model: string, seal: string) => `${callerId}\n${model}\n${fingerprint(seal)}`;
  return {
    learn(callerId, model, sent) {
      for (const seal of sealsOf(parseObject(sent.toString()))) {
        const key = keyOf(callerId, model, seal);
        refused.set(key, true);
        tell({ kind: 'refused', key });
      }
    },
    add(key) {
      refused.set(key, true);
    },
    *keys() {
      for (const [key] of refused.entries()) yield key;
    },
    areIn(callerId, model, body) {
      if (refused.size === 0) return false;
      return sealsInBytes(body).some((seal) => refused.get(keyOf(callerId, model, seal)) === true);
    },
    leaveOut(callerId, model, request) {
      if (refused.size === 0) return request;
      let changed = false;
      const turns = request.turns.map((turn) => {
        const parts = turn.parts.filter(
          (part) =>
            part.kind !== 'thinking' ||
            part.seal === undefined ||
            refused.get(keyOf(callerId, model, part.seal.data)) === undefined,
        );
        if (parts.length === turn.parts.length) return turn;
        changed = true;
        return { ...turn, parts };
      });
      return changed ? { ...request, turns } : request;
    },
  };
}

/** The seals of all thoughts of a body, in whatever dialect. */
function sealsOf(value: Json | undefined): string[] {
  if (Array.isArray(value)) return value.flatMap(sealsOf);
  if (!isObject(value)) return [];
  const { signature, data, encrypted_content: encrypted } = value;
  const own = [signature, REDACTED.has(value.type) ? data : undefined, encrypted];
  return [...own.filter((seal) => typeof seal === 'string'), ...Object.values(value).flatMap(sealsOf)];
}

/** Whatever may be a seal; what is none was never refused. Much faster than parsing, on bodies of a megabyte. */
function sealsInBytes(body: Buffer): string[] {
  return SEAL_FIELDS.flatMap((field) => {
    const seals: string[] = [];
    for (let at = body.indexOf(field); at >= 0; at = body.indexOf(field, at + field.length)) {
      const seal = stringAfter(body, at + field.length);
      if (seal !== undefined) seals.push(seal);
    }
    return seals;
  });
}

/** The string value of the field whose name ends at `from`. */
function stringAfter(body: Buffer, from: number): string | undefined {
  const opening = body.indexOf('"', from);
  if (opening < 0 || opening - from > LONGEST_GAP) return undefined;
  if (body.toString('latin1', from, opening).trim() !== ':') return undefined;
  const closing = body.indexOf('"', opening + 1);
  if (closing < 0 || closing - opening > LONGEST_SEAL) return undefined;
  return body.toString('latin1', opening + 1, closing).replaceAll('\\/', '/');
}
