import { type GatewayError, toGatewayError } from '../../errors/error.ts';
import { fetchLiveModels } from '../../upstream/live-models.ts';
import type { AccountContext } from '../account.ts';
import type { Check, Finding } from '../check.ts';
import { FIND_ACCOUNT, remedyOf } from '../remedies.ts';

/** Whether there is a token, and Snowflake takes it: asked where no model is, of the list of models. */
export const credential: Check<AccountContext> = {
  id: 'credential',
  title: 'Credential',
  needs: ['host'],
  async run({ account, transport, userAgent, signal }) {
    const { cortex, tokens, origin, deployments } = account;
    const deployment = deployments[0]!;
    const { kind } = deployment.credential;
    const refused = (error: GatewayError): Finding => ({
      status: 'failed',
      says: error.publicMessage,
      ...remedyOf(error, deployment),
    });
    try {
      await tokens.headersFor(origin, signal);
    } catch (cause) {
      return [refused(toGatewayError(cause))];
    }
    if (cortex === undefined) return [];
    try {
      const { length } = await fetchLiveModels({ url: cortex.urls.models, tokens, transport, userAgent, signal });
      return [{ status: 'ok', says: `The ${KINDS[kind]} is accepted; ${length} models are listed.` }];
    } catch (cause) {
      const error = toGatewayError(cause);
      const { status = 500 } = error.detail.upstream ?? {};
      if (isRefusal(status) || isRedirect(status)) return [refused(error)];
      if (status >= 500 || status === 429) return [{ status: 'skipped', says: error.publicMessage }];
      if (await isNowhere(account)) return [NO_SUCH_ACCOUNT];
      // Whoever is told that a path or a role is missing has been let in.
      return [{ status: 'ok', says: `The ${KINDS[kind]} is accepted.` }];
    }
  },
};

const KINDS = {
  'snowflake-token': 'token',
  'snowflake-key-pair': 'key pair',
  'snowflake-oauth': 'OAuth token',
  'snowflake-workload-identity': 'workload identity',
  'snowflake-session': 'session',
  'api-key': 'API key',
  none: 'request without a credential',
} as const;

const NO_SUCH_ACCOUNT: Finding = {
  status: 'failed',
  says: 'The host gives neither a list of models nor statements: Snowflake has no account of this name, or the address is not that of an account.',
  remedy: FIND_ACCOUNT,
};

/**
 * The names of accounts resolve whether there is one or not. Where there is none every path is refused, without a
 * code of Snowflake's (snowflake-connector-python #1269, 2022-09-30: 403).
 */
async function isNowhere(account: AccountContext['account']): Promise<boolean> {
  const { status, code } = (await account.session()).error?.detail.upstream ?? {};
  return (status === 403 || status === 404) && code === undefined;
}

/** Whoever is sent elsewhere has not reached an account. */
function isRedirect(status: number): boolean {
  return status >= 300 && status < 400;
}

/** Snowflake also refuses in the clothes of a 200: docs/cortex-quirks.md#session-expired-200 */
function isRefusal(status: number): boolean {
  return status === 401 || status === 200;
}
