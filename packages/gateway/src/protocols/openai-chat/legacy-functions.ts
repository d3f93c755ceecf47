/**
 * `functions` and `function_call`, which OpenAI replaced by tools in 2023 and some frameworks still send
 * (instructor's FUNCTIONS mode). Who asks in that form reads the answer in that form.
 */
import { isObject, type JsonObject } from '../../ir/json.ts';

/** True when the client offers functions and no tools: it will look for `function_call` in the answer. */
export function asksForFunctionCalls(body: JsonObject): boolean {
  const hasTools = Array.isArray(body.tools) && body.tools.length > 0;
  return !hasTools && Array.isArray(body.functions) && body.functions.length > 0;
}

/** Turns tool calls into a function call, in place, in a whole answer or in one chunk. There is room for the first call only. */
export function lowerToFunctionCall(answer: JsonObject): void {
  if (!Array.isArray(answer.choices)) return;
  for (const choice of answer.choices.filter(isObject)) {
    if (choice.finish_reason === 'tool_calls') choice.finish_reason = 'function_call';
    for (const holder of [choice.message, choice.delta].filter(isObject)) {
      const calls = Array.isArray(holder.tool_calls) ? holder.tool_calls.filter(isObject) : [];
      const first = calls.find((call) => (call.index ?? 0) === 0);
      delete holder.tool_calls;
      if (first !== undefined && isObject(first.function)) holder.function_call = { ...first.function };
    }
  }
}
