import type { JsonObject } from '../../ir/json.ts';
import type { Identify } from '../../policy/identify.ts';
import { readBody } from '../body.ts';
import { credentialOf } from '../credential.ts';
import { type PageHandler, answer } from './page.ts';
import { parsePageBody } from './parse-body.ts';

/**
 * Counting tokens, which Cortex cannot do over REST: an estimate from the body that leans high, marked
 * as one in the `x-couloir-estimate` header.
 * @param count the answer for a whole request body of its dialect
 */
export function countPage(identify: Identify, count: (body: JsonObject) => JsonObject): PageHandler {
  return async ({ request, response }) => {
    identify(credentialOf(request.headers));
    const counted = count(parsePageBody(await readBody(request)));
    answer(response, 200, counted, { 'x-couloir-estimate': 'tokens are estimated, rather too many than too few' });
  };
}
