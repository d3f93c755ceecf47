/** The message list of a body, for mends that replace some of it. */
import { isObject, type Json, type JsonObject } from '../../ir/json.ts';
import { mapChanged } from '../../ir/map-changed.ts';

/** Replaces each message by what `replace` makes of it; a body without messages is left alone. */
export function replaceMessages(body: JsonObject, replace: (message: JsonObject, index: number) => JsonObject): void {
  if (!Array.isArray(body.messages)) return;
  body.messages = mapChanged(body.messages, (message, index) =>
    isObject(message) ? replace(message, index) : message,
  );
}

/** Replaces each content part that is an object; the same message when none of them changes. */
export function replaceParts(message: JsonObject, replace: (part: JsonObject, index: number) => Json): JsonObject {
  const { content } = message;
  if (!Array.isArray(content)) return message;
  const replaced = mapChanged(content, (part, index) => (isObject(part) ? replace(part, index) : part));
  return replaced === content ? message : { ...message, content: replaced };
}

/** The text of a content field, whatever its form. */
export function textOf(content: Json | undefined): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content
    .map((part) => (isObject(part) ? part.text : part))
    .filter((text) => typeof text === 'string')
    .join('\n');
}
