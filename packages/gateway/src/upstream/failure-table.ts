/**
 * Everything we know about what an upstream means when it does not answer: one table, first match wins, codes before
 * phrases and phrases before statuses. docs/troubleshooting.md has a row for each advice, in the same words (a test
 * compares them), and test/failures proves each row at the clients.
 */
import type { Retry, UpstreamFailure } from '../errors/error.ts';
import type { ErrorKind } from '../errors/table.ts';

export interface FailureRow {
  status?: number;
  code?: RegExp;
  text?: RegExp;
  kind: ErrorKind;
  retry: Retry;
  /** What the reader should do next; empty where the upstream's own words say it. */
  advice: string;
}

/** The gateway's own credential, role or account: whoever runs the gateway can mend it. */
const REFUSED: FailureRow[] = [
  // Session token expired or gone, also inside a 200: docs/cortex-quirks.md#session-expired-200
  refused(
    /^390104$|^39011[124]$/,
    'The Snowflake session has expired. Use a programmatic access token, or sign in again.',
    'same',
  ),
  refused(
    /^390432$/,
    'Snowflake wants a network policy for users of programmatic access tokens: attach one to the user, or set PAT_POLICY=(NETWORK_POLICY_EVALUATION=ENFORCED_NOT_REQUIRED) in an authentication policy.',
  ),
  refused(
    /network policy|not allowed to access snowflake/i,
    'A network policy keeps this machine out, or the token user has none: ask an administrator to check it.',
  ),
  refused(
    /^394400$/,
    'The programmatic access token is wrong, expired or disabled: generate a new one in Snowsight and set SNOWFLAKE_PAT.',
  ),
  refused(
    /^390144$|^394304$/,
    'Snowflake read the token as a key-pair JWT and refused it. For a programmatic access token write `pat/<token>`; for a JWT check user, account and registered public key, and the clock of this machine.',
  ),
  refused(/^390303$|^390318$/, 'The OAuth access token is invalid or expired: fetch a new one.'),
  refused(
    /^390189$/,
    'Name a role that is granted to the user of the token (SNOWFLAKE_ROLE), or leave it away to use the default role.',
  ),
  refused(
    /^390100$|^390195$/,
    'Snowflake does not let this user sign in: check the user, the account and the kind of credential.',
  ),
  refused(
    /^003001$/,
    'This Snowflake account may not call the Cortex REST API (trial accounts cannot). Ask Snowflake to enable it.',
  ),
  refused(
    /bearer token is missing/i,
    'No credential reached Snowflake. A proxy on the way must pass the Authorization header on.',
  ),
  // A login page, another account's host, a proxy that wants a sign-in: nothing follows there with a credential.
  ...[301, 302, 303, 307, 308].map((status): FailureRow => ({
    status,
    kind: 'upstream-refused-us',
    retry: 'other',
    advice:
      'The address answers with a redirect, which is not followed with a credential: check account and api_base, and that no proxy on the way wants a sign-in.',
  })),
];

/** The model is not to be had under this name, here. docs/cortex-quirks.md#unknown-model */
const MODEL_MISSING: FailureRow[] = [
  ...[{ code: /^300014$/ }, { text: /unknown model/i }].map((match): FailureRow => ({
    ...match,
    kind: 'not-found',
    retry: 'other',
    advice:
      'Cortex does not serve a model of this name here: check its spelling with GET /v1/models, the region, and CORTEX_MODELS_ALLOWLIST.',
  })),
  {
    text: /unavailable in your region|not available in (your|the current) region|cross.?region|region mismatch/i,
    kind: 'not-found',
    retry: 'other',
    advice:
      "The model is not in this account's region: an ACCOUNTADMIN can run ALTER ACCOUNT SET CORTEX_ENABLED_CROSS_REGION = 'ANY_REGION' and check CORTEX_MODELS_ALLOWLIST, or choose another model.",
  },
  {
    text: /(model|claude|gpt|llama|mistral|deepseek)\S* .*\b(unavailable|suspended)\b/i,
    kind: 'not-found',
    retry: 'other',
    advice: 'Snowflake knows this model and does not serve it to this account at present: choose another.',
  },
];

/** Too much text, in or out. Agents compact on the one and ask for less on the other. */
const TOO_LONG: FailureRow[] = [
  {
    text: /maximum allowed number of output tokens|max_(completion_)?tokens is too large/i,
    kind: 'output-limit',
    retry: 'never',
    advice: "Ask for fewer output tokens: lower the client's limit, or set max_output_tokens of the model.",
  },
  // The documented `max tokens of N exceeded` does not say which; what we ask for is within the model's limit already.
  // docs/cortex-quirks.md#context-overflow
  {
    text: /prompt is too long|exceed context limit|context.?(length|window)|maximum context|max tokens of \S+ exceeded|too many (input )?tokens|input is too long/i,
    kind: 'context-overflow',
    retry: 'never',
    advice: 'Shorten the conversation or choose a model with a larger context window.',
  },
];

/** Capacity, limits and money. */
const NO_ROOM: FailureRow[] = [
  // A throttle in a 400's clothes: docs/cortex-quirks.md#throttled-400
  {
    text: /throttled/i,
    kind: 'upstream-limited',
    retry: 'same',
    advice: 'Cortex is throttling this model: try again in a few seconds.',
  },
  ...[{ status: 429 }, { code: /^(390505|429|rate_limit_\w+)$/ }, { text: /too many requests|rate.?limit/i }].map(
    (match): FailureRow => ({
      ...match,
      kind: 'upstream-limited',
      retry: 'same',
      advice:
        "The account's limit of requests or tokens per minute for this model is used up: try again shortly, or ask Snowflake for more.",
    }),
  ),
  ...[{ status: 402 }, { text: /budget exceeded/i }].map((match): FailureRow => ({
    ...match,
    kind: 'upstream-spent',
    retry: 'other',
    advice: 'The Snowflake budget for this model is spent: an administrator must raise it.',
  })),
  ...[{ code: /^(529|overloaded_error)$/ }, { status: 529 }, { text: /overloaded/i }].map((match): FailureRow => ({
    ...match,
    kind: 'upstream-overloaded',
    retry: 'same',
    advice: 'The model is overloaded: try again.',
  })),
];

