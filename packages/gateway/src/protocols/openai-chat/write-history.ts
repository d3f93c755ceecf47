/** System, turns and what they hold, as far as chat can tell them. */
import { isSealed } from '../../ir/claude-thoughts.ts';
import type { JsonObject } from '../../ir/json.ts';
import { mapChanged, replaceSome } from '../../ir/map-changed.ts';
import type { Note } from '../../ir/note.ts';
import { MOST_CACHE_MARKS, keepCacheMarks } from '../../ir/prompt-caching.ts';
import type { GenerateRequest, MediaPart, Part, TextPart, ToolResultPart, Turn } from '../../ir/request.ts';
import { toolNameOnWire } from '../../ir/tool-names.ts';
import type { ModelCapabilities } from '../codec.ts';
import { writeMessages } from './write-messages.ts';

const FAILED = '[The tool call failed]';

/**
 * The message list. Chat has no word for a failed result, which is said in its text; no place for media
 * in a result, which follow it in the user's message; and none for a thought but the sealed ones of
 * Claude, where Claude gets them back.
 */
export function writeHistory(asked: GenerateRequest, capabilities: ModelCapabilities, notes: Note[]): JsonObject[] {
  const isClaude = capabilities.family === 'claude';
  let dropped = 0;
  const turns = mapChanged(replaceSome(asked.turns, liftMedia), (turn, index): Turn => {
    const parts = replaceSome(turn.parts, (part, at): Part[] | undefined => {
      if (part.kind !== 'thinking') return tellPart(part, () => `turns[${index}].parts[${at}]`, notes);
      if (isClaude && isSealed(part)) return undefined;
      dropped += 1;
      return [];
    });
    return parts === turn.parts ? turn : { ...turn, parts };
  });
  if (dropped > 0) notes.push(droppedThoughts(dropped, isClaude));
  const { system, turns: marked } = keepMarks({ ...asked, turns }, isClaude, notes);
  // A thought that is kept is sealed, and its words are in `reasoning_details` already.
  return mapChanged(writeMessages(marked, system), (message) => {
    if (message.reasoning_content === undefined) return message;
    const { reasoning_content: _, ...rest } = message;
    return rest;
  });
}

/** Undefined for a part that chat tells as it is. */
function tellPart(part: Part, path: () => string, notes: Note[]): Part[] | undefined {
  switch (part.kind) {
    case 'tool-call': {
      const name = toolNameOnWire(part.name);
      if (name === part.name && part.args !== '') return undefined;
      return [{ ...part, name, args: part.args === '' ? '{}' : part.args }];
    }
    case 'tool-result':
      return part.failed === true ? [tellFailure(part)] : undefined;
    case 'opaque':
      if (part.dialect === 'openai-chat') return undefined;
      notes.push({ code: 'dropped', path: path(), because: `it is a block that only ${part.dialect} understands` });
      return [];
    case 'text':
    case 'media':
    case 'thinking':
      return undefined;
  }
}

function tellFailure(result: ToolResultPart): ToolResultPart {
  const [first, ...rest] = result.parts;
  const parts: Part[] =
    first?.kind === 'text'
      ? [{ ...first, text: `${FAILED}\n${first.text}` }, ...rest]
      : [{ kind: 'text', text: FAILED }, ...result.parts];
  return { ...result, parts };
}

/**
 * Puts the media of results behind the results, with a word on which belongs to which where there are
 * several. A system message can hold none, so they come before it, as the user's.
 */
function liftMedia(turn: Turn): Turn[] | undefined {
  if (!turn.parts.some((part) => part.kind === 'tool-result' && part.parts.some(isMedia))) return undefined;
  const results = turn.parts.filter((part) => part.kind === 'tool-result');
  const withMedia = results.filter((result) => result.parts.some(isMedia));
  const lifted = withMedia.flatMap((result): Part[] => {
    const label: TextPart = { kind: 'text', text: `From the result of tool call ${result.callId}:` };
    return [...(withMedia.length === 1 ? [] : [label]), ...result.parts.filter(isMedia)];
  });
  const told: Part[] = [...results.map(withoutMedia), ...lifted];
  const rest = turn.parts.filter((part) => part.kind !== 'tool-result');
  return turn.ext?.['openai-chat']?.role === 'system'
    ? [
        { role: 'user', parts: told },
        { ...turn, parts: rest },
      ]
    : [{ ...turn, parts: [...told, ...rest] }];
}

function withoutMedia(result: ToolResultPart): ToolResultPart {
  const rest = result.parts.filter((part) => !isMedia(part));
  if (rest.length > 0 || result.parts.length === 0) return { ...result, parts: rest };
  return { ...result, parts: [{ kind: 'text', text: 'The result follows in the next message.' }] };
}

function isMedia(part: Part): part is MediaPart {
  return part.kind === 'media';
}

/** Chat reads cache marks on content parts, for Claude alone: docs/cortex-quirks.md#cache-marks */
function keepMarks(
  request: GenerateRequest,
  isClaude: boolean,
  notes: Note[],
): Pick<GenerateRequest, 'system' | 'turns'> {
  const isLost = (part: Part) => 'cache' in part && part.cache !== undefined && !(isClaude && canHoldMark(part));
  if (request.system.some(isLost) || request.turns.some(({ parts }) => parts.some(isLost))) {
    const because = isClaude
      ? 'the chat endpoint reads cache marks on texts and images only'
      : 'models of this family cache prompts by themselves or not at all';
    notes.push({ code: 'dropped', path: 'cache_control', because, harmless: true });
  }
  const turns = mapChanged(request.turns, (turn) => {
    const parts = mapChanged(turn.parts, (part) => (canHoldMark(part) ? part : withoutMark(part)));
    return parts === turn.parts ? turn : { ...turn, parts };
  });
  return keepCacheMarks({ ...request, tools: [], turns }, isClaude ? MOST_CACHE_MARKS : 0);
}

function canHoldMark(part: Part): boolean {
  return part.kind === 'text' || part.kind === 'media';
}

function withoutMark(part: Part): Part {
  if (!('cache' in part)) return part;
  const { cache: _, ...bare } = part;
  return bare;
}

function droppedThoughts(count: number, isClaude: boolean): Note {
  const because = isClaude
    ? `${count} earlier thoughts carry no signature of Claude and cannot be replayed to it`
    : `chat completions have no place for thoughts, so ${count} earlier ones were not replayed`;
  return { code: 'seal-dropped', path: 'turns[].parts[]', because, harmless: true };
}
