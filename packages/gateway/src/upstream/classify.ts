/**
 * Everything we know about what an upstream means when it does not answer: one table, first match wins,
 * codes before phrases. Each row cites docs/cortex-quirks.md or the source of its wording.
 */
import { GatewayError, type Retry, type UpstreamFailure } from '../errors/error.ts';
import type { ErrorKind } from '../errors/table.ts';
import { isObject } from '../ir/json.ts';

interface FailureRow {
  status?: number;
  code?: RegExp;
  text?: RegExp;
  kind: ErrorKind;
  retry: Retry;
  /** What the reader should do next. */
  advice: string;
}

const ROWS: FailureRow[] = [
  // Session token expired or gone, also inside a 200: docs/cortex-quirks.md#session-expired-200
  {
    code: /^39011[124]$/,
    kind: 'upstream-refused-us',
    retry: 'same',
    advice: 'The Snowflake session has expired. Use a programmatic access token, or sign in again.',
  },
  {
    code: /^390432$/,
    kind: 'upstream-refused-us',
    retry: 'other',
    advice:
      'Snowflake wants a network policy for users of programmatic access tokens: attach one to the user, or set PAT_POLICY=(NETWORK_POLICY_EVALUATION=ENFORCED_NOT_REQUIRED) in an authentication policy.',
  },
  {
    text: /network policy/i,
    kind: 'upstream-refused-us',
    retry: 'other',
    advice: 'A network policy keeps this machine out, or the token user has none: ask an administrator to check it.',
  },
  {
    code: /^394400$/,
    kind: 'upstream-refused-us',
    retry: 'other',
    advice:
      'The programmatic access token is wrong, expired or disabled: generate a new one in Snowsight and set SNOWFLAKE_PAT.',
  },
  {
    code: /^390144$/,
    kind: 'upstream-refused-us',
    retry: 'other',
    advice:
      'Snowflake read the token as a key-pair JWT and refused it. For a programmatic access token write `pat/<token>`; for a JWT check user, account and registered public key.',
  },
  {
    code: /^39030[03]|^390318$/,
    kind: 'upstream-refused-us',
    retry: 'other',
    advice: 'The OAuth access token is invalid or expired: fetch a new one.',
  },
  {
    code: /^003001$/,
    kind: 'upstream-refused-us',
    retry: 'other',
    advice:
      'This Snowflake account may not call the Cortex REST API (trial accounts cannot). Ask Snowflake to enable it.',
  },
  // Wrong model: docs/cortex-quirks.md#unknown-model
  {
    code: /^300014$/,
    kind: 'not-found',
    retry: 'other',
    advice:
      'Cortex does not serve a model of this name here: check its spelling with GET /v1/models, the region, and CORTEX_MODELS_ALLOWLIST.',
  },
  {
    text: /unknown model/i,
    kind: 'not-found',
    retry: 'other',
    advice:
      'Cortex does not serve a model of this name here: check its spelling with GET /v1/models, the region, and CORTEX_MODELS_ALLOWLIST.',
  },
  {
    text: /unavailable in your region|not available in (your|the current) region|cross.?region|model .*unavailable/i,
    kind: 'not-found',
    retry: 'other',
    advice:
      "The model is not in this account's region: an ACCOUNTADMIN can run ALTER ACCOUNT SET CORTEX_ENABLED_CROSS_REGION = 'ANY_REGION', or choose another model.",
  },
  // Too much text; agents compact on these: docs/cortex-quirks.md#context-overflow
  {
    text: /prompt is too long|context.?(length|window)|maximum context|max tokens of \S+ exceeded|too many (input )?tokens|input is too long/i,
    kind: 'context-overflow',
    retry: 'never',
    advice: 'Shorten the conversation or choose a model with a larger context window.',
  },
  // A throttle in a 400's clothes: docs/cortex-quirks.md#throttled-400
  {
    text: /throttled/i,
    kind: 'upstream-limited',
    retry: 'same',
    advice: 'Cortex is throttling this model: try again in a few seconds.',
  },
  {
    status: 429,
    kind: 'upstream-limited',
    retry: 'same',
    advice:
      "The account's limit of requests or tokens per minute for this model is used up: try again shortly, or ask Snowflake for more.",
  },
  {
    status: 402,
    kind: 'upstream-spent',
    retry: 'other',
    advice: 'The Snowflake budget for this model is spent: an administrator must raise it.',
  },
  {
    text: /document|pdf/i,
    status: 401,
    kind: 'unsupported',
    retry: 'never',
    advice: 'Cortex refuses document blocks: send the text of the file instead.',
  },
  {
    status: 401,
    kind: 'upstream-refused-us',
    retry: 'other',
    advice:
      'Snowflake does not accept the credential of this deployment: check SNOWFLAKE_PAT (missing, expired, or of another account).',
  },
  {
    status: 403,
    kind: 'upstream-refused-us',
    retry: 'other',
    advice:
      "The token's default role needs the database role SNOWFLAKE.CORTEX_USER (or CORTEX_REST_API_USER), and the account must be enabled for the Cortex REST API.",
  },
  {
    status: 404,
    kind: 'not-found',
    retry: 'other',
    advice: 'The upstream does not know this address or model: check api_base and the model name.',
  },
  {
    status: 413,
    kind: 'too-large',
    retry: 'never',
    advice: 'Cortex takes requests of up to 20 MiB: send fewer or smaller images.',
  },
  // GOAWAY or reset behind Snowflake's load balancer: docs/cortex-quirks.md#connection-reset-392606
  {
    code: /^392606$/,
    kind: 'upstream-broken',
    retry: 'same',
    advice: 'A connection inside Snowflake was reset: try again.',
  },
  {
    text: /connection reset|goaway/i,
    kind: 'upstream-broken',
    retry: 'same',
    advice: 'A connection inside Snowflake was reset: try again.',
  },
  {
    status: 503,
    kind: 'upstream-overloaded',
    retry: 'same',
    advice: 'The model did not answer in time or is overloaded: try again.',
  },
  { status: 529, kind: 'upstream-overloaded', retry: 'same', advice: 'The model is overloaded: try again.' },
  {
    status: 504,
    kind: 'upstream-timeout',
    retry: 'same',
    advice: 'The model did not answer in time: try again, perhaps with a shorter prompt.',
  },
  { status: 408, kind: 'upstream-timeout', retry: 'same', advice: 'The upstream waited too long: try again.' },
  { status: 400, kind: 'invalid-request', retry: 'never', advice: '' },
  { status: 422, kind: 'invalid-request', retry: 'never', advice: '' },
  {
    status: 500,
    kind: 'upstream-broken',
    retry: 'same',
    advice: 'Try again; if it stays, a shorter conversation often helps. Snowflake support can look up the request id.',
  },
];

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

