// What real clients send to /v1/messages: see fixtures/clients/messages/README.md.
import { readdirSync, readFileSync } from 'node:fs';
import { isObject, type Json, type JsonObject } from '../../src/ir/json.ts';
import { signThought } from '../../src/sandbox/script/signature.ts';

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

/** They ask for what only Anthropic's servers have. */
const REFUSED = new Set([
  'claude-code-websearch-forced',
  'sdk-thread-create',
  'sdk-thread-continue',
  'sdk-thread-resend',
]);

/** Those that an answer is made for. */
export const GENERATING_CAPTURES = MESSAGES_CAPTURES.filter(
  ({ name, path }) => !REFUSED.has(name) && !path.includes('count_tokens'),
);

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

/** Thoughts signed as if they had been the sandbox's own. */
export function signed(value: Json | undefined, model: string): Json {
  if (Array.isArray(value)) return value.map((item) => signed(item, model));
  if (!isObject(value)) return value ?? null;
  if (value.type === 'thinking' && typeof value.thinking === 'string') {
    return { ...value, signature: signThought(model, value.thinking) };
  }
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, signed(inner, model)]));
}
