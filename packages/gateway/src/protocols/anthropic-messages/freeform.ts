/** Tools that take raw text (OpenAI calls them custom). Claude knows none, so the text travels as the one field of an object. */
import { isObject, type JsonObject } from '../../ir/json.ts';
import type { FreeformGrammar } from '../../ir/request.ts';

/** The schema that stands for raw text; a grammar is told in words, since nothing enforces it here. */
export function writeFreeformSchema({ syntax, definition }: FreeformGrammar): JsonObject {
  const form = definition === undefined ? '' : ` It must match this ${syntax ?? 'formal'} grammar:\n${definition}`;
  const input = { type: 'string', description: `The whole input of the tool, as raw text.${form}` };
  return { type: 'object', properties: { input }, required: ['input'], additionalProperties: false };
}

export function wrapFreeform(text: string): JsonObject {
  return { input: text };
}

/** The raw text of a call's arguments; arguments of any other form, such as cut ones, are handed on as they are. */
export function unwrapFreeform(args: string): string {
  try {
    const parsed: unknown = JSON.parse(args);
    return isObject(parsed) && typeof parsed.input === 'string' ? parsed.input : args;
  } catch {
    return args;
  }
}
