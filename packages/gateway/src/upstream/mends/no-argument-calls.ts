import { isObject, type JsonObject } from '../../ir/json.ts';
import type { Transducer } from '../../ir/transducer.ts';
import { choicesOf, chunkLike, contentsOf, endsContent, hasText, toolCallsOf } from './chunk.ts';
import { type AnswerMend, onCortex } from './mend.ts';

/** A call of a tool without parameters comes with arguments "", which is not JSON. */
export const noArgumentCalls: AnswerMend = {
  id: 'no-argument-calls',
  since: '2025-11',
  evidence: 'docs/cortex-quirks.md#no-argument-calls',
  applies: onCortex,
  stream: completeArguments,
  message(answer) {
    for (const { choice, content } of contentsOf(answer)) {
      if (choice.finish_reason === 'length') continue;
      for (const call of toolCallsOf(content)) {
        if (isObject(call.function) && !hasText(call.function.arguments)) call.function.arguments = '{}';
      }
    }
  },
};

function completeArguments(): Transducer<JsonObject, JsonObject> {
  const bare = new Set<number>();
  let latest: JsonObject | undefined;
  const owed = (): JsonObject[] => {
    if (latest === undefined || bare.size === 0) return [];
    const calls = Array.from(bare, (index) => ({ index, function: { arguments: '{}' } }));
    bare.clear();
    return [chunkLike(latest, { tool_calls: calls })];
  };
  return {
    push(chunk) {
      if (choicesOf(chunk).length > 0) latest = chunk;
      for (const { content } of contentsOf(chunk)) {
        for (const call of toolCallsOf(content)) {
          if (typeof call.index !== 'number' || !isObject(call.function)) continue;
          if (hasText(call.id)) bare.add(call.index);
          if (hasText(call.function.arguments)) bare.delete(call.index);
        }
      }
      if (endsContent(chunk)) completeHere(chunk, bare);
      // An answer that was cut off inside a call has not said "no arguments".
      return endsContent(chunk) && !isCutOff(chunk) ? [...owed(), chunk] : [chunk];
    },
    end: owed,
  };
}

/** A call may begin in the very chunk that ends the answer: its arguments cannot go before it. */
function completeHere(chunk: JsonObject, bare: Set<number>): void {
  for (const { content } of contentsOf(chunk)) {
    for (const call of toolCallsOf(content)) {
      if (typeof call.index !== 'number' || !isObject(call.function) || !bare.delete(call.index)) continue;
      if (!isCutOff(chunk)) call.function.arguments = '{}';
    }
  }
}

function isCutOff(chunk: JsonObject): boolean {
  return choicesOf(chunk).some((choice) => choice.finish_reason === 'length');
}
