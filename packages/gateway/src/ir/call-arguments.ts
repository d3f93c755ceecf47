import { type JsonObject, parseObject } from './json.ts';
import type { Note } from './note.ts';

/** A call's arguments as an object. Text that is none (cut JSON, a patch) is kept whole under one key. */
export function argumentsObject(args: string): JsonObject {
  return args.trim() === '' ? {} : (parseObject(args) ?? { _raw: args });
}

/** The same for a call of the history, where putting the text under a key is worth a note. */
export function readArguments(args: string, path: () => string, notes: Note[]): JsonObject {
  if (args.trim() === '') return {};
  const read = parseObject(args);
  if (read !== undefined) return read;
  const because = 'the arguments are not a JSON object, so their text was put under "_raw"';
  notes.push({ code: 'coerced', path: `${path()}.args`, because, harmless: true });
  return { _raw: args };
}
