import { findChatModel } from '../../upstream/catalogue.ts';
import type { Deployment } from '../../upstream/deployment.ts';
import type { AccountContext } from '../account.ts';
import { askAll } from '../ask-all.ts';
import type { Check } from '../check.ts';
import { remedyOf } from '../remedies.ts';

/** Whether the account's limits per minute let a tiny call through. */
export const limits: Check<AccountContext> = {
  id: 'limits',
  title: 'Limits',
  needs: ['role'],
  async run(context) {
    const limited = (await askAll(context)).filter(({ error }) => error?.kind === 'upstream-limited');
    const [first] = limited;
    if (first?.error === undefined) return [{ status: 'ok', says: 'No call was limited.' }];
    return [
      {
        status: 'failed',
        subject: limited.map(({ deployment }) => deployment.modelName).join(', '),
        says: `${first.error.publicMessage}${documented(first.deployment)}`,
        ...remedyOf(first.error, first.deployment),
      },
    ];
  },
};

function documented({ model }: Deployment): string {
  const limit = findChatModel(model)?.rateLimit;
  if (limit === undefined) return '';
  const { tokensPerMinute, requestsPerMinute, crossRegion } = limit;
  const anywhere =
    crossRegion === undefined
      ? ''
      : `, and ${crossRegion.tokensPerMinute} and ${crossRegion.requestsPerMinute} with cross-region inference to anywhere`;
  return ` Snowflake documents ${tokensPerMinute} tokens and ${requestsPerMinute} requests per minute for ${model}${anywhere}.`;
}
