/**
 * How Cortex says no: every refusal this sandbox knows, as data. `evidence` tells how sure the wording is:
 * `recorded` bytes were captured from the live service, `reported` is quoted by a client that met it,
 * `documented` is Snowflake's manual, `inferred` is our best guess where nobody has published the text.
 */
import type { JsonObject } from '../ir/json.ts';
import type { SandboxReply } from './surface.ts';

export interface CortexError {
  status: number;
  /** Snowflake's six digits, where known; sent as `code` and again as `error_code`. */
  code?: string;
  /** `{name}` is filled in by `refuse`. */
  text: string;
  evidence: 'recorded' | 'reported' | 'documented' | 'inferred';
  source: string;
}

const CORTEX_ERRORS = {
  'pat-invalid': {
    status: 401,
    code: '394400',
    text: 'Programmatic access token is invalid.',
    evidence: 'reported',
    source: 'Snowflake Node.js driver error constants',
  },
  'jwt-invalid': {
    status: 401,
    code: '390144',
    text: 'JWT token is invalid. [{requestId}]',
    evidence: 'reported',
    source: 'Snowflake Node.js driver error constants; Claude Code on Snowflake Cortex, 2026-01-21',
  },
  'oauth-invalid': {
    status: 401,
    code: '390303',
    text: 'Invalid OAuth access token. [{requestId}]',
    evidence: 'documented',
    source: 'Snowflake docs, SQL API',
  },
  'oauth-expired': {
    status: 401,
    code: '390318',
    text: 'OAuth access token expired. [{requestId}]',
    evidence: 'reported',
    source: 'Snowflake Node.js driver error constants',
  },
  'network-policy': {
    status: 401,
    code: '390432',
    text: 'Fail : Network policy is required.',
    evidence: 'reported',
    source: 'okou-ai/vm0-skills #178, 2026-05-15',
  },
  'jwt-dated': {
    status: 401,
    code: '394304',
    text: 'JWT token is not yet valid or has expired. [{requestId}]',
    evidence: 'inferred',
    source: 'code from SYSTEM$GET_LOGIN_FAILURE_DETAILS; text unpublished',
  },
  'login-failed': {
    status: 401,
    code: '390100',
    text: 'Incorrect username or password was specified.',
    evidence: 'reported',
    source: 'Snowflake Node.js driver error constants; text of Snowflake drivers at login',
  },
  'session-invalid': {
    status: 401,
    code: '390104',
    text: 'Session token is invalid.',
    evidence: 'reported',
    source: 'Snowflake Node.js driver error constants; text unpublished',
  },
  'id-token-invalid': {
    status: 401,
    code: '390195',
    text: 'The provided ID Token is invalid.',
    evidence: 'reported',
    source: 'Snowflake Node.js driver error constants',
  },
  'address-refused': {
    status: 401,
    code: '390422',
    text: 'Incoming request with IP/Token 203.0.113.7 is not allowed to access Snowflake. Contact your account administrator.',
    evidence: 'inferred',
    source: 'text of Snowflake drivers at login from an address outside the network policy; on REST unpublished',
  },
  'role-restricted': {
    status: 403,
    code: '390189',
    text: "Role '{role}' specified in the connect string does not exist or not authorized. Contact your local system administrator, or attempt to login with another role, e.g. PUBLIC.",
    evidence: 'inferred',
    source: 'text and code from Snowflake drivers at login; on REST the docs only say that the request fails',
  },
  'bearer-missing': {
    status: 401,
    text: 'Bearer token is missing',
    evidence: 'reported',
    source: 'isaacsummers/frostclaw, 2026; on Messages with status 400',
  },
  unauthorized: {
    status: 401,
    text: 'Unauthorized',
    evidence: 'inferred',
    source: 'what a proxy in front of Snowflake says; Snowflake itself sends a code',
  },
  'session-expired': {
    status: 200,
    code: '390112',
    text: 'Your session has expired. Please login again.',
    evidence: 'reported',
    source: 'Snowflake Node.js driver; the operation is not performed although the status is 200',
  },
  'session-gone': {
    status: 200,
    code: '390111',
    text: 'Session no longer exists. New login required to access the service.',
    evidence: 'reported',
    source: 'Snowflake Node.js driver',
  },
  'budget-exceeded': {
    status: 402,
    text: 'budget exceeded',
    evidence: 'documented',
    source: 'Snowflake docs, Cortex REST API',
  },
  'not-authorized': {
    status: 403,
    text: 'Not Authorized',
    evidence: 'documented',
    source: 'Snowflake docs, Cortex REST API',
  },
  'account-not-allowed': {
    status: 403,
    code: '003001',
    text: 'This account is not allowed to access this endpoint. Please contact Snowflake support.',
    evidence: 'recorded',
    source: 'vllm-project/semantic-router #3964, 2026-09-20',
  },
  'no-such-path': {
    status: 404,
    text: 'Not Found',
    evidence: 'inferred',
    source: 'status 404 from anomalyco/models.dev #4417 and positron #10903; body unpublished',
  },
  'payload-invalid': {
    status: 400,
    code: '390142',
    text: 'Incoming request does not contain a valid payload.',
    evidence: 'recorded',
    source: 'snowflake-ml-python complete_test.py, real request of 2024-12-05',
  },
  'payload-too-large': {
    status: 413,
    text: 'request body exceeds the maximum size of 20 MiB',
    evidence: 'inferred',
    source: 'limit from Snowflake docs, Chat Completions API; text unpublished',
  },
  'media-type-missing': {
    status: 415,
    text: 'Invalid input value',
    evidence: 'reported',
    source: 'weave-os router, GET /api/v2/cortex/models without a content type; of a POST unpublished',
  },
  'entity-required': {
    status: 400,
    text: 'request entity required',
    evidence: 'reported',
    source: 'weave-os router, GET /api/v2/cortex/models without a body',
  },
  'model-unknown': {
    status: 400,
    code: '300014',
    text: 'unknown model: "{model}"',
    evidence: 'recorded',
    source: 'snowflake-ml-python complete_test.py, real request of 2024-12-05',
  },
  'model-unavailable': {
    status: 400,
    text: 'model "{model}" is unavailable',
    evidence: 'inferred',
    source: 'hermes-snowflake, 2026-08: a text containing "unavailable" for names that are known and not served',
  },
  'model-not-allowed': {
    status: 403,
    text: '{model} is not authorized or not available in your region.',
    evidence: 'inferred',
    source:
      'text from Snowflake-Labs/sfquickstarts #2236, on the Agents API; status by altimate-code: 403 is a gated model',
  },
  'region-unavailable': {
    status: 400,
    text: 'The model you requested is unavailable in your region. To access it, enable cross region inference with {scopes}.',
    evidence: 'reported',
    source: 'NickAkincilar/Snowflake_AI_DEMO #2, of a SQL function',
  },
  'gateway-without-claude': {
    status: 400,
    text: 'model "{model}" is not supported by this API',
    evidence: 'inferred',
    source: 'Snowflake docs, Cortex AI Gateway: Chat Completions serves every model except Claude; text unpublished',
  },
  'too-many-requests': {
    status: 429,
    text: 'too many requests',
    evidence: 'documented',
    source: 'Snowflake docs, Cortex REST API; retry-after is documented as not supported',
  },
  'too-many-statements': {
    status: 429,
    code: '390505',
    text: 'Too many requests.',
    evidence: 'documented',
    source: 'Snowflake docs, SQL API',
  },
  overloaded: {
    status: 529,
    text: 'Overloaded',
    evidence: 'inferred',
    source: "Anthropic's status and text; not seen on Cortex",
  },
  'options-invalid': {
    status: 400,
    text: 'invalid options object',
    evidence: 'documented',
    source: 'Snowflake docs, Cortex REST API',
  },
  'schema-invalid': {
    status: 422,
    text: 'input schema validation error: [{"evaluationPath":"/properties/answer/type"}]',
    evidence: 'reported',
    source: 'snowflake-ml-python complete_test.py: status 400 in one test, 422 in a fixture',
  },
  'schema-failed': {
    status: 400,
    text: 'schema validation failed',
    evidence: 'documented',
    source: 'Snowflake docs, Cortex REST API',
  },
  'output-invalid': {
    status: 400,
    text: 'json mode output validation error: the answer is no JSON object',
    evidence: 'reported',
    source: 'snowflake-ml-python: the first five words',
  },
  'document-refused': {
    status: 401,
    text: 'document content blocks are not supported',
    evidence: 'inferred',
    source: 'status 401 from isaacsummers/frostclaw; text unpublished',
  },
  'context-window': {
    status: 400,
    text: "This model's maximum context length is 128000 tokens. However, your messages resulted in 130417 tokens.",
    evidence: 'inferred',
    source: "OpenAI's text; Snowflake's is unpublished",
  },
  'window-with-output': {
    status: 400,
    text: 'invalid request parameters: "input length and `max_tokens` exceed context limit: 188240 + 21333 > 200000, decrease input length or `max_tokens` and try again"',
    evidence: 'inferred',
    source: "Anthropic's text; wrapping as recorded",
  },
  throttled: {
    status: 400,
    text: 'all requests were throttled by remote service',
    evidence: 'documented',
    source: 'Snowflake docs, Cortex REST API; isaacsummers/frostclaw retries it',
  },
  'internal-error': {
    status: 500,
    text: 'internal error',
    evidence: 'recorded',
    source: 'deepagents on Cortex, 2026-09-03: long Claude conversations',
  },
  'connection-reset': {
    status: 500,
    code: '392606',
    text: 'java.io.IOException: Connection reset by peer',
    evidence: 'reported',
    source: 'isaacsummers/frostclaw',
  },
  'inference-timeout': {
    status: 503,
    text: 'inference timed out',
    evidence: 'documented',
    source: 'Snowflake docs, Cortex REST API',
  },
  'gateway-timeout': {
    status: 504,
    text: 'upstream request timeout',
    evidence: 'inferred',
    source: 'status from the Cortex OpenAPI specification; text unpublished',
  },
} as const satisfies Record<string, CortexError>;

