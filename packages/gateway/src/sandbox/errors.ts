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
  'bearer-missing': {
    status: 401,
    text: 'Bearer token is missing',
    evidence: 'reported',
    source: 'isaacsummers/frostclaw, 2026; on Messages with status 400',
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
    source: 'weave-os router, GET /api/v2/cortex/models without a content type',
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
  'too-many-requests': {
    status: 429,
    text: 'too many requests',
    evidence: 'documented',
    source: 'Snowflake docs, Cortex REST API; retry-after is documented as not supported',
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
