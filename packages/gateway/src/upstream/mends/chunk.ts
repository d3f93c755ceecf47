/** Views of a chat answer, whole or chunk, for mends. */
import { isObject, type Json, type JsonObject } from '../../ir/json.ts';

/** The choices of an answer, whole or chunk. */
export function choicesOf(answer: JsonObject): JsonObject[] {
  return objectsIn(answer.choices);
}

/** What a choice adds (`delta`) or is (`message`), with its choice. */
export function contentsOf(answer: JsonObject): { choice: JsonObject; content: JsonObject }[] {
  const contents = [];
  for (const choice of choicesOf(answer)) {
    const content = isObject(choice.delta) ? choice.delta : choice.message;
    if (isObject(content)) contents.push({ choice, content });
  }
  return contents;
}

export function toolCallsOf(content: JsonObject): JsonObject[] {
  return objectsIn(content.tool_calls);
}

const NONE: JsonObject[] = [];

/** The list itself where it holds nothing else: a dozen mends ask for the choices of every chunk. */
function objectsIn(list: Json | undefined): JsonObject[] {
  if (!Array.isArray(list) || list.length === 0) return NONE;
  return list.every(isObject) ? list : list.filter(isObject);
}

/** Takes a field out. JSON leaves out what is undefined, and unlike after `delete` V8 keeps the object a fast one. */
export function leaveOut(object: JsonObject, field: string): void {
  if (object[field] !== undefined) object[field] = undefined;
}

/** True for the chunk that carries nothing but token counts. */
export function isUsageChunk(chunk: JsonObject): boolean {
  return isObject(chunk.usage) && Array.isArray(chunk.choices) && chunk.choices.length === 0;
}

/** True when this chunk ends the content: whatever is still owed must go before it. */
export function endsContent(chunk: JsonObject): boolean {
  return isUsageChunk(chunk) || choicesOf(chunk).some((choice) => hasText(choice.finish_reason));
}

/** A further chunk of the same answer. */
export function chunkLike(chunk: JsonObject, delta: JsonObject, finishReason: string | null = null): JsonObject {
  const { id, object, created, model } = chunk;
  const index = choicesOf(chunk)[0]?.index ?? 0;
  return { id, object, created, model, choices: [{ index, delta, finish_reason: finishReason }] };
}

export function hasText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

/** True for null, "", 0, and objects and arrays that hold nothing else. */
export function isZero(value: Json | undefined): boolean {
  if (value === null || value === '' || value === 0 || value === undefined) return true;
  if (Array.isArray(value)) return value.every(isZero);
  return isObject(value) && Object.values(value).every(isZero);
}
