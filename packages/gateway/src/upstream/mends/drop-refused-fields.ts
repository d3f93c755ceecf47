import { isHarmless } from '../../ir/ext.ts';
import { isObject, type Json, type JsonObject } from '../../ir/json.ts';
import type { Note } from '../../ir/note.ts';
import type { ModelCapabilities } from '../../protocols/codec.ts';
import { verdictOf, type Verdict } from '../cortex-chart.ts';
import { replaceMessages, replaceParts } from './messages.ts';
import { onCortex, type RequestMend } from './mend.ts';

const REASONS: Record<Exclude<Verdict, 'supported'>, string> = {
  ignored: 'Cortex ignores it for models of this family',
  refused: 'Cortex refuses requests that have it',
  unlisted: 'Cortex Chat Completions does not know it',
};

/** Last of the request's mends: what the chart does not call supported, and no other mend has taken, stays here. */
export const dropRefusedFields: RequestMend = {
  id: 'drop-refused-fields',
  since: '2026-09',
  evidence: 'docs/cortex-quirks.md#compatibility-chart',
  applies: onCortex,
  request(body, { capabilities }) {
    const notes: Note[] = [];
    for (const [field, value] of Object.entries(body)) {
      const verdict = verdictOf(field, capabilities);
      if (verdict === 'supported' && value !== null) continue;
      delete body[field];
      if (verdict === 'supported' || value === null || value === undefined) continue;
      const harmless = isHarmless('openai-chat', field, value) ? { harmless: true } : {};
      notes.push({ code: 'dropped', path: field, because: REASONS[verdict], ...harmless });
    }
    const ofMessage = chartOf('messages[]', capabilities);
    const ofPart = chartOf('messages[].content[]', capabilities);
    replaceMessages(body, (message, index) =>
      replaceParts(
        keepSupported(message, () => `messages[${index}]`, ofMessage, notes),
        (part, at) => keepSupported(part, () => `messages[${index}].content[${at}]`, ofPart, notes),
      ),
    );
    if (Array.isArray(body.tools))
      body.tools = body.tools.map((tool, index) => keepToolFields(tool, `tools[${index}]`, notes));
    return notes;
  },
};

/** The chart's column for one model, each row looked up once: the messages of a history have the same few fields. */
function chartOf(place: string, capabilities: ModelCapabilities): (field: string) => Verdict {
  const verdicts = new Map<string, Verdict>();
  return (field) => {
    const verdict = verdicts.get(field) ?? verdictOf(`${place}.${field}`, capabilities);
    verdicts.set(field, verdict);
    return verdict;
  };
}

/** The same object when all of it is supported. */
function keepSupported(
  source: JsonObject,
  path: () => string,
  verdictOn: (field: string) => Verdict,
  notes: Note[],
): JsonObject {
  const isKept = (field: string) => verdictOn(field) === 'supported' && (source[field] !== null || field === 'content');
  if (Object.keys(source).every(isKept)) return source;
  const kept: JsonObject = {};
  for (const [field, value] of Object.entries(source)) {
    const verdict = verdictOn(field);
    if (verdict === 'supported') {
      if (isKept(field)) kept[field] = value;
    } else if (value !== null && value !== undefined) {
      // What Cortex has no word for, and marks for a cache it does not have, never reached the model.
      const harmless = verdict === 'unlisted' || field === 'cache_control' || field === 'reasoning_details';
      notes.push({
        code: 'dropped',
        path: `${path()}.${field}`,
        because: REASONS[verdict],
        ...(harmless ? { harmless } : {}),
      });
    }
  }
  return kept;
}

function keepToolFields(tool: Json, path: string, notes: Note[]): Json {
  if (!isObject(tool) || !isObject(tool.function)) return tool;
  const { type, function: called, ...rest } = tool;
  for (const [field, value] of Object.entries(rest)) {
    if (value !== null && value !== undefined) {
      notes.push({ code: 'dropped', path: `${path}.${field}`, because: REASONS.unlisted, harmless: true });
    }
  }
  return { type: type ?? 'function', function: called };
}
