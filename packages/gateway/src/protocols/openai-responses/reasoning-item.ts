import { isObject, type Json, type JsonObject } from '../../ir/json.ts';
import type { Note } from '../../ir/note.ts';
import type { ThinkingPart } from '../../ir/request.ts';
import { optionalString, unknownFields } from '../validate.ts';
import { readSealed } from './sealed.ts';

const FIELDS = new Set(['type', 'summary', 'content', 'encrypted_content']);
/** What stands between the parts of a summary when they become one thought. */
const BETWEEN = '\n\n';

/**
 * A thought of an earlier answer. Sealed by us, it comes back as it was, whatever the client did to the
 * summary; sealed by anyone else, only what can be read of it is left. Undefined when that is nothing.
 */
export function readReasoning(item: JsonObject, path: string, notes: Note[]): ThinkingPart | undefined {
  const encrypted = optionalString(item.encrypted_content, `${path}.encrypted_content`);
  const sealed = encrypted === undefined ? undefined : readSealed(encrypted);
  if (encrypted !== undefined && encrypted !== '' && sealed === undefined) {
    notes.push({
      code: 'seal-dropped',
      path: `${path}.encrypted_content`,
      because: 'this gateway did not seal it, so no model here could read it',
      harmless: true,
    });
  }
  const readable = [item.content, item.summary].map(readTexts).find((text) => text !== '') ?? '';
  const thought: ThinkingPart = sealed ?? { kind: 'thinking', text: readable };
  if (thought.text === '' && thought.seal === undefined) return undefined;
  const ext = unknownFields(item, FIELDS);
  return ext === undefined ? thought : { ...thought, ext: { 'openai-responses': ext } };
}

function readTexts(parts: Json | undefined): string {
  if (!Array.isArray(parts)) return '';
  const texts = parts.map((part) => (isObject(part) && typeof part.text === 'string' ? part.text : ''));
  return texts.filter((text) => text !== '').join(BETWEEN);
}
