import type { JsonObject } from '../../src/ir/json.ts';
import { CONVERSATION } from './kept/conversation.ts';
import { OPTIONS } from './kept/options.ts';
import type { Rules } from './kept/rule.ts';
import { TOOLS } from './kept/tools.ts';
import { type Leaf, leavesOf, openIndexes } from './leaves.ts';
import { readTold } from './told.ts';

const RULES: Rules = [...TOOLS, ...CONVERSATION, ...OPTIONS];

/** A note of the exchange's log line: `dropped tools[2].strict: because …`. */
interface Noted {
  code: string;
  /** With open indexes. */
  pattern: string;
  path: string;
  because: string;
}

/**
 * The leaves of a request that Cortex was not told and no note speaks of, with their values.
 * @param asked the client's body
 * @param sent what Cortex got
 * @param notes of the exchange's log line
 */
export function findLost(asked: JsonObject, sent: JsonObject, notes: readonly string[]): string[] {
  const told = readTold(sent);
  const noted = notes.map(readNote);
  return leavesOf(asked)
    .filter((leaf) => {
      const [, keeps] = RULES.find(([pattern]) => pattern.test(leaf.pattern)) ?? [];
      return keeps?.(leaf, told) !== true && !noted.some((note) => speaksOf(note, leaf, asked));
    })
    .map(({ path, value }) => `${path}: ${JSON.stringify(value)}`);
}

function readNote(line: string): Noted {
  const [, code = '', path = '', because = ''] = /^(\S+) (.*?): (.*)$/s.exec(line) ?? [];
  return { code, path, pattern: openIndexes(path), because };
}

function speaksOf(note: Noted, leaf: Leaf, asked: JsonObject): boolean {
  if (REASONS.some(([reason, about]) => reason.test(note.because) && about(leaf))) return true;
  // Positions are told where they are known, and then they must be right.
  if (note.code !== 'repaired' && isWithin(leaf.path, note.path)) return true;
  if (WHOLE_TURNS.test(note.pattern) || /\[\d/.test(note.path)) return false;
  return isWithin(leaf.pattern, note.pattern) || speaksOfField(note, leaf, asked);
}

/** `messages[].content[].detail` and `cache_control` speak of the field wherever in a conversation, or in tools, it stands. */
function speaksOfField({ pattern }: Noted, { pattern: leaf }: Leaf, asked: JsonObject): boolean {
  const place = /^(messages|input|system|tools)\[\]\./.exec(pattern);
  const field = place === null ? pattern : pattern.slice(pattern.lastIndexOf('[].') + 3);
  if (place === null && pattern.split(/[.[]/)[0]! in asked) return false;
  if (place !== null && !leaf.startsWith(`${place[1]}[]`)) return false;
  return `.${leaf}.`.includes(`.${field}.`);
}

/** They name turns or parts and no field. */
const WHOLE_TURNS = /^(messages|input)(\[\](\.content\[\])*)?$/;

/** What notes speak of that name no field of the client's, by their words. */
const REASONS: readonly (readonly [reason: RegExp, about: (leaf: Leaf) => boolean])[] = [
  [/thought/, ({ pattern }) => /thinking|signature|reasoning|summary|encrypted_content/.test(pattern)],
  [/takes no images|cannot see images/, ({ pattern }) => /\.(image_url|source|detail)\b/.test(pattern)],
  [
    /calls and results were told as text/,
    ({ pattern }) => /\.(id|call_id|tool_call_id|tool_use_id|namespace|role)$/.test(pattern),
  ],
  [/cannot call tools/, ({ pattern }) => /^(tool_choice|parallel_tool_calls)\b/.test(pattern)],
  [/a deferred tool is offered once/, ({ owners }) => owners.some((each) => each.defer_loading === true)],
];

function isWithin(path: string, noted: string): boolean {
  return path === noted || path.startsWith(`${noted}.`) || path.startsWith(`${noted}[`);
}
