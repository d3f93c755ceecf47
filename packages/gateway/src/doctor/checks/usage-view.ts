import type { GatewayError } from '../../errors/error.ts';
import type { AccountContext } from '../account.ts';
import type { Check } from '../check.ts';

const STATEMENT =
  'SELECT COUNT(*) FROM SNOWFLAKE.ACCOUNT_USAGE.CORTEX_REST_API_USAGE_HISTORY WHERE START_TIME >= DATEADD(hour, -3, CURRENT_TIMESTAMP())';

/** Whether Snowflake's own account of the tokens can be read. */
export const usageView: Check<AccountContext> = {
  id: 'usage',
  title: 'Usage view',
  needs: ['warehouse'],
  async run({ account }) {
    if (account.cortex === undefined) return [];
    const { value: session } = await account.session();
    const { value: rows, error } = await account.query(STATEMENT, { warehouse: true });
    if (error !== undefined) {
      const remedy = remedyOf(error, session?.role ?? '<role>');
      return [{ status: 'failed', says: error.publicMessage, ...(remedy === undefined ? {} : { remedy }) }];
    }
    const [count] = Object.values(rows[0] ?? {});
    const says = `CORTEX_REST_API_USAGE_HISTORY has ${typeof count === 'number' ? count : 'no'} calls of the last three hours; it lags behind by up to two.`;
    return [{ status: 'ok', says }];
  },
};

function remedyOf({ detail }: GatewayError, role: string): string | undefined {
  const code = detail.upstream?.code ?? '';
  if (/^(002003|002043|003001|001041)$/.test(code))
    return `GRANT DATABASE ROLE SNOWFLAKE.USAGE_VIEWER TO ROLE ${role};`;
  return undefined;
}
