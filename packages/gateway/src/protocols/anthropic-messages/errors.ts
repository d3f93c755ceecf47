import { GatewayError, type ErrorDetail, type Retry } from '../../errors/error.ts';
import type { ErrorKind } from '../../errors/table.ts';
import { isObject, type Json, type JsonObject } from '../../ir/json.ts';

const LONGEST_QUOTE = 600;

interface Meaning {
  kind: ErrorKind;
  retry: Retry;
  advice: string;
}

const CREDENTIAL: Meaning = {
  kind: 'upstream-refused-us',
  retry: 'other',
  advice: 'Check the credential of this deployment.',
};

/**
 * What Anthropic's types of errors mean inside an answer. Snowflake's codes and everybody's words are for
 * `upstream/classify` to read, from `detail` (docs/cortex-quirks.md#mid-stream-errors).
 */
const TYPES: Readonly<Record<string, Meaning>> = {
  authentication_error: CREDENTIAL,
  permission_error: CREDENTIAL,
  overloaded_error: { kind: 'upstream-overloaded', retry: 'same', advice: 'Try again in a moment.' },
  rate_limit_error: { kind: 'upstream-limited', retry: 'same', advice: 'Try again shortly.' },
  timeout_error: {
    kind: 'upstream-timeout',
    retry: 'same',
    advice: 'Try again, perhaps with a shorter prompt.',
  },
  billing_error: {
    kind: 'upstream-spent',
    retry: 'other',
    advice: 'An administrator must raise the Snowflake budget.',
  },
  not_found_error: {
    kind: 'not-found',
    retry: 'other',
    advice: 'Check the name of the model with GET /v1/models.',
  },
  request_too_large: { kind: 'too-large', retry: 'never', advice: 'Send fewer or smaller images.' },
  invalid_request_error: { kind: 'invalid-request', retry: 'never', advice: '' },
};

/**
 * The error that stands where an answer or one of its events should, in Anthropic's form
 * (`{"type":"error","error":{…}}`) or Snowflake's (`{"error":{…}}`, `{"message","code","request_id"}`,
 * also inside a 200). Undefined when the body is no error.
 */
export function readErrorBody(body: JsonObject): GatewayError | undefined {
  if (!isErrorBody(body)) return undefined;
  const inner = isObject(body.error) ? body.error : body;
  const message = text(inner.message) ?? text(body.message) ?? text(body.error);
  const code = text(inner.code) ?? text(inner.error_code) ?? text(body.code) ?? text(body.error_code);
  const requestId = text(body.request_id) ?? text(inner.request_id);
  const type = text(inner.type) ?? '';
  const meaning = Object.hasOwn(TYPES, type) ? TYPES[type] : undefined;
  const marks = [
    code === undefined ? [] : `code ${code}`,
    requestId === undefined ? [] : `request id ${requestId}`,
  ].flat();
  const detail: ErrorDetail = {
    upstream: {
      ...(code === undefined ? {} : { code }),
      ...(requestId === undefined ? {} : { requestId }),
      ...(message === undefined ? {} : { message: message.slice(0, LONGEST_QUOTE) }),
    },
    retry: meaning?.retry ?? 'same',
  };
  const said = `The upstream ended its answer with an error: ${(message ?? 'it gave no reason').slice(0, LONGEST_QUOTE)}`;
  const sentence = marks.length === 0 ? `${said.replace(/\.$/, '')}.` : `${said} (${marks.join(', ')}).`;
  const advice = meaning === undefined ? 'Try again.' : meaning.advice;
  return new GatewayError(meaning?.kind ?? 'upstream-broken', `${sentence} ${advice}`.trimEnd(), detail);
}

/** An answer that breaks its own protocol, or stops in the middle. */
export function brokenAnswer(what: string): GatewayError {
  return new GatewayError('upstream-broken', `The upstream's answer is broken: ${what}. Try again.`, { retry: 'same' });
}

function isErrorBody(body: JsonObject): boolean {
  if (body.type === 'error') return true;
  if (typeof body.type === 'string') return false;
  return (
    isObject(body.error) ||
    typeof body.error === 'string' ||
    (typeof body.message === 'string' && !('content' in body)) ||
    text(body.error_code) !== undefined ||
    /^39\d{4}$/.test(text(body.code) ?? '')
  );
}

function text(value: Json | undefined): string | undefined {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}
