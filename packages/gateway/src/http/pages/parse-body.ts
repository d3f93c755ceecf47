import { parseBody } from '../../exchange/client-request.ts';
import type { JsonObject } from '../../ir/json.ts';
import { topLevelSpans } from '../../kit/json-span.ts';

/** The body of a page, read as strictly as that of an exchange. @throws GatewayError `invalid-request`, also for a field that stands twice */
export function parsePageBody(bytes: Buffer): JsonObject {
  topLevelSpans(bytes);
  return parseBody(bytes);
}
