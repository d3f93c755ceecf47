import { GatewayError } from '../../errors/error.ts';
import { type JsonObject, isObject } from '../../ir/json.ts';

/** A page's body as JSON. @throws GatewayError `invalid-request` */
export function parseBody(bytes: Buffer): JsonObject {
  try {
    const body: unknown = JSON.parse(bytes.toString('utf8'));
    if (isObject(body)) return body;
  } catch (cause) {
    throw new GatewayError(
      'invalid-request',
      'The body is not valid JSON. Send a JSON object with "Content-Type: application/json".',
      { cause },
    );
  }
  throw new GatewayError('invalid-request', 'The body must be a JSON object.');
}
