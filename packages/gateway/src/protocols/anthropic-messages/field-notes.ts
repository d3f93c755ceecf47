import { isHarmless } from '../../ir/ext.ts';
import type { JsonObject } from '../../ir/json.ts';
import type { Note } from '../../ir/note.ts';

/**
 * Notes the fields of a nested object that nothing here understands: no writer has a place for them, so
 * they end here. Of fields that many objects carry one note is kept.
 * @param place path of the object with open indices: `tools[]`
 */
export function noteUnknownFields(source: JsonObject, known: ReadonlySet<string>, place: string, notes: Note[]): void {
  for (const key of Object.keys(source)) {
    const value = source[key];
    if (known.has(key) || value === undefined || value === null) continue;
    const harmless = isHarmless('anthropic-messages', key, value);
    noteOnce(notes, {
      code: 'dropped',
      path: `${place}.${key}`,
      because: 'Cortex does not take this field',
      ...(harmless ? { harmless } : {}),
    });
  }
}

/** Adds a note unless the same was noted before. */
export function noteOnce(notes: Note[], note: Note): void {
  const same = notes.some(
    ({ code, path, harmless }) => code === note.code && path === note.path && harmless === note.harmless,
  );
  if (!same) notes.push(note);
}
