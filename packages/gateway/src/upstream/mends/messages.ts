/** The message list of a body, for mends that replace some of it. */
import { isObject, type Json, type JsonObject } from '../../ir/json.ts';

/** Replaces each message by what `replace` makes of it; a body without messages is left alone. */
export function replaceMessages(body: JsonObject, replace: (message: JsonObject, path: string) => JsonObject): void {
  if (!Array.isArray(body.messages)) return;
  body.messages = body.messages.map((message, index) =>
    isObject(message) ? replace(message, `messages[${index}]`) : message,
  );
}

/** Replaces each content part that is an object; the same message when it has none. */
export function replaceParts(
  message: JsonObject,
  path: string,
  replace: (part: JsonObject, path: string) => Json,
): JsonObject {
  if (!Array.isArray(message.content)) return message;
  const content = message.content.map((part, index) =>
    isObject(part) ? replace(part, `${path}.content[${index}]`) : part,
  );
  return { ...message, content };
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
