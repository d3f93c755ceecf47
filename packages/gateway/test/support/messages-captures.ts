// What real clients send to /v1/messages: see fixtures/clients/messages/README.md.
import { readdirSync, readFileSync } from 'node:fs';
import { isObject, type Json, type JsonObject } from '../../src/ir/json.ts';

export interface MessagesCapture {
  name: string;
  path: string;
  headers: Record<string, string>;
  body: JsonObject;
}

const FOLDER = new URL('../../../../fixtures/clients/messages/', import.meta.url);

export const MESSAGES_CAPTURES: readonly MessagesCapture[] = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.json'))
  .map((file) => ({
    name: file.replace('.json', ''),
    ...(JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')) as Omit<MessagesCapture, 'name'>),
  }));

export function captureOf(name: string): MessagesCapture {
  const capture = MESSAGES_CAPTURES.find((each) => each.name === name);
  if (capture === undefined) throw new Error(`there is no capture ${name}`);
  return capture;
}

/** The blocks of a conversation in their order, whatever messages they stand in; strings are text blocks. */
export function blocksOf(body: JsonObject): JsonObject[] {
  const messages = Array.isArray(body.messages) ? body.messages.filter(isObject) : [];
  return messages.flatMap(({ content }) => contentOf(content));
}

export function contentOf(content: Json | undefined): JsonObject[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  return Array.isArray(content) ? content.filter(isObject) : [];
}
