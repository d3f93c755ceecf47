import { isHarmless } from '../../ir/ext.ts';
import type { Note } from '../../ir/note.ts';
import type { JsonPath, JsonView } from '../../kit/json-view.ts';
import { type Edited, UNTOUCHED } from './splice.ts';

/**
 * Takes out the fields of an object that Cortex does not know: it closes every one of them
 * (docs/cortex-quirks.md#tool-keys).
 * @param at where the object stands, asked when something in it goes
 * @param place how notes name the object, with open indices (`tools[]`); absent for the body itself
 */
export function closeObject(
  view: JsonView,
  at: { readonly path: JsonPath },
  known: ReadonlySet<string>,
  place: string | undefined,
): Edited {
  if (isWithin(view.keys(), known)) return UNTOUCHED;
  const strangers = Array.from(view.members()).filter(([key]) => !known.has(key));
  const { path } = at;
  return {
    edits: strangers.map(([key]) => ({ path: [...path, key], remove: true })),
    notes: strangers.flatMap(([key, { value }]): Note[] => {
      if (value.isNull) return [];
      const harmless = isHarmless('anthropic-messages', key, value.parse()) ? { harmless: true } : {};
      const named = place === undefined ? key : `${place}.${key}`;
      return [{ code: 'dropped', path: named, because: 'Cortex does not take this field', ...harmless }];
    }),
  };
}

function isWithin(keys: readonly string[], known: ReadonlySet<string>): boolean {
  for (const key of keys) if (!known.has(key)) return false;
  return true;
}

/** Edits of several places as one; of equal notes one is kept. */
export function joinEdited(parts: readonly Edited[]): Edited {
  if (parts.every((part) => part === UNTOUCHED)) return UNTOUCHED;
  const notes = new Map(
    parts.flatMap((part) => part.notes).map((note) => [`${note.code} ${note.path} ${note.harmless === true}`, note]),
  );
  return { edits: parts.flatMap((part) => part.edits), notes: Array.from(notes.values()) };
}
