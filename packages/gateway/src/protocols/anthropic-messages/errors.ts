import { GatewayError, type ErrorDetail, type Retry } from '../../errors/error.ts';
import type { ErrorKind } from '../../errors/table.ts';
import { isObject, type Json, type JsonObject } from '../../ir/json.ts';

const LONGEST_QUOTE = 600;

interface Meaning {
  pattern: RegExp;
  kind: ErrorKind;
  retry: Retry;
  advice: string;
}

/**
 * What an error inside an answer means: matched against Anthropic's type, Snowflake's code and the
 * message, joined by spaces; the first match wins (docs/cortex-quirks.md#mid-stream-errors).
 */
const MEANINGS: Meaning[] = [
  {
    pattern: /\b39011[124]\b/,
    kind: 'upstream-refused-us',
    retry: 'same',
    advice: 'The Snowflake session has expired: sign in again.',
  },
  {
    pattern: /\b(authentication_error|permission_error|39014\d|3903\d\d|3944\d\d)\b/,
    kind: 'upstream-refused-us',
    retry: 'other',
    advice: 'Check the credential of this deployment.',
  },
  {
    pattern: /\b(overloaded_error|529)\b|overloaded/i,
    kind: 'upstream-overloaded',
    retry: 'same',
    advice: 'Try again in a moment.',
  },
  {
    pattern: /\b(rate_limit_error|429|390505)\b|throttled|too many requests/i,
    kind: 'upstream-limited',
    retry: 'same',
    advice: 'Try again shortly.',
  },
  {
    pattern: /\btimeout_error\b|timed out/i,
    kind: 'upstream-timeout',
    retry: 'same',
    advice: 'Try again, perhaps with a shorter prompt.',
  },
  {
    pattern: /\bbilling_error\b|budget exceeded/i,
    kind: 'upstream-spent',
    retry: 'other',
    advice: 'An administrator must raise the Snowflake budget.',
  },
  {
    pattern: /prompt is too long|context.?(length|window)|maximum context/i,
    kind: 'context-overflow',
    retry: 'never',
    advice: 'Shorten the conversation or choose a model with a larger context window.',
  },
  {
    pattern: /\b(not_found_error|300014)\b|unknown model/i,
    kind: 'not-found',
    retry: 'other',
    advice: 'Check the name of the model with GET /v1/models.',
  },
  { pattern: /\brequest_too_large\b/, kind: 'too-large', retry: 'never', advice: 'Send fewer or smaller images.' },
  {
    pattern: /\binvalid_request_error\b|invalid request parameters/i,
    kind: 'invalid-request',
    retry: 'never',
    advice: '',
  },
];

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
  const searched = [text(inner.type), code, message].filter((word) => word !== undefined).join(' ');
  const meaning = MEANINGS.find(({ pattern }) => pattern.test(searched));
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
