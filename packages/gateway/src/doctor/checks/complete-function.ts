import type { GatewayError } from '../../errors/error.ts';
import { parseObject } from '../../ir/json.ts';
import type { AccountContext } from '../account.ts';
import { askAll, cheapestChat } from '../ask-all.ts';
import type { Check } from '../check.ts';
import { countTokens } from '../spending.ts';

/**
 * Cortex as a worksheet would try it: `SNOWFLAKE.CORTEX.COMPLETE`. The gateway does without, so that what fails here
 * alone is a warning; it tells trouble of the REST API from trouble of Cortex.
 */
export const completeFunction: Check<AccountContext> = {
  id: 'function',
  title: 'SQL function',
  needs: ['role', 'warehouse'],
  async run(context) {
    const { account, spending } = context;
    if (account.cortex === undefined) return [];
    await askAll(context);
    const cheapest = cheapestChat(account.answering);
    if (cheapest === undefined)
      return [{ status: 'skipped', says: 'No model answered, so that none was tried in SQL.' }];
    const { model } = cheapest;
    const { value: rows, error } = await account.query(statementOf(model), { warehouse: true });
    if (error !== undefined) {
      const { role = '<role>' } = (await account.session()).value ?? {};
      const remedy = remedyOf(error, role);
      const says = `${error.publicMessage} The gateway does not need it: ${model} answers over REST.`;
      return [{ status: 'warning', subject: model, says, ...(remedy === undefined ? {} : { remedy }) }];
    }
    const answer = rows[0]?.answer;
    spending.call(model, countTokens(typeof answer === 'string' ? (parseObject(answer) ?? {}) : {}));
    return [{ status: 'ok', says: `SNOWFLAKE.CORTEX.COMPLETE answers with ${model}.` }];
  },
};

/** Messages and options instead of a prompt: then the answer can be kept short, and its tokens are told. */
function statementOf(model: string): string {
  const name = model.replaceAll("'", "''");
  return `SELECT SNOWFLAKE.CORTEX.COMPLETE('${name}', [{'role': 'user', 'content': 'ping'}], {'max_tokens': 5}) AS "answer"`;
}

/** REST needs either of two database roles, the function the larger one. */
function remedyOf({ detail }: GatewayError, role: string): string | undefined {
  const { code = '', message = '' } = detail.upstream ?? {};
  if (/^(002140|002141|003001)$/.test(code)) return `GRANT DATABASE ROLE SNOWFLAKE.CORTEX_USER TO ROLE ${role};`;
  return /unknown model|unavailable/i.test(message) ? 'SHOW CORTEX BASE MODELS;' : undefined;
}
