import { isObject, type Json, type JsonObject } from '../../ir/json.ts';
import type { Note } from '../../ir/note.ts';
import { toolCallsOf } from './chunk.ts';
import { onCortex, type RequestMend } from './mend.ts';

/**
 * Cortex gives every tool message to Claude as a user turn of its own, so a turn with several calls looks
 * half answered and is refused. Told as one call after the other, A[a,b] T(a) T(b) → A[a] T(a) A[b] T(b),
 * it is accepted. What was said and thought stays with the first call.
 */
export const parallelHistory: RequestMend = {
  id: 'parallel-history',
  since: '2026-09',
  evidence: 'docs/cortex-quirks.md#parallel-history',
  applies: (target) => onCortex(target) && target.capabilities.family === 'claude',
  request(body) {
    if (!Array.isArray(body.messages)) return [];
    const notes: Note[] = [];
    const told: Json[] = [];
    const { messages } = body;
    for (let index = 0; index < messages.length; index += 1) {
      const message = messages[index]!;
      const calls = isObject(message) ? toolCallsOf(message) : [];
      if (!isObject(message) || calls.length < 2) {
        told.push(message);
        continue;
      }
      const results = resultsAfter(messages, index);
      told.push(...tellInTurn(message, calls, results));
      index += results.length;
      const because = 'Cortex refuses several calls in one turn of Claude, so they are told one after the other';
      notes.push({ code: 'repaired', path: `messages[${index - results.length}]`, because, harmless: true });
    }
    if (notes.length > 0) body.messages = told;
    return notes;
  },
};

/** The tool messages that follow a message without a gap. */
function resultsAfter(messages: Json[], index: number): JsonObject[] {
  const rest = messages.slice(index + 1);
  const end = rest.findIndex((message) => !isObject(message) || message.role !== 'tool');
  return rest.slice(0, end === -1 ? rest.length : end).filter(isObject);
}

/** A result that belongs to none of the calls follows the last of them. */
function tellInTurn(message: JsonObject, calls: JsonObject[], results: JsonObject[]): JsonObject[] {
  const answered = calls.map((call) => results.filter((result) => result.tool_call_id === call.id));
  const strays = results.filter((result) => !calls.some((call) => call.id === result.tool_call_id));
  const turns = calls.flatMap((call, at) => {
    const turn =
      at === 0 ? { ...message, tool_calls: [call] } : { role: 'assistant', content: null, tool_calls: [call] };
    return [turn, ...answered[at]!];
  });
  return [...turns, ...strays];
}
