import type { GatewayError } from '../../errors/error.ts';
import type { AccountContext } from '../account.ts';
import type { Check } from '../check.ts';
import { remedyOf } from '../remedies.ts';

/** Whether the role may call Cortex: one tiny call tells, SQL tells which role it is. */
export const role: Check<AccountContext> = {
  id: 'role',
  title: 'Role and grants',
  needs: ['credential'],
  async run({ account }) {
    if (account.cortex === undefined) return [];
    const { value: session, error: refused } = await account.session();
    const deployment = account.deployments[0]!;
    const error = refused?.detail.upstream?.code === ROLE_MISSING ? refused : (await account.ask(deployment)).error;
    if (error?.kind === 'upstream-refused-us') {
      return [{ status: 'failed', says: error.publicMessage, ...remedyOf(error, deployment, session) }];
    }
    // The check of models says why.
    if (!wasLetIn(error)) return [{ status: 'skipped', says: `${deployment.modelName} did not answer.` }];
    const says =
      session === undefined ? 'The role may call Cortex.' : `${session.user} may call Cortex as ${session.role}.`;
    return [{ status: 'ok', says }];
  },
};

/** "Role … specified in the connect string does not exist or not authorized." */
const ROLE_MISSING = '390189';

/** Snowflake looks at the role before it looks at model, budget, limits and request. */
function wasLetIn(error: GatewayError | undefined): boolean {
  if (error === undefined) return true;
  const isLater = /^(not-found|upstream-spent|upstream-limited|invalid-request|unsupported)$/.test(error.kind);
  return isLater && error.detail.upstream?.status !== 404;
}