/** The meaning of a failure that came inside a stream, where a codec found the words but does not know what they mean. */
export function explainFailure(error: GatewayError, provider: string): GatewayError {
  const { upstream } = error.detail;
  if (upstream?.message === undefined && upstream?.code === undefined) return error;
  return explain({ status: 200, ...upstream }, provider);
}

function explain(failure: UpstreamFailure, provider: string, retryAfterMs?: number): GatewayError {
  const row = ROWS.find((candidate) => matches(candidate, failure)) ?? fallback(failure.status ?? 0);
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
  const parsed = parse(body);
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
  const headerId = headers['x-snowflake-request-id'] ?? headers['request-id'] ?? headers['x-request-id'];
  if (failure.requestId === undefined && typeof headerId === 'string') failure.requestId = headerId;
  return failure;
}

function matches(row: FailureRow, failure: UpstreamFailure): boolean {
  return (
    (row.status === undefined || row.status === failure.status) &&
    (row.code === undefined || (failure.code !== undefined && row.code.test(failure.code))) &&
    (row.text === undefined || (failure.message !== undefined && row.text.test(failure.message)))
  );
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

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** An HTML error page of some proxy, reduced to its words. */
function asPlainText(body: string): string {
  return body
    .replace(/<(style|script)[\s\S]*?<\/\1>/gi, ' ')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}
