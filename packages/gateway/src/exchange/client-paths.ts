import { isObject, type Json, type JsonObject } from '../ir/json.ts';
import type { Note } from '../ir/note.ts';
import type { Tool } from '../ir/request.ts';
import type { ClientRequest } from './client-request.ts';

/** Where a conversation stands. */
const CONVERSATIONS = ['turns', 'messages', 'input', 'prompt'];

/** What the dialects, and the IR between them, call one thing. */
const SYNONYMS: readonly (readonly string[])[] = [
  ['max_tokens', 'max_completion_tokens', 'max_output_tokens'],
  ['stop', 'stop_sequences'],
  ['user', 'metadata.user_id'],
  ['verbosity', 'text.verbosity'],
  ['reasoning.effort', 'reasoning_effort', 'output_config.effort', 'thinking.budget_tokens', 'thinking.type'],
  ['reasoning.summary', 'thinking.display'],
  ['reasoning.budget_tokens', 'thinking.budget_tokens', 'reasoning.max_tokens'],
  ['reasoning', 'reasoning_effort', 'thinking', 'output_config.effort'],
  ['response_format.json_schema', 'text.format', 'output_config.format'],
  ['response_format', 'text.format', 'output_config.format'],
  ['parallel_tool_calls', 'tool_choice.disable_parallel_tool_use'],
  ['system', 'instructions', ...CONVERSATIONS],
];

/**
 * Notes that were made after the request was read name fields of the IR, or of the upstream's body: the
 * same notes with the paths that the client knows. Where its body has several fields for the one, each is
 * named. Positions in the conversation are left open, because it was taken apart and joined anew.
 */
export function nameForClient(notes: Note[], { asked, request }: Pick<ClientRequest, 'asked' | 'request'>): Note[] {
  const pathsOf = (path: string): string[] => {
    const [, index, rest = ''] = /^tools\[(\d+)\](.*)$/.exec(path) ?? [];
    if (index !== undefined) return [pathOfTool(request.tools, Number(index), rest, asked)];
    return path === 'tools' ? placesOfTools(asked) : ownPaths(path, asked);
  };
  const named = notes.flatMap((note) => pathsOf(note.path).map((path) => ({ ...note, path })));
  return Array.from(new Map(named.map((note) => [`${note.code} ${note.path} ${note.because}`, note])).values());
}

function ownPaths(path: string, body: JsonObject): string[] {
  const [first = path] = path.split(/[.[]/);
  const spoken = CONVERSATIONS.includes(first);
  if (!spoken && isIn(path.replaceAll(/\[.*/g, ''), body)) return [path];
  const names = spoken ? CONVERSATIONS : SYNONYMS.find((each) => each.some((name) => isWithin(path, name)));
  const own = spoken ? first : names?.find((name) => isWithin(path, name));
  const known = names?.filter((name) => isIn(name, body)) ?? [];
  if (own === undefined || known.length === 0) return [path];
  const rest = openPositions(path.slice(own.length));
  return spoken || first === 'system' ? [known[0]! + rest] : known.map((name) => name + rest);
}

/** Where the client declared a tool; open for one that came in a namespace, or amid the conversation. */
function pathOfTool(tools: Tool[], index: number, rest: string, { tools: declared }: JsonObject): string {
  const name = tools[index]?.name;
  const twinsBefore = tools.slice(0, index).filter((tool) => tool.name === name).length;
  const places = (Array.isArray(declared) ? declared : []).flatMap((entry, at) => {
    if (!isObject(entry)) return [];
    const nested = isObject(entry.function) ? entry.function : undefined;
    return (nested ?? entry).name === name ? [{ path: `tools[${at}]`, nested: nested !== undefined }] : [];
  });
  const place = places[twinsBefore];
  if (place === undefined) return `tools[]${rest}`;
  return place.path + (place.nested && rest !== '' && !rest.startsWith('.function') ? `.function${rest}` : rest);
}

function placesOfTools({ tools, input }: JsonObject): string[] {
  const inItems = Array.isArray(input) && input.some((item) => isObject(item) && Array.isArray(item.tools));
  return [...(tools === undefined && inItems ? [] : ['tools']), ...(inItems ? ['input[].tools'] : [])];
}

function isWithin(path: string, name: string): boolean {
  return path === name || path.startsWith(`${name}.`) || path.startsWith(`${name}[`);
}

function isIn(name: string, body: JsonObject): boolean {
  const value = name.split('.').reduce<Json | undefined>((at, key) => (isObject(at) ? at[key] : undefined), body);
  return value !== undefined && value !== null;
}

/** `[2].parts[0].citations` → `[].content[].citations` */
function openPositions(path: string): string {
  return path.replaceAll(/\[\d+\]/g, '[]').replaceAll('.parts[', '.content[');
}
