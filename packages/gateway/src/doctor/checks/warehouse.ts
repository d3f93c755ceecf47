import type { AccountContext } from '../account.ts';
import type { Check } from '../check.ts';

/** Whether statements that compute have something to compute on: usage reports and SQL functions are such. */
export const warehouse: Check<AccountContext> = {
  id: 'warehouse',
  title: 'Warehouse',
  needs: ['sql'],
  async run({ account }) {
    if (account.cortex === undefined) return [];
    const { user = '<user>', role = '<role>', warehouse: found } = (await account.session()).value ?? {};
    if (found) return [{ status: 'ok', says: `${found} carries out what needs one.` }];
    const { warehouse: wanted } = account;
    return wanted === undefined
      ? [
          {
            status: 'failed',
            says: `The user ${user} has no default warehouse and the configuration names none: couloir usage cannot ask for Snowflake's own figures.`,
            remedy: `ALTER USER ${user} SET DEFAULT_WAREHOUSE = <warehouse>;`,
          },
        ]
      : [
          {
            status: 'failed',
            says: `The warehouse ${wanted} does not exist, or the role ${role} may not use it.`,
            remedy: `GRANT USAGE ON WAREHOUSE ${wanted} TO ROLE ${role};`,
          },
        ];
  },
};
