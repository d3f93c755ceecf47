import { isObject, type JsonObject } from '../../ir/json.ts';
import type { Transducer } from '../../ir/transducer.ts';
import { choicesOf, chunkLike, contentsOf, hasText, isUsageChunk, toolCallsOf } from './chunk.ts';
import { type AnswerContext, type AnswerMend, onCortex } from './mend.ts';

/**
 * Claude's and the open models' answers do not say why they ended: "" when whole, nothing at all when
 * streamed. Agents without a reason retry for ever, so it is derived from what came.
 */
export const finishReasonEmpty: AnswerMend = {
  id: 'finish-reason-empty',
  since: '2026-09',
  evidence: 'docs/cortex-quirks.md#finish-reason-empty',
  applies: onCortex,
  stream: deriveAtEnd,
  message(answer, context) {
    for (const { choice, content } of contentsOf(answer)) {
      const calls = new Map(toolCallsOf(content).map((call, index) => [index, argumentsOf(call)]));
      choice.finish_reason = decide(choice.finish_reason, calls, answer.usage, context);
    }
  },
};

function deriveAtEnd(context: AnswerContext): Transducer<JsonObject, JsonObject> {
  const calls = new Map<unknown, string>();
  let latest: JsonObject | undefined;
  let finished = false;
  const finish = (usage: unknown): JsonObject[] => {
    if (finished) return [];
    finished = true;
    return [chunkLike(latest ?? ownChunk(context), {}, decide(undefined, calls, usage, context))];
  };
  return {
    push(chunk) {
      if (isUsageChunk(chunk)) {
        latest ??= chunk;
        return [...finish(chunk.usage), chunk];
      }
      if (choicesOf(chunk).length > 0) latest = chunk;
      for (const { choice, content } of contentsOf(chunk)) {
        for (const call of toolCallsOf(content))
          calls.set(call.index, (calls.get(call.index) ?? '') + argumentsOf(call));
        choice.finish_reason =
          hasText(choice.finish_reason) && !finished ? decide(choice.finish_reason, calls, undefined, context) : null;
        finished ||= hasText(choice.finish_reason);
      }
      return [chunk];
    },
    end: () => finish(undefined),
  };
}

/** A reason the upstream gives is believed, but for "stop" on a call, which clients then do not run. */
function decide(given: unknown, calls: Map<unknown, string>, usage: unknown, { reading }: AnswerContext): string {
  if (hasText(given) && !(given === 'stop' && calls.size > 0)) return given;
  if (calls.size > 0) return [...calls.values()].every(isWhole) ? 'tool_calls' : 'length';
  const spent = isObject(usage) ? usage.completion_tokens : undefined;
  const limit = reading.maxOutputTokens;
  return typeof spent === 'number' && limit !== undefined && spent >= limit ? 'length' : 'stop';
}

/** Arguments that stop in the middle mean that the token limit was hit inside the call. */
function isWhole(text: string): boolean {
  if (text === '') return true;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function argumentsOf(call: JsonObject): string {
  return isObject(call.function) && typeof call.function.arguments === 'string' ? call.function.arguments : '';
}

/** For an answer of which nothing came but its end. */
function ownChunk({ id, createdAt, model, choiceIndex }: AnswerContext): JsonObject {
  return { id, object: 'chat.completion.chunk', created: createdAt, model, choices: [{ index: choiceIndex }] };
}