/** What only the client can change. The gateway prevents most of these; they are met where a mend is switched off. */
const BAD_REQUEST: FailureRow[] = [
  bad(
    /max_tokens is deprecated/i,
    'Send max_completion_tokens; the gateway does so itself while its mend max-tokens-renamed is on.',
  ),
  bad(
    /each .?toolUse.? block must|toolResult blocks|tool_use.{0,3} ids were found without/i,
    'Every tool call needs its result in the very next message, and every result its call.',
  ),
  bad(
    /tool calling is not supported/i,
    'Only OpenAI and Claude models have tools on Cortex: choose one of those.',
    'unsupported',
  ),
  bad(
    /function tools with reasoning_effort/i,
    'This model takes tools only without reasoning: send reasoning_effort "none" with them.',
    'unsupported',
  ),
  bad(
    /in the final position|assistant message prefill|must end with a user message|conversation complete/i,
    'The conversation must end with a message of the user or the results of tools.',
  ),
  bad(
    /only be set to 1 when thinking/i,
    'Reasoning goes with temperature 1 only: leave temperature away, or switch reasoning off.',
  ),
  bad(
    /extra inputs are not permitted|invalid beta flag|unknown field/i,
    "Cortex does not take this field or beta feature: switch it off in the client's settings.",
  ),
  bad(
    /unknown role/i,
    'This endpoint of Cortex has no such role: use system, user, assistant or tool, or another model.',
  ),
  bad(
    /schema validation (failed|error)/i,
    'The JSON schema uses something that Cortex does not take: simplify it, with "additionalProperties": false on every object.',
  ),
  {
    text: /output validation error/i,
    kind: 'upstream-broken',
    retry: 'same',
    advice: 'The model did not keep to the JSON schema: try again, or simplify the schema.',
  },
  ...[{ code: /^390142$/ }, { text: /invalid options object/i }].map((match): FailureRow => ({
    ...match,
    kind: 'invalid-request',
    retry: 'never',
    advice: 'A field of the request has a form that Cortex does not know: leave optional fields away until it passes.',
  })),
];

/** Breakdowns inside Snowflake or on the way. */
const BROKEN: FailureRow[] = [
  // GOAWAY or reset behind Snowflake's load balancer: docs/cortex-quirks.md#connection-reset-392606
  ...[{ code: /^392606$/ }, { text: /connection reset|goaway/i }].map((match): FailureRow => ({
    ...match,
    kind: 'upstream-broken',
    retry: 'same',
    advice: 'A connection inside Snowflake was reset: try again.',
  })),
  {
    status: 503,
    kind: 'upstream-overloaded',
    retry: 'same',
    advice: 'The model did not answer in time or has no capacity: try again.',
  },
  ...[{ status: 504 }, { status: 408 }, { text: /timed out/i }].map((match): FailureRow => ({
    ...match,
    kind: 'upstream-timeout',
    retry: 'same',
    advice: 'The model did not answer in time: try again, perhaps with a shorter prompt.',
  })),
];

/** What a status alone says. */
const BY_STATUS: FailureRow[] = [
  // Documents on Messages are refused so; no other token would help: docs/cortex-quirks.md#document-401
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
  ...[404, 405].map((status): FailureRow => ({
    status,
    kind: 'not-found',
    retry: 'other',
    advice: 'The upstream does not know this address or model: check api_base and the model name.',
  })),
  {
    status: 413,
    kind: 'too-large',
    retry: 'never',
    advice: 'Cortex takes requests of up to 20 MiB: send fewer or smaller images.',
  },
  ...[{ status: 415 }, { status: 400, text: /request entity required/i }].map((match): FailureRow => ({
    ...match,
    kind: 'upstream-broken',
    retry: 'other',
    advice: 'The request lost its body or its content type on the way to Snowflake: check the proxy between.',
  })),
  { status: 400, kind: 'invalid-request', retry: 'never', advice: '' },
  { status: 422, kind: 'invalid-request', retry: 'never', advice: '' },
  {
    status: 500,
    kind: 'upstream-broken',
    retry: 'same',
    advice: 'Try again; if it stays, a shorter conversation often helps. Snowflake support can look up the request id.',
  },
];

export const FAILURES: readonly FailureRow[] = [
  ...REFUSED,
  ...MODEL_MISSING,
  ...TOO_LONG,
  ...NO_ROOM,
  ...BAD_REQUEST,
  ...BROKEN,
  ...BY_STATUS,
];

export function findFailure(failure: UpstreamFailure): FailureRow | undefined {
  return FAILURES.find(
    ({ status, code, text }) =>
      (status === undefined || status === failure.status) &&
      (code === undefined || (failure.code !== undefined && code.test(failure.code))) &&
      (text === undefined || (failure.message !== undefined && text.test(failure.message))),
  );
}

/** @param match Snowflake's code where it is one, else its words */
function refused(match: RegExp, advice: string, retry: Retry = 'other'): FailureRow {
  const where = match.source.startsWith('^') ? { code: match } : { text: match };
  return { ...where, kind: 'upstream-refused-us', retry, advice };
}

function bad(text: RegExp, advice: string, kind: ErrorKind = 'invalid-request'): FailureRow {
  return { text, kind, retry: 'never', advice };
}
