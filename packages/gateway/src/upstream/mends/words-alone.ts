import { isObject, type JsonObject } from '../../ir/json.ts';
import { choicesOf, hasText, isZero } from './chunk.ts';

/** What a chunk says that holds nothing but a piece of text, be it among empty fields; "" for any other. */
export function wordsAlone(chunk: JsonObject): string {
  const choices = choicesOf(chunk);
  if (choices.length !== 1 || isObject(chunk.usage)) return '';
  const { delta, finish_reason: reason } = choices[0]!;
  if (!isObject(delta) || !hasText(delta.content) || hasText(reason)) return '';
  const isMore = (field: string) => field !== 'content' && field !== 'role' && !isZero(delta[field]);
  return Object.keys(delta).some(isMore) ? '' : delta.content;
}
