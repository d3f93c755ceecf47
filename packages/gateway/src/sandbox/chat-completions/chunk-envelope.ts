import type { JsonObject } from '../../ir/json.ts';
import type { SseEvent } from '../../kit/sse.ts';

/** The members of a `chat.completion.chunk` that stay the same from chunk to chunk. */
export interface ChunkEnvelope {
  created: number;
  id: string;
  model: string;
}

export const DONE: SseEvent = { data: '[DONE]' };

/** One chunk with its keys in Cortex's alphabetical order. */
export function chunkEvent({ created, id, model }: ChunkEnvelope, choices: JsonObject[], usage?: JsonObject): SseEvent {
  const chunk: JsonObject = {
    choices,
    created,
    id,
    model,
    object: 'chat.completion.chunk',
    service_tier: '',
    system_fingerprint: '',
    ...(usage === undefined ? {} : { usage }),
  };
  return { data: JSON.stringify(chunk) };
}

/** A streamed tool call: openai-go's struct, where what a fragment does not carry is the empty string. */
export function callDelta(index: number, fragment: { id?: string; name?: string; args?: string }): JsonObject {
  const { id = '', name = '', args = '' } = fragment;
  return { function: { arguments: args, name }, id, index, type: id === '' ? '' : 'function' };
}

/** The pieces in which a call's arguments are streamed; none for a call without arguments (`arguments: ""`). */
export function argumentPieces(input: JsonObject): string[] {
  if (Object.keys(input).length === 0) return [];
  return JSON.stringify(input).match(/[\s\S]{1,12}/gu) ?? [];
}
