/** The unary answer, one `chat.completion` → the short stream that would have said the same. */
import type { StreamEvent } from '../../ir/event.ts';
import { isObject, type Json, type JsonObject } from '../../ir/json.ts';
import type { ReaderOptions } from '../codec.ts';
import { brokenAnswer, readAnswerError } from '../answer-error.ts';
import { ChunkReader } from './stream-reader.ts';

/** A 200 that holds an error, or no choice, ends in an `error`. */
export function readMessage(body: JsonObject, options: ReaderOptions): StreamEvent[] {
  const [choice] = Array.isArray(body.choices) ? body.choices.filter(isObject) : [];
  if (choice === undefined || !isObject(choice.message)) {
    return [{ type: 'error', error: readAnswerError(body) ?? brokenAnswer('it holds no message') }];
  }
  const reader = new ChunkReader(options);
  const { id, model, usage } = body;
  const chunks = deltasOf(choice.message).map((delta): JsonObject => ({ id, model, choices: [{ delta }] }));
  const last: JsonObject = { id, model, usage, choices: [{ delta: {}, finish_reason: choice.finish_reason }] };
  return [...[...chunks, last].flatMap((chunk) => reader.push(chunk)), ...reader.finish()];
}

/** One delta for each thought, so that none takes another's seal, and one for the rest. */
function deltasOf(message: JsonObject): JsonObject[] {
  const { reasoning_details: details, thinking_blocks: blocks, reasoning_content, reasoning, ...rest } = message;
  const plain: JsonObject[] = [{ reasoning_content, reasoning }];
  const thoughts = [each('reasoning_details', details), each('thinking_blocks', blocks), plain].find(
    (form) => form.length > 0,
  );
  const calls = Array.isArray(rest.tool_calls) ? rest.tool_calls.filter(isObject) : [];
  return [...(thoughts ?? []), { ...rest, tool_calls: calls.map((call, index) => ({ ...call, index })) }];
}

function each(field: string, list: Json | undefined): JsonObject[] {
  return Array.isArray(list) ? list.map((item) => ({ [field]: [item] })) : [];
}
