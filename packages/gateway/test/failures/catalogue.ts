/** What Cortex is known to say instead of an answer, and what its clients must hear of it. Written out, not computed. */
import type { ErrorKind } from '../../src/errors/table.ts';

export interface CatalogueRow {
  /** What comes after `sandbox> fail`. */
  fault: string;
  /** Status, and code where there is one, as Cortex sends them. */
  status: number;
  code?: string;
  /** How Cortex words it, or how the words begin. */
  said: string;
  kind: ErrorKind;
  /** How the advice begins; absent where Cortex's own words are all there is to say. */
  advice?: string;
  /** The gateway tries the same deployment again by itself. */
  triedAgain: boolean;
}

const refused = (fault: string, status: number, said: string, advice: string, more: Partial<CatalogueRow> = {}) =>
  ({ fault, status, said, advice, kind: 'upstream-refused-us', triedAgain: false, ...more }) satisfies CatalogueRow;

const wrong = (fault: string, said: string, advice: string, more: Partial<CatalogueRow> = {}) =>
  ({ fault, status: 400, said, advice, kind: 'invalid-request', triedAgain: false, ...more }) satisfies CatalogueRow;

const passing = (fault: string, status: number, said: string, advice: string, kind: ErrorKind, code?: string) =>
  ({
    fault,
    status,
    said,
    advice,
    kind,
    triedAgain: true,
    ...(code === undefined ? {} : { code }),
  }) satisfies CatalogueRow;

const MISSING = { kind: 'not-found' } as const;
const SESSION = 'The Snowflake session has expired.';
const SIGN_IN = 'Snowflake does not let this user sign in:';
const JWT =
  'Snowflake read the token as a key-pair JWT and refused it. For a programmatic access token write `pat/<token>`';
const PAT = 'The programmatic access token is wrong, expired or disabled:';
const LIMIT = "The account's limit of requests or tokens per minute for this model is used up:";
const LONG = 'Shorten the conversation or choose a model with a larger context window.';
const LATE = 'The model did not answer in time: try again, perhaps with a shorter prompt.';
const TURNS = 'The conversation must end with a message of the user or the results of tools.';
const FIELD = "Cortex does not take this field or beta feature: switch it off in the client's settings.";
const FORM = 'A field of the request has a form that Cortex does not know:';
const SCHEMA = 'The JSON schema uses something that Cortex does not take:';

