/**
 * The legacy stream in its two delta forms. Neither has a finish_reason, a role, an index or a `[DONE]`:
 * the body ends when the answer does (docs/cortex-quirks.md#complete-no-terminal-event).
 */
import type { JsonObject } from '../../ir/json.ts';
import type { SseEvent } from '../../kit/sse.ts';
import { chunkText } from '../script/chunk.ts';
import { countTokens } from '../tokens.ts';
import type { SimulatedPart } from '../turn.ts';
import { type CompleteAnswer, usageOf } from './answer.ts';

/** A piece of the answer, and how many tokens it adds. */
interface Spoken {
  item: JsonObject;
  tokens: number;
}

export function writeStream(answer: CompleteAnswer): SseEvent[] {
  const { switches, turn, guarded } = answer;
  const listOnly = switches.completeDelta === 'content-list';
  const spoken = turn.parts.flatMap(partPieces);
  const total = turn.usage.output;
  let counted = 0;
  const events = spoken.map(({ item, tokens }) => {
    counted = Math.min(total, counted + tokens);
    // The older form keeps usage back until the end; the newer one counts in every chunk.
    const usage = listOnly ? {} : usageOf(turn.usage, counted, guarded);
    return chunk(answer, listOnly ? listDelta(item) : flatDelta(item), usage);
  });
  const last = chunk(answer, listOnly ? {} : { type: 'text', text: '' }, usageOf(turn.usage, total, guarded));
  return [...events, last];
}

/** `created` is missing for Claude. */
function chunk({ id, model, createdAt, switches }: CompleteAnswer, delta: JsonObject, usage: JsonObject): SseEvent {
  const body = {
    id,
    ...(model.family === 'claude' ? {} : { created: createdAt }),
    model: model.name,
    choices: [{ delta }],
    usage,
  };
  if (!switches.completePrettyJson) return { data: JSON.stringify(body) };
  // One event whose JSON is spread over several data lines, as Snowflake's documentation prints it.
  return { data: JSON.stringify(body, null, 2).replaceAll('\n', '\ndata: ') };
}

/** The same words in three places: docs/cortex-quirks.md#complete-delta-forms */
function flatDelta(item: JsonObject): JsonObject {
  const { type, text, ...rest } = item;
  if (type === 'text') return { type, content: text, content_list: [item], text };
  if (type === 'tool_use') return { type, ...rest, content_list: [item], text: '' };
  return item;
}

function listDelta(item: JsonObject): JsonObject {
  const { type, ...rest } = item;
  if (type === 'text') return { content: item.text, content_list: [{ text: item.text, type }] };
  return { content_list: [type === 'tool_use' ? rest : item] };
}

function partPieces(part: SimulatedPart): Spoken[] {
  switch (part.kind) {
    case 'text':
      return chunkText(part.text).map((text) => ({ item: { type: 'text', text }, tokens: countTokens(text) }));
    case 'thinking':
      return [
        ...chunkText(part.text).map((thinking) => ({
          item: { type: 'anthropic', thinking: { thinking } },
          tokens: countTokens(thinking),
        })),
        ...(part.signature === '' ? [] : [...halves(part.signature)]).map((signature) => ({
          item: { type: 'anthropic', thinking: { signature } },
          tokens: 0,
        })),
      ];
    case 'call': {
      const opener = { type: 'tool_use', tool_use_id: part.id, name: part.name };
      return [
        { item: opener, tokens: countTokens(part.name) },
        ...argumentPieces(part.input).map((input) => ({
          item: { type: 'tool_use', input },
          tokens: countTokens(input),
        })),
      ];
    }
  }
}

/** A signature comes in fragments of its own (posit-dev/chatlas #431). */
function halves(text: string): [string, string] {
  const middle = Math.ceil(text.length / 2);
  return [text.slice(0, middle), text.slice(middle)];
}

/** A call without arguments says `""`: docs/cortex-quirks.md#no-argument-calls */
function argumentPieces(input: JsonObject): string[] {
  if (Object.keys(input).length === 0) return [''];
  return JSON.stringify(input).match(/.{1,12}/gsu) ?? [];
}