export type CortexErrorName = keyof typeof CORTEX_ERRORS;

/** One refusal, ready to be written. Surfaces whose texts are their own build it directly. */
export interface Refusal {
  status: number;
  code?: string;
  message: string;
}

/** The refusal called `name`, with `{placeholders}` of its text filled in. */
export function refuse(name: CortexErrorName, values: Record<string, string | number> = {}): Refusal {
  return refusalOf(CORTEX_ERRORS[name], values);
}

/** A row of an error table as a refusal; surfaces have tables of their own. */
export function refusalOf({ status, code, text }: CortexError, values: Record<string, string | number> = {}): Refusal {
  const message = text.replace(/\{(\w+)\}/g, (whole, key: string) => String(values[key] ?? whole));
  return { status, message, ...(code === undefined ? {} : { code }) };
}

/**
 * Snowflake's envelope is flat and its key order is not alphabetical: `code`, `message`, `request_id`, `error_code`.
 * Where no number is known only `message` and `request_id` are sent, as client logs of the v1 endpoints show.
 */
export function errorReply(refusal: Refusal, requestId: string): SandboxReply {
  const { status, code, message } = refusal;
  const body: JsonObject =
    code === undefined
      ? { message, request_id: requestId }
      : { code, message, request_id: requestId, error_code: code };
  return { kind: 'json', status, body };
}
