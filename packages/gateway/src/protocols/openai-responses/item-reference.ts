/** Items that only name an item of an earlier answer. */
import { isObject, type Json, type JsonObject } from '../../ir/json.ts';
import type { Note } from '../../ir/note.ts';
import { invalid } from '../validate.ts';

export interface ItemReference extends JsonObject {
  id: string;
}

/** OpenAI lets the type of a reference be left out. */
export function isReference(item: Json): item is ItemReference {
  if (!isObject(item) || typeof item.id !== 'string') return false;
  return item.type === 'item_reference' || Object.keys(item).every((key) => key === 'id' || item[key] === null);
}

/**
 * A reference that the store could not resolve. A thought can be done without (the gateway remembers
 * those that a tool call needs); without anything else the conversation would have a hole.
 * @throws GatewayError `invalid-request`, naming the item
 */
export function passOver({ id }: ItemReference, path: string, notes: Note[]): void {
  if (!id.startsWith('rs_')) {
    throw invalid(
      path,
      `refers to the item "${id}", which is not kept here; send the item itself, or ask for its answer with "store": true`,
    );
  }
  notes.push({
    code: 'seal-dropped',
    path,
    because: 'the thought it refers to is not kept here; answers asked for with "store": true are',
    harmless: true,
  });
}
