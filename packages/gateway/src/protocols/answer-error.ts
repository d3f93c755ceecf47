/** Failures inside an answer: in the stream, or in the clothes of a 200. */
import { GatewayError } from '../errors/error.ts';
import { isObject, type Json, type JsonObject } from '../ir/json.ts';

const LONGEST_QUOTE = 600;

/** An answer that breaks its own protocol. */
export function brokenAnswer(what: string): GatewayError {
  return new GatewayError('upstream-broken', `The upstream's answer is broken: ${what}. Try again.`, { retry: 'same' });
}

/** Chat Completions and the legacy endpoint, Messages, embeddings. */
const ANSWERS = ['choices', 'content', 'data'] as const;

/** True for a body or chunk that has a place for an answer, whether anything is in it or not. */
export function holdsAnswer(body: JsonObject): boolean {
  return ANSWERS.some((field) => Array.isArray(body[field]));
}

/** True for a body or chunk that says what went wrong instead of answering: OpenAI's envelope or Snowflake's flat one. */
export function isFailure(body: JsonObject): boolean {
  if (body.error !== undefined && body.error !== null && body.error !== false) return true;
  return !holdsAnswer(body) && ['message', 'code', 'error_code'].some((field) => hasText(body[field]));
}

/**
 * The error that stands where an answer or a chunk should, in OpenAI's envelope or a flat one; undefined
 * for a body that is none. What it means is for `upstream/classify` to say: its words are in `detail`.
 */
export function readAnswerError(body: JsonObject, event?: string): GatewayError | undefined {
  if (event !== 'error' && !isFailure(body)) return undefined;
  const inner = isObject(body.error) ? body.error : body;
  const message = text(inner.message) ?? text(body.message) ?? text(body.error);
  const code = text(inner.code) ?? text(inner.error_code) ?? text(inner.type);
  const requestId = text(inner.request_id) ?? text(body.request_id);
  const said = (message ?? 'it gave no reason').slice(0, LONGEST_QUOTE);
  return new GatewayError('upstream-broken', `The upstream ended its answer with an error: ${said}`, {
    retry: 'same',
    upstream: {
      ...(code === undefined ? {} : { code }),
      ...(requestId === undefined ? {} : { requestId }),
      ...(message === undefined ? {} : { message: said }),
    },
  });
}

function hasText(value: Json | undefined): boolean {
  return text(value) !== undefined;
}

function text(value: Json | undefined): string | undefined {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}
