import type { AccountContext } from '../account.ts';
import type { Check } from '../check.ts';

/** The SQL API, which the checks below and usage reports ask. */
export const sql: Check<AccountContext> = {
  id: 'sql',
  title: 'SQL API',
  needs: ['role'],
  async run({ account }) {
    if (account.cortex === undefined) return [];
    const { error } = await account.session();
    if (error === undefined) return [{ status: 'ok', says: 'Statements are carried out.' }];
    return [
      {
        status: 'failed',
        says: error.publicMessage,
        remedy: `curl -sS -X POST ${account.cortex.urls.statements} -H "Authorization: Bearer <token>" -H "Content-Type: application/json" -d '{"statement":"SELECT 1"}'`,
      },
    ];
  },
};
