/** Turns what an upstream said instead of an answer into a GatewayError; failure-table.ts knows what it means. */
import { GatewayError, type UpstreamFailure } from '../errors/error.ts';
import { isObject, parseJson } from '../ir/json.ts';
import { type FailureRow, findFailure } from './failure-table.ts';

const LONGEST_QUOTE = 600;

/**
 * The meaning of an answer that is not one: any status outside 2xx, or a 200 whose body is an error.
 * @param provider how the upstream is called in the message (`Snowflake`, `api.openai.com`)
 */
export function classifyAnswer(
  status: number,
  headers: Record<string, string | string[] | undefined>,
  body: string,
  provider: string,
): GatewayError {
  return explain(readFailure(status, headers, body), provider, readRetryAfter(headers['retry-after']));
}

/** True for a 400 about a thought of the history: without the thoughts the same request is taken. */
export function refusesThoughts(cause: unknown): boolean {
  if (!(cause instanceof GatewayError) || cause.kind !== 'invalid-request') return false;
  return /signature.{0,40}thinking|thinking.{0,40}(signature|blocks? .*(modified|match))|encrypted.?content|`?data`? in `?redacted_thinking/i.test(
    cause.detail.upstream?.message ?? '',
  );
}

/**
 * The meaning of a failure that came inside an answer, where a codec found the words but does not know what they mean.
 * @param requestId Snowflake's, of the answer: what is said inside a stream seldom has one
 */
export function explainFailure(error: GatewayError, provider: string, requestId?: string): GatewayError {
  const { upstream } = error.detail;
  if (upstream?.message === undefined && upstream?.code === undefined) return withUpstreamId(error, requestId);
  const failure = {
    status: statusIn(upstream.code) ?? 200,
    ...(requestId === undefined ? {} : { requestId }),
    ...upstream,
  };
  // A codec knows the types of its own dialect (`overloaded_error`) where words and codes say nothing.
  if (error.kind !== 'upstream-broken' && findFailure(failure) === undefined) return withUpstreamId(error, requestId);
  return explain(failure, provider);
}

/** The same failure with Snowflake's id of the answer it happened in, unless it brought its own. */
export function withUpstreamId(error: GatewayError, requestId: string | undefined): GatewayError {
  const { detail } = error;
  if (requestId === undefined || detail.upstream?.requestId !== undefined) return error;
  return new GatewayError(error.kind, error.publicMessage, { ...detail, upstream: { ...detail.upstream, requestId } });
}

/** Inside a 200 the code of a failure may be the status it would have had. */
function statusIn(code: string | undefined): number | undefined {
  return code !== undefined && /^[45]\d\d$/.test(code) ? Number(code) : undefined;
}

function explain(failure: UpstreamFailure, provider: string, retryAfterMs?: number): GatewayError {
  const row = findFailure(failure) ?? fallback(failure.status ?? 0);
  return new GatewayError(row.kind, publicMessage(failure, row.advice, provider), {
    upstream: failure,
    retry: row.retry,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

/** Reads Snowflake's flat envelope (docs/cortex-quirks.md#error-envelope), nested ones, and anything else as text. */
function readFailure(
  status: number,
  headers: Record<string, string | string[] | undefined>,
  body: string,
): UpstreamFailure {
  const failure: UpstreamFailure = { status };
  const parsed = parseJson(body);
  const inner = isObject(parsed) && isObject(parsed.error) ? parsed.error : parsed;
  if (isObject(parsed) && isObject(inner)) {
    const message = inner.message ?? parsed.message ?? (typeof parsed.error === 'string' ? parsed.error : undefined);
    const code = inner.code ?? inner.error_code ?? parsed.code ?? parsed.error_code;
    const requestId = parsed.request_id;
    if (typeof message === 'string') failure.message = message.slice(0, LONGEST_QUOTE);
    if (typeof code === 'string' || typeof code === 'number') failure.code = String(code);
    if (typeof requestId === 'string') failure.requestId = requestId;
  } else if (body.trim() !== '') {
    failure.message = asPlainText(body).slice(0, LONGEST_QUOTE);
  }
  const target = redirectOf(status, headers['location']);
  if (target !== undefined) failure.message = target;
  const headerId = headers['x-snowflake-request-id'] ?? headers['request-id'] ?? headers['x-request-id'];
  if (failure.requestId === undefined && typeof headerId === 'string') failure.requestId = headerId;
  return failure;
}

/** Where a redirect leads, without what may be secret in it. */
function redirectOf(status: number, location: string | string[] | undefined): string | undefined {
  if (status < 300 || status > 399 || typeof location !== 'string') return undefined;
  const [target = ''] = location.split(/[?#]/);
  return `moved to ${target.slice(0, LONGEST_QUOTE)}`;
}

function fallback(status: number): FailureRow {
  return status >= 400 && status < 500
    ? { kind: 'invalid-request', retry: 'never', advice: '' }
    : { kind: 'upstream-broken', retry: 'same', advice: 'Try again.' };
}

function publicMessage(failure: UpstreamFailure, advice: string, provider: string): string {
  const said = failure.message === undefined ? `${provider} gave no reason` : `${provider} said: ${failure.message}`;
  const marks = [
    `HTTP ${failure.status}`,
    ...(failure.code === undefined ? [] : [`code ${failure.code}`]),
    ...(failure.requestId === undefined ? [] : [`request id ${failure.requestId}`]),
  ];
  return `${said} (${marks.join(', ')}).${advice === '' ? '' : ` ${advice}`}`;
}

/** Seconds or an HTTP date, as milliseconds from now are only knowable for seconds: dates are ignored. */
function readRetryAfter(header: string | string[] | undefined): number | undefined {
  const seconds = typeof header === 'string' ? Number(header) : Number.NaN;
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined;
}

/** An HTML error page of some proxy, reduced to its words. */
function asPlainText(body: string): string {
  return body
    .replace(/<(style|script)[\s\S]*?<\/\1>/gi, ' ')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}