export const CATALOGUE: readonly CatalogueRow[] = [
  // The credential, the role, the account.
  refused('401', 401, 'Programmatic access token is invalid.', PAT, { code: '394400' }),
  refused('394400', 401, 'Programmatic access token is invalid.', PAT, { code: '394400' }),
  refused('390144', 401, 'JWT token is invalid. [', JWT, { code: '390144' }),
  refused('394304', 401, 'JWT token is not yet valid or has expired. [', JWT, { code: '394304' }),
  refused('390303', 401, 'Invalid OAuth access token. [', 'The OAuth access token is invalid or expired:', {
    code: '390303',
  }),
  refused('390318', 401, 'OAuth access token expired. [', 'The OAuth access token is invalid or expired:', {
    code: '390318',
  }),
  refused('390100', 401, 'Incorrect username or password was specified.', SIGN_IN, { code: '390100' }),
  refused('390195', 401, 'The provided ID Token is invalid.', SIGN_IN, { code: '390195' }),
  refused('390104', 401, 'Session token is invalid.', SESSION, { code: '390104' }),
  refused('390111', 200, 'Session no longer exists.', SESSION, { code: '390111' }),
  refused('390112', 200, 'Your session has expired.', SESSION, { code: '390112' }),
  refused('390432', 401, 'Fail : Network policy is required.', 'Snowflake wants a network policy for users of', {
    code: '390432',
  }),
  refused(
    '390422',
    401,
    'Incoming request with IP/Token 203.0.113.7 is not allowed',
    'A network policy keeps this machine out',
    {
      code: '390422',
    },
  ),
  refused(
    '390189',
    403,
    "Role 'SANDBOX_ROLE' specified in the connect string",
    'Name a role that is granted to the user',
    {
      code: '390189',
    },
  ),
  refused('unauthorized', 401, 'Unauthorized', 'Snowflake does not accept the credential of this deployment:'),
  refused('bearer-missing', 401, 'Bearer token is missing', 'No credential reached Snowflake.'),
  refused(
    '003001',
    403,
    'This account is not allowed to access this endpoint.',
    'This Snowflake account may not call',
    {
      code: '003001',
    },
  ),
  refused('302', 302, 'Sign in Found', 'The address answers with a redirect, which is not followed with a credential:'),
  refused('403', 403, 'Not Authorized', "The token's default role needs the database role SNOWFLAKE.CORTEX_USER"),
  wrong('document-refused', 'document content blocks are not supported', 'Cortex refuses document blocks:', {
    status: 401,
    kind: 'unsupported',
  }),

  // The model.
  wrong('300014', 'unknown model: "', 'Cortex does not serve a model of this name here:', {
    ...MISSING,
    code: '300014',
  }),
  wrong('model-unavailable', 'model "', 'Snowflake knows this model and does not serve it to this account', MISSING),
  wrong(
    'region-unavailable',
    'The model you requested is unavailable in your region.',
    "The model is not in this account's region:",
    MISSING,
  ),
  wrong('model-not-allowed', '', "The model is not in this account's region:", { ...MISSING, status: 403 }),
  wrong('404', 'Not Found', 'The upstream does not know this address or model:', { ...MISSING, status: 404 }),
  wrong('405', '', 'The upstream does not know this address or model:', { ...MISSING, status: 405 }),

  // Too long.
  wrong('prompt-too-long', 'invalid request parameters: "prompt is too long: 210000 tokens > 200000 maximum"', LONG, {
    kind: 'context-overflow',
  }),
  wrong('context-window', "This model's maximum context length is 128000 tokens.", LONG, { kind: 'context-overflow' }),
  wrong('window-exceeded', 'max tokens of 200000 exceeded', LONG, { kind: 'context-overflow' }),
  wrong(
    'window-with-output',
    'invalid request parameters: "input length and `max_tokens` exceed context limit:',
    LONG,
    {
      kind: 'context-overflow',
    },
  ),
  wrong(
    'output-cap',
    'invalid request parameters: "max_tokens: 200000 > 64000, which is the maximum allowed number',
    'Ask for fewer output tokens:',
    {
      kind: 'output-limit',
    },
  ),
  wrong('413', 'request body exceeds the maximum size of 20 MiB', 'Cortex takes requests of up to 20 MiB:', {
    status: 413,
    kind: 'too-large',
  }),

  // Limits, money, capacity.
  passing(
    'throttled',
    400,
    'all requests were throttled by remote service',
    'Cortex is throttling this model:',
    'upstream-limited',
  ),
  passing('429', 429, 'too many requests', LIMIT, 'upstream-limited'),
  passing('390505', 429, 'Too many requests.', LIMIT, 'upstream-limited', '390505'),
  wrong('402', 'budget exceeded', 'The Snowflake budget for this model is spent:', {
    status: 402,
    kind: 'upstream-spent',
  }),
  passing('529', 529, 'Overloaded', 'The model is overloaded: try again.', 'upstream-overloaded'),
  passing(
    '503',
    503,
    'inference timed out',
    'The model did not answer in time or has no capacity:',
    'upstream-overloaded',
  ),
  passing('504', 504, 'upstream request timeout', LATE, 'upstream-timeout'),

  // The request.
  wrong('max-tokens', 'max_tokens is deprecated in favor of max_completion_tokens', 'Send max_completion_tokens;'),
  wrong('unpaired-tool-use', "Each 'toolUse' block must be accompanied with", 'Every tool call needs its result'),
  wrong(
    'no-tools',
    'tool calling is not supported for this model',
    'Only OpenAI and Claude models have tools on Cortex:',
    {
      kind: 'unsupported',
    },
  ),
  wrong(
    'tools-with-reasoning',
    'Function tools with reasoning_effort are not supported',
    'This model takes tools only without reasoning:',
    {
      kind: 'unsupported',
    },
  ),
  wrong(
    'assistant-last',
    'invalid request parameters: Requests cannot contain `assistant` role in the final position',
    TURNS,
  ),
  wrong('prefill', 'This model does not support assistant message prefill.', TURNS),
  wrong(
    'thinking-temperature',
    'invalid request parameters: `temperature` may only be set to 1',
    'Reasoning goes with temperature 1 only:',
  ),
  wrong('extra-inputs', 'invalid request parameters: "tools.0.custom.eager_input_streaming: Extra inputs', FIELD),
  wrong('beta-flag', 'invalid beta flag', FIELD),
  wrong('unknown-role', 'unknown role "tool"', 'This endpoint of Cortex has no such role:'),
  wrong('schema-failed', 'schema validation failed', SCHEMA),
  wrong('schema-invalid', 'input schema validation error: [', SCHEMA, { status: 422 }),
  wrong('390142', 'Incoming request does not contain a valid payload.', FORM, { code: '390142' }),
  wrong('options-invalid', 'invalid options object', FORM),
  passing(
    'output-invalid',
    400,
    'json mode output validation error:',
    'The model did not keep to the JSON schema:',
    'upstream-broken',
  ),

  // Breakdowns.
  passing(
    '392606',
    500,
    'java.io.IOException: Connection reset by peer',
    'A connection inside Snowflake was reset:',
    'upstream-broken',
    '392606',
  ),
  passing(
    '500',
    500,
    'internal error',
    'Try again; if it stays, a shorter conversation often helps.',
    'upstream-broken',
  ),
  passing('502', 502, '502 Bad Gateway 502 Bad Gateway', 'Try again.', 'upstream-broken'),
  wrong('entity-required', 'request entity required', 'The request lost its body or its content type on the way', {
    kind: 'upstream-broken',
  }),
  wrong('415', 'Invalid input value', 'The request lost its body or its content type on the way to Snowflake:', {
    status: 415,
    kind: 'upstream-broken',
  }),
];

