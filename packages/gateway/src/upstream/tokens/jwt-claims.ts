import { isObject, type JsonObject } from '../../ir/json.ts';

/** What a JSON Web Token says of itself, unverified. Undefined for anything that is not one. */
export function readClaims(token: string): JsonObject | undefined {
  const payload = /^eyJ[\w-]*\.([\w-]+)\.[\w-]+$/.exec(token)?.[1];
  if (payload === undefined) return undefined;
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    return isObject(claims) ? claims : {};
  } catch {
    return {};
  }
}

/** When a token says that it ends, in milliseconds since the epoch. Snowflake's may say so in seconds or milliseconds. */
export function expiryOf(token: string): number | undefined {
  const expiry = readClaims(token)?.['exp'];
  if (typeof expiry !== 'number') return undefined;
  return expiry > 1e11 ? expiry : expiry * 1000;
}
