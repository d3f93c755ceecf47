// What real clients were seen to send, and what of it means something.
import { readdirSync, readFileSync } from 'node:fs';
import { isObject, type Json, type JsonObject } from '../../src/ir/json.ts';
import { MESSAGES_CAPTURES } from '../support/messages-captures.ts';

export interface Capture {
  name: string;
  path: string;
  headers: Record<string, string>;
  body: JsonObject;
}

const FIXTURES = new URL('../../../../fixtures/', import.meta.url);

export const CAPTURES: readonly Capture[] = [
  ...readFolder('openai-chat', '/v1/chat/completions'),
  ...readFolder('cursor', '/v1/chat/completions', { 'user-agent': 'Cursor/1.0' }),
  ...readFolder('clients/responses', '/v1/responses'),
  ...readFolder('openai-completions', '/v1/completions'),
  ...MESSAGES_CAPTURES.map((capture) => ({ ...capture, name: `clients/messages/${capture.name}.json` })),
];

function readFolder(folder: string, path: string, headers: Record<string, string> = {}): Capture[] {
  const files = readdirSync(new URL(folder, FIXTURES)).filter((file) => file.endsWith('.json'));
  return files.flatMap((file) => {
    const name = `${folder}/${file}`;
    const body = JSON.parse(readFileSync(new URL(name, FIXTURES), 'utf8')) as JsonObject;
    // Among them is an answer.
    const asks = ['messages', 'input', 'prompt'].some((field) => field in body);
    return asks ? [{ name, path, headers, body }] : [];
  });
}

/** What a conversation consists of, whatever its protocol. */
export interface Said {
  /** Of people, models and tools, arguments of calls included. */
  texts: string[];
  thoughts: string[];
  /** Base64. */
  images: string[];
  /** Names of the tools that are offered. */
  tools: string[];
}

const SPOKEN_FIELDS = ['messages', 'input', 'system', 'instructions', 'prompt', 'suffix'];
/** Fields of a turn that hold words; `arguments` is JSON in a string. */
const WORDS = new Set(['text', 'content', 'output', 'input', 'arguments', 'refusal', 'summary']);
const THOUGHTS = new Set(['thinking', 'redacted_thinking', 'reasoning']);
const IMAGES = new Set(['image', 'image_url', 'input_image']);

export function whatIsSaid(body: JsonObject): Said {
  const said: Said = { texts: [], thoughts: [], images: [], tools: [] };
  for (const field of SPOKEN_FIELDS) hear(body[field], said);
  said.tools.push(...offered(body.tools));
  return said;
}

function hear(value: Json | undefined, said: Said): void {
  if (typeof value === 'string') said.texts.push(...textsOf(value));
  else if (Array.isArray(value)) for (const each of value) hear(each, said);
  else if (isObject(value)) hearPart(value, said);
}

function hearPart(part: JsonObject, said: Said): void {
  const type = typeof part.type === 'string' ? part.type : '';
  if (THOUGHTS.has(type)) said.thoughts.push(...leavesOf(part.thinking ?? part.summary));
  else if (IMAGES.has(type))
    said.images.push(...leavesOf(part).flatMap((leaf) => /(?:base64,|^)(iVBOR.*|\/9j\/.*)/.exec(leaf)?.[1] ?? []));
  else if (type === 'additional_tools') said.tools.push(...offered(part.tools));
  else if (type === 'tool_use') said.texts.push(...leavesOf(part.input));
  else {
    for (const [key, value] of Object.entries(part)) {
      if (key === 'reasoning_content') said.thoughts.push(...leavesOf(value));
      else if (WORDS.has(key)) hear(value, said);
      else if (key === 'tool_calls' || key === 'function') hear(value, said);
    }
  }
}

/** The pieces of a text that must be found again: of JSON, its own texts, because it may be written anew. */
function textsOf(text: string): string[] {
  const parsed = parse(text);
  if (parsed !== undefined) return leavesOf(parsed);
  return text.trim() === '' ? [] : [text.trim()];
}

function offered(tools: Json | undefined): string[] {
  const list = Array.isArray(tools) ? tools.filter(isObject) : [];
  return list.flatMap((tool) => {
    if (tool.type === 'namespace') return offered(tool.tools);
    const { name } = isObject(tool.function) ? tool.function : isObject(tool.custom) ? tool.custom : tool;
    return typeof name === 'string' ? [name] : [];
  });
}

/** All strings in a value, those in JSON inside strings included. */
export function leavesOf(value: Json | undefined): string[] {
  if (typeof value === 'string') {
    const parsed = parse(value);
    return [...(value.trim() === '' ? [] : [value.trim()]), ...(parsed === undefined ? [] : leavesOf(parsed))];
  }
  if (Array.isArray(value)) return value.flatMap((each) => leavesOf(each));
  return isObject(value) ? Object.values(value).flatMap((each) => leavesOf(each)) : [];
}

function parse(text: string): Json | undefined {
  if (!/^\s*[{[]/.test(text)) return undefined;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