/** What each kind is at a client. */
export const AT_CLIENT: Partial<
  Record<ErrorKind, { status: number; type: string; code: string | null; anthropic: string; mayRetry: boolean }>
> = {
  'invalid-request': atClient(400, 'invalid_request_error', null, 'invalid_request_error'),
  unsupported: atClient(400, 'invalid_request_error', 'unsupported_parameter', 'invalid_request_error'),
  'context-overflow': atClient(400, 'invalid_request_error', 'context_length_exceeded', 'invalid_request_error'),
  'output-limit': atClient(400, 'invalid_request_error', 'invalid_value', 'invalid_request_error'),
  'too-large': atClient(413, 'invalid_request_error', 'request_too_large', 'request_too_large'),
  'not-found': atClient(404, 'invalid_request_error', 'model_not_found', 'not_found_error'),
  'upstream-refused-us': atClient(502, 'server_error', 'upstream_auth', 'api_error'),
  'upstream-spent': atClient(402, 'insufficient_quota', 'upstream_budget_exceeded', 'billing_error'),
  'upstream-limited': {
    ...atClient(429, 'rate_limit_error', 'upstream_rate_limit', 'rate_limit_error'),
    mayRetry: true,
  },
  'upstream-overloaded': { ...atClient(503, 'server_error', 'overloaded', 'overloaded_error'), mayRetry: true },
  'upstream-timeout': { ...atClient(504, 'server_error', 'upstream_timeout', 'timeout_error'), mayRetry: true },
  'upstream-broken': { ...atClient(502, 'server_error', 'bad_gateway', 'api_error'), mayRetry: true },
};

function atClient(status: number, type: string, code: string | null, anthropic: string) {
  return { status, type, code, anthropic, mayRetry: false };
}
