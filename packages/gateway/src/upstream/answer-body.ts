import { type JsonObject, parseObject } from '../ir/json.ts';
import { holdsAnswer, isFailure } from '../protocols/answer-error.ts';

/** The answer in the text of a 2xx; undefined for a failure in its clothes (docs/cortex-quirks.md#session-expired-200), and for anything else. */
export function readAnswer(text: string): JsonObject | undefined {
  const body = parseObject(text);
  return body !== undefined && holdsAnswer(body) && !isFailure(body) ? body : undefined;
}
