// What a stream of legacy completions must be for every client to understand it.
import { isObject, type JsonObject, parseObject } from '../../src/ir/json.ts';
import type { SseEvent } from '../../src/kit/sse.ts';

/**
 * The first thing that is wrong with a stream of one choice, or undefined when it is legal: chunks of one
 * completion, one of them with a finish reason, usage after it if at all, and `[DONE]` last; or chunks and then an
 * error.
 */
export function checkCompletionStream(events: SseEvent[]): string | undefined {
  const chunks = events.slice(0, -1).map(({ data }) => parseObject(data));
  const last = events.at(-1)?.data ?? '';
  const failed = isError(parseObject(last));
  if (last !== '[DONE]' && !failed) return 'the stream ends neither in [DONE] nor in an error';
  if (failed && chunks.length === 0) return undefined;
  const identities = new Set(chunks.map((chunk) => JSON.stringify([chunk?.id, chunk?.created])));
  if (identities.size !== 1) return `chunks of ${identities.size} completions`;
  let finished = false;
  for (const [position, chunk] of chunks.entries()) {
    const wrong = checkChunk(chunk, finished);
    if (wrong !== undefined) return `event ${position}: ${wrong}`;
    finished ||= choicesOf(chunk).some(({ finish_reason: reason }) => typeof reason === 'string');
  }
  return finished || failed ? undefined : 'no finish_reason';
}

function isError(last: JsonObject | undefined): boolean {
  return isObject(last?.error) && typeof last.error.message === 'string' && typeof last.error.type === 'string';
}

function checkChunk(chunk: JsonObject | undefined, finished: boolean): string | undefined {
  if (chunk?.object !== 'text_completion') return 'it is no chunk of a completion';
  if (typeof chunk.model !== 'string' || chunk.model === '') return 'no model';
  const [choice, ...others] = choicesOf(chunk);
  if (others.length > 0) return 'several choices';
  if (choice === undefined) return isObject(chunk.usage) ? undefined : 'neither a choice nor usage';
  if (finished) return 'a choice after the finish_reason';
  if (choice.index !== 0) return 'the choice has no index';
  return typeof choice.text === 'string' ? undefined : 'the choice has no text';
}

function choicesOf(chunk: JsonObject | undefined): JsonObject[] {
  return Array.isArray(chunk?.choices) ? chunk.choices.filter(isObject) : [];
}
