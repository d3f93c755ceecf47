import { parseBody } from '../../exchange/client-request.ts';
import type { JsonObject } from '../../ir/json.ts';
import type { KeyedVisit } from './keyed-page.ts';
import { answer } from './page.ts';

/**
 * Counting tokens, which Cortex cannot do over REST: an estimate from the body that leans high, marked
 * as one in the `x-couloir-estimate` header.
 * @param count the answer for a whole request body of its dialect
 */
export function countPage(
  count: (body: JsonObject, callerId: string) => JsonObject | Promise<JsonObject>,
): (visit: KeyedVisit) => Promise<void> {
  return async ({ response, body, caller }) => {
    const counted = await count(parseBody(body), caller.id);
    answer(response, 200, counted, { 'x-couloir-estimate': 'tokens are estimated, rather too many than too few' });
  };
}
