import { isObject, type Json } from './json.ts';
import type { Note } from './note.ts';
import type { CacheMark } from './request.ts';

/** Reads `cache_control`. A kind nobody knows is left out with a note: a mark only saves money. */
export function readCacheMark(value: Json | undefined, path: string, notes: Note[]): CacheMark | undefined {
  if (value === undefined || value === null) return undefined;
  if (!isObject(value) || value.type !== 'ephemeral') {
    notes.push({ code: 'dropped', path, because: 'only {"type": "ephemeral"} marks a cached prefix', harmless: true });
    return undefined;
  }
  const { ttl } = value;
  if (ttl === undefined || ttl === null) return {};
  if (ttl === '5m' || ttl === '1h') return { ttl };
  notes.push({ code: 'dropped', path: `${path}.ttl`, because: 'it is neither "5m" nor "1h"', harmless: true });
  return {};
}

/** On Cortex's wire there is one kind of mark: five minutes, no ttl (docs/cortex-quirks.md#cache-five-minutes). */
export function cacheControl(mark: CacheMark | undefined): { cache_control?: { type: 'ephemeral' } } {
  return mark === undefined ? {} : { cache_control: { type: 'ephemeral' } };
}
