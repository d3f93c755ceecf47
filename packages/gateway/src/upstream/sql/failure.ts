import { GatewayError, type UpstreamFailure } from '../../errors/error.ts';
import type { ErrorKind } from '../../errors/table.ts';
import type { JsonObject } from '../../ir/json.ts';

interface FailureRow {
  /** Snowflake's code, or its message where the code is shared. */
  matches: RegExp;
  kind: ErrorKind;
  advice: string;
}

/** What a statement's failure means, first match wins; matched against `code message`. */
const ROWS: readonly FailureRow[] = [
  {
    // Codes of the SQL API and of Snowflake's drivers for the same thing.
    matches: /^(391920|000606)\b/,
    kind: 'upstream-refused-us',
    advice:
      'Name a warehouse for this account (SNOWFLAKE_WAREHOUSE), or have an administrator give the user a default one.',
  },
  {
    matches: /^390189\b/,
    kind: 'upstream-refused-us',
    advice: 'Name a role that is granted to the user of the token (SNOWFLAKE_ROLE).',
  },
  {
    matches: /^(003001|001041)\b|access control error|insufficient privileges/i,
    kind: 'upstream-refused-us',
    advice: 'The role of the token lacks the privilege: use another role, or have an administrator grant it.',
  },
  {
    matches: /^(002003|002043)\b/,
    kind: 'upstream-refused-us',
    advice:
      'Either it does not exist or the role of the token may not see it: for ACCOUNT_USAGE grant the role the database role SNOWFLAKE.USAGE_VIEWER.',
  },
  {
    matches: /^(000630|000604)\b/,
    kind: 'upstream-timeout',
    advice: 'The statement was ended before it was done: try again.',
  },
];

/** A statement that Snowflake did not carry out. `code` and Snowflake's own words are in `detail.upstream`. */
export function statementFailure(status: number, body: JsonObject, requestId: string | undefined): GatewayError {
  const message = typeof body.message === 'string' ? body.message.replaceAll('\n', ' ') : 'it gave no reason';
  const code = typeof body.code === 'string' ? body.code : undefined;
  const state = typeof body.sqlState === 'string' ? body.sqlState : undefined;
  const handle = typeof body.statementHandle === 'string' ? body.statementHandle : undefined;
  const row = ROWS.find(({ matches }) => matches.test(`${code ?? ''} ${message}`));
  const upstream: UpstreamFailure = {
    status,
    message,
    ...(code === undefined ? {} : { code }),
    ...(requestId === undefined ? {} : { requestId }),
  };
  const marks = [
    `HTTP ${status}`,
    ...(code === undefined ? [] : [`code ${code}`]),
    ...(state === undefined ? [] : [`SQL state ${state}`]),
    ...(handle === undefined ? [] : [`statement ${handle}`]),
  ];
  const advice = row === undefined ? '' : ` ${row.advice}`;
  const text = `Snowflake did not carry out a statement: ${message.replace(/\.$/, '')} (${marks.join(', ')}).${advice}`;
  return new GatewayError(row?.kind ?? 'invalid-request', text, { upstream, retry: 'never' });
}
