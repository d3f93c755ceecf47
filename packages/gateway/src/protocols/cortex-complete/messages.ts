/** The conversation, IR → JSON. Expects a history that `repairHistory` has seen. */
import type { Note } from '../../ir/note.ts';
import type { Part, TextPart, ThinkingPart, ToolCallPart, ToolResultPart, Turn } from '../../ir/request.ts';
import { toolNameOnWire } from '../../ir/tool-names.ts';
import { cacheControl } from '../../ir/cache-mark.ts';
import { readArguments } from '../../ir/call-arguments.ts';
import { type MediaContext, writeMedia } from './media.ts';
import type { WireItem, WireMessage } from './wire.ts';

/** What is gathered while one message is written. */
interface Writing {
  texts: string[];
  items: WireItem[];
}

const NO_OUTPUT = '(no output)';
const ATTACHED = 'See what is attached.';

/**
 * System first and only once, then the turns. Text is said in `content` alone: the server reads it from
 * either place, and what stands in both could count twice (docs/cortex-quirks.md#complete-text-in-content).
 */
export function writeMessages(system: TextPart[], turns: Turn[], context: MediaContext): WireMessage[] {
  const names = new Map<string, string>();
  const rules = joinTexts(system.map((part) => part.text));
  const messages = turns.map((turn, index): WireMessage => {
    const writing: Writing = { texts: [], items: [] };
    turn.parts.forEach((part, at) => addPart(part, `turns[${index}].parts[${at}]`, writing, names, context));
    return messageOf(turn.role, writing);
  });
  return [...(rules === '' ? [] : [{ role: 'system' as const, content: rules }]), ...messages];
}

/** Calls and results may stand without text, but nothing else may: docs/cortex-quirks.md#complete-empty-content */
function messageOf(role: Turn['role'], { texts, items }: Writing): WireMessage {
  const text = joinTexts(texts);
  if (items.length === 0) return { role, content: text === '' ? NO_OUTPUT : text };
  const speaks = items.some(({ type }) => type === 'tool_use' || type === 'tool_results');
  return { role, content: text === '' && !speaks ? ATTACHED : text, content_list: items };
}

function addPart(part: Part, path: string, writing: Writing, names: Map<string, string>, context: MediaContext): void {
  switch (part.kind) {
    case 'text':
      writing.texts.push(part.text);
      return;
    case 'media': {
      const written = writeMedia(part, path, context);
      if (typeof written === 'string') writing.texts.push(written);
      else writing.items.push(written);
      return;
    }
    case 'thinking':
      writing.items.push(...writeThought(part));
      return;
    case 'tool-call':
      names.set(part.id, toolNameOnWire(part.name));
      writing.items.push(writeCall(part, path, context.notes));
      return;
    case 'tool-result':
      addResult(part, path, writing, names, context);
      return;
    case 'opaque':
      context.notes.push({ code: 'dropped', path, because: `it is a block that only ${part.dialect} understands` });
  }
}

/** Only thoughts that go back to the family that sealed them come here. */
function writeThought({ text, seal }: ThinkingPart): WireItem[] {
  if (seal?.form === 'signature') return [{ type: 'anthropic', thinking: { thinking: text, signature: seal.data } }];
  return seal?.form === 'encrypted'
    ? [{ type: 'openai', reasoning: { summary: text, encrypted_content: seal.data } }]
    : [];
}

function writeCall(part: ToolCallPart, path: string, notes: Note[]): WireItem {
  return {
    type: 'tool_use',
    tool_use: {
      tool_use_id: part.id,
      name: toolNameOnWire(part.name),
      input: readArguments(part.args, () => path, notes),
    },
    ...cacheControl(part.cache),
  };
}

/** A result holds text and JSON only; images that came with it follow in the same message. */
function addResult(
  part: ToolResultPart,
  path: string,
  writing: Writing,
  names: Map<string, string>,
  context: MediaContext,
): void {
  const inner: Writing = { texts: [], items: [] };
  part.parts.forEach((each, at) => addPart(each, `${path}.parts[${at}]`, inner, names, context));
  const told = inner.items.length === 0 ? NO_OUTPUT : 'The result is an image, which follows.';
  const text = joinTexts(inner.texts);
  writing.items.push({
    type: 'tool_results',
    tool_results: {
      tool_use_id: part.callId,
      name: names.get(part.callId) ?? 'unknown',
      content: [{ type: 'text', text: text === '' ? told : text }],
      ...(part.failed === true ? { status: 'error' as const } : {}),
    },
    ...cacheControl(part.cache),
  });
  writing.items.push(...inner.items);
}

/** Marks of the cache on texts, for which there is no place. */
export function noteLostMarks(parts: Part[], notes: Note[]): void {
  if (!parts.some((part) => part.kind === 'text' && part.cache !== undefined)) return;
  const because = 'inference:complete takes text as a plain string, which cannot carry a cache mark';
  notes.push({ code: 'dropped', path: 'cache_control', because, harmless: true });
}

function joinTexts(texts: string[]): string {
  return texts.filter((text) => text.trim() !== '').join('\n\n');
}
