import { type JsonObject, parseObject } from '../../ir/json.ts';
import type { Prompt } from '../prompt.ts';

/** `json` as a word of its own, not the ending of a file name. */
const JSON_WORD = /(?<![.\w])json\b/i;
const ANSWERS = /\b(?:answer|respond|reply|return|output|produce|write|give|generate)\b/i;
const OBJECT_OR_ONLY = /\b(?:object|only)\b/i;

/**
 * The schema of the JSON object that the system or the newest user message demands in words, `{}` for any
 * object; undefined when neither does. A sentence demands one when it tells to answer, names JSON and
 * says "object" or "only"; the object of JSON that follows it, if any, is taken for its schema.
 */
export function demandedSchema({ messages }: Prompt): JsonObject | undefined {
  const newest = messages.findLast(({ role }) => role === 'user');
  const texts = messages.filter((message) => message.role === 'system' || message === newest).map(({ text }) => text);
  return texts.map(schemaDemandedIn).findLast((schema) => schema !== undefined);
}

function schemaDemandedIn(text: string): JsonObject | undefined {
  if (!JSON_WORD.test(text)) return undefined;
  for (const { 0: sentence, index } of text.matchAll(/[^.!?\n]+/g)) {
    const demands = JSON_WORD.test(sentence) && ANSWERS.test(sentence) && OBJECT_OR_ONLY.test(sentence);
    if (demands) return firstObject(text.slice(index)) ?? {};
  }
  return undefined;
}

/** The first balanced `{…}` of a text, if it is JSON. */
function firstObject(text: string): JsonObject | undefined {
  const start = text.indexOf('{');
  if (start === -1) return undefined;
  let depth = 0;
  for (const { 0: token, index } of text.slice(start).matchAll(/"(?:[^"\\]|\\.)*"|[{}]/gs)) {
    depth += token === '{' ? 1 : token === '}' ? -1 : 0;
    if (depth === 0) return parseObject(text.slice(start, start + index + 1));
  }
  return undefined;
}
