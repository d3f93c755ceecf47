/**
 * Every way an exchange can fail, and what each dialect calls it. This table drives the HTTP status,
 * the envelopes and docs/errors.md (a test compares them both ways).
 */
interface ErrorRow {
  /** HTTP status sent before headers; 499 is for the log only. */
  status: number;
  /** Whose fault, for logs and metrics. */
  blame: 'client' | 'operator' | 'upstream' | 'gateway';
  /** What a client may do: sent as `x-should-retry` (both official SDKs obey it). */
  clientMayRetry: boolean;
  openai: { type: string; code: string | null };
  anthropic: string;
}

export const ERRORS = {
  'invalid-request': {
    status: 400,
    blame: 'client',
    clientMayRetry: false,
    openai: { type: 'invalid_request_error', code: null },
    anthropic: 'invalid_request_error',
  },
  unsupported: {
    status: 400,
    blame: 'client',
    clientMayRetry: false,
    openai: { type: 'invalid_request_error', code: 'unsupported_parameter' },
    anthropic: 'invalid_request_error',
  },
  'context-overflow': {
    status: 400,
    blame: 'client',
    clientMayRetry: false,
    openai: { type: 'invalid_request_error', code: 'context_length_exceeded' },
    anthropic: 'invalid_request_error',
  },
  'output-limit': {
    status: 400,
    blame: 'client',
    clientMayRetry: false,
    openai: { type: 'invalid_request_error', code: 'invalid_value' },
    anthropic: 'invalid_request_error',
  },
  'too-large': {
    status: 413,
    blame: 'client',
    clientMayRetry: false,
    openai: { type: 'invalid_request_error', code: 'request_too_large' },
    anthropic: 'request_too_large',
  },
  unauthenticated: {
    status: 401,
    blame: 'client',
    clientMayRetry: false,
    openai: { type: 'invalid_request_error', code: 'invalid_api_key' },
    anthropic: 'authentication_error',
  },
  forbidden: {
    status: 403,
    blame: 'client',
    clientMayRetry: false,
    openai: { type: 'permission_error', code: 'model_not_allowed' },
    anthropic: 'permission_error',
  },
  'not-found': {
    status: 404,
    blame: 'client',
    clientMayRetry: false,
    openai: { type: 'invalid_request_error', code: 'model_not_found' },
    anthropic: 'not_found_error',
  },
  'no-such-route': {
    status: 404,
    blame: 'client',
    clientMayRetry: false,
    openai: { type: 'invalid_request_error', code: 'unknown_url' },
    anthropic: 'not_found_error',
  },
  'no-such-response': {
    status: 404,
    blame: 'client',
    clientMayRetry: false,
    openai: { type: 'invalid_request_error', code: null },
    anthropic: 'not_found_error',
  },
  'no-such-exchange': {
    status: 404,
    blame: 'client',
    clientMayRetry: false,
    openai: { type: 'invalid_request_error', code: null },
    anthropic: 'not_found_error',
  },
  'no-previous-response': {
    status: 400,
    blame: 'client',
    clientMayRetry: false,
    openai: { type: 'invalid_request_error', code: 'previous_response_not_found' },
    anthropic: 'invalid_request_error',
  },
  'method-not-allowed': {
    status: 405,
    blame: 'client',
    clientMayRetry: false,
    openai: { type: 'invalid_request_error', code: 'method_not_allowed' },
    anthropic: 'invalid_request_error',
  },
  'rate-limited': {
    status: 429,
    blame: 'client',
    clientMayRetry: true,
    openai: { type: 'rate_limit_error', code: 'rate_limit_exceeded' },
    anthropic: 'rate_limit_error',
  },
  'client-left': {
    status: 499,
    blame: 'client',
    clientMayRetry: false,
    openai: { type: 'invalid_request_error', code: 'client_left' },
    anthropic: 'api_error',
  },
  'upstream-refused-us': {
    status: 502,
    blame: 'operator',
    clientMayRetry: false,
    openai: { type: 'server_error', code: 'upstream_auth' },
    anthropic: 'api_error',
  },
  'upstream-spent': {
    status: 402,
    blame: 'operator',
    clientMayRetry: false,
    openai: { type: 'insufficient_quota', code: 'upstream_budget_exceeded' },
    anthropic: 'billing_error',
  },
  'upstream-limited': {
    status: 429,
    blame: 'upstream',
    clientMayRetry: true,
    openai: { type: 'rate_limit_error', code: 'upstream_rate_limit' },
    anthropic: 'rate_limit_error',
  },
  'upstream-overloaded': {
    status: 503,
    blame: 'upstream',
    clientMayRetry: true,
    openai: { type: 'server_error', code: 'overloaded' },
    anthropic: 'overloaded_error',
  },
  'upstream-timeout': {
    status: 504,
    blame: 'upstream',
    clientMayRetry: true,
    openai: { type: 'server_error', code: 'upstream_timeout' },
    anthropic: 'timeout_error',
  },
  'upstream-broken': {
    status: 502,
    blame: 'upstream',
    clientMayRetry: true,
    openai: { type: 'server_error', code: 'bad_gateway' },
    anthropic: 'api_error',
  },
  overloaded: {
    status: 503,
    blame: 'gateway',
    clientMayRetry: true,
    openai: { type: 'server_error', code: 'gateway_overloaded' },
    anthropic: 'overloaded_error',
  },
  'shutting-down': {
    status: 503,
    blame: 'gateway',
    clientMayRetry: true,
    openai: { type: 'server_error', code: 'shutting_down' },
    anthropic: 'overloaded_error',
  },
  internal: {
    status: 500,
    blame: 'gateway',
    clientMayRetry: true,
    openai: { type: 'server_error', code: 'internal' },
    anthropic: 'api_error',
  },
} as const satisfies Record<string, ErrorRow>;

export type ErrorKind = keyof typeof ERRORS;
