/** What to run against a failure: SQL for an administrator of the account, or a command for this machine. */
import type { CredentialSettings, DeploymentSettings } from '../config/settings.ts';
import type { GatewayError } from '../errors/error.ts';

/** Whoever signs in; `<…>` where it is not known. */
interface Who {
  user: string;
  role: string;
  credential: CredentialSettings['kind'];
}

interface RemedyRow {
  status?: number;
  code?: RegExp;
  text?: RegExp;
  remedy(who: Who): string;
}

/** First match wins, codes before statuses. */
const ROWS: readonly RemedyRow[] = [
  {
    code: /^390432$/,
    remedy: ({ user }) =>
      `ALTER USER ${user} SET NETWORK_POLICY = <policy>; or ALTER AUTHENTICATION POLICY <policy> SET PAT_POLICY = (NETWORK_POLICY_EVALUATION = ENFORCED_NOT_REQUIRED);`,
  },
  {
    text: /network policy|not allowed to access snowflake/i,
    remedy: ({ user }) =>
      `SHOW PARAMETERS LIKE 'NETWORK_POLICY' FOR USER ${user}; and have the address of this machine added to that policy`,
  },
  {
    code: /^390144$|^394304$/,
    remedy: ({ credential, user }) =>
      credential === 'snowflake-key-pair'
        ? `ALTER USER ${user} SET RSA_PUBLIC_KEY = '<public key>';`
        : 'export SNOWFLAKE_PAT=pat/<token>',
  },
  { code: /^390303$|^390318$/, remedy: () => 'export SNOWFLAKE_TOKEN=<new OAuth token>' },
  { code: /^390104$|^39011[124]$/, remedy: () => 'export SNOWFLAKE_PAT=<programmatic access token>' },
  { code: /^390189$/, remedy: ({ role, user }) => `GRANT ROLE ${role} TO USER ${user};` },
  { code: /^390100$|^390195$/, remedy: newToken },
  { code: /^003001$/, remedy: () => 'Ask Snowflake support to enable the Cortex REST API for this account.' },
  { text: /unavailable in your region|cross.?region/i, remedy: () => CROSS_REGION },
  {
    text: /not authorized or not available/i,
    remedy: () => `ALTER ACCOUNT SET CORTEX_MODELS_ALLOWLIST = 'All'; or ${CROSS_REGION}`,
  },
  ...[301, 302, 303, 307, 308].map((status): RemedyRow => ({ status, remedy: () => FIND_ACCOUNT })),
  { status: 401, remedy: newToken },
  { status: 403, remedy: ({ role }) => `GRANT DATABASE ROLE SNOWFLAKE.CORTEX_USER TO ROLE ${role};` },
  {
    status: 402,
    remedy: () =>
      'Have an administrator raise the limit in Snowsight (Admin, Cost management, Budgets), or CALL <budget>!SET_SPENDING_LIMIT(<credits>);',
  },
  { text: /unknown model|model .*unavailable/i, remedy: () => 'SHOW CORTEX BASE MODELS;' },
  { status: 429, remedy: limited },
  { code: /^390505$/, remedy: limited },
  { text: /throttled/i, remedy: limited },
];

const CROSS_REGION = "ALTER ACCOUNT SET CORTEX_ENABLED_CROSS_REGION = 'ANY_REGION';";

export const FIND_ACCOUNT =
  "Run in a worksheet and write what it says as the account: SELECT CURRENT_ORGANIZATION_NAME() || '-' || CURRENT_ACCOUNT_NAME();";

/**
 * What mends a failure of a deployment, as a part of its finding; nothing where no remedy is known.
 * @param session what Snowflake says of user and role, where it was asked
 */
export function remedyOf(
  { detail }: GatewayError,
  { credential, role }: Pick<DeploymentSettings, 'credential' | 'role'>,
  session?: { user: string; role: string },
): { remedy?: string } {
  const { status, code = '', message = '' } = detail.upstream ?? {};
  const row = ROWS.find(
    (candidate) =>
      (candidate.status === undefined || candidate.status === status) &&
      (candidate.code === undefined || candidate.code.test(code)) &&
      (candidate.text === undefined || candidate.text.test(message)),
  );
  if (row === undefined) return {};
  const written = credential.kind === 'snowflake-key-pair' ? credential.user : undefined;
  const user = session?.user ?? written ?? '<user>';
  return { remedy: row.remedy({ user, role: session?.role ?? role ?? '<role>', credential: credential.kind }) };
}

function newToken({ credential, user }: Who): string {
  switch (credential) {
    case 'snowflake-key-pair':
      return `DESC USER ${user}; -- compare RSA_PUBLIC_KEY_FP with the key`;
    case 'snowflake-oauth':
    case 'snowflake-workload-identity':
      return 'SHOW SECURITY INTEGRATIONS;';
    case 'api-key':
    case 'none':
      return 'Write the key of this provider into the configuration.';
    case 'snowflake-session':
    case 'snowflake-token':
      return `ALTER USER ${user} ADD PROGRAMMATIC ACCESS TOKEN couloir; then export SNOWFLAKE_PAT=<its secret>`;
  }
}

function limited(): string {
  return 'Wait a minute and run couloir doctor again; if it stays, ask Snowflake support for a higher limit for these models.';
}
