import type { AccountContext } from '../account.ts';
import type { Check } from '../check.ts';

/** Where the account is, and where its requests may go. Models that this does not reach are told by their own check. */
export const region: Check<AccountContext> = {
  id: 'region',
  title: 'Region',
  needs: ['sql'],
  async run({ account }) {
    if (account.cortex === undefined) return [];
    const { value: session } = await account.session();
    const { value: rows } = await account.query("SHOW PARAMETERS LIKE 'CORTEX_ENABLED_CROSS_REGION' IN ACCOUNT");
    const setting = rows?.[0]?.value;
    const crossRegion = typeof setting === 'string' ? setting : 'not shown to this role';
    return [{ status: 'ok', says: `${session?.region ?? 'Unknown'}, CORTEX_ENABLED_CROSS_REGION is ${crossRegion}.` }];
  },
};
