import { GatewayError } from '../../errors/error.ts';
import type { TokenSource } from './source.ts';

/** Snowflake's codes for a token or session that another one could replace: docs/cortex-quirks.md#token-refusals */
const REPLACEABLE = /^(39010[04]|39011[12]|390144|390195|390303|390318|394400)$/;
/** Refusals with status 401 that no other token changes. */
const NOT_THE_TOKEN = /^390432$/;

/** Whether this failure may be the token's: expired, revoked, dated by a wrong clock, of a rotated key. */
function isTokenRefusal(cause: unknown): cause is GatewayError {
  if (!(cause instanceof GatewayError) || cause.kind !== 'upstream-refused-us') return false;
  const { code, status, message } = cause.detail.upstream ?? {};
  if (code !== undefined && REPLACEABLE.test(code)) return true;
  return status === 401 && !NOT_THE_TOKEN.test(code ?? '') && !/network policy/i.test(message ?? '');
}

/**
 * Runs one attempt with authentication headers, and once more with new ones if they were refused and there are new ones.
 * @param mayRepeat false once something of the answer has reached the client
 * @throws what the last attempt threw; a refusal that stands is not tried on the same deployment again
 */
export async function withFreshToken<T>(
  { tokens, origin }: { tokens: TokenSource; origin: string },
  signal: AbortSignal,
  mayRepeat: () => boolean,
  attempt: (authentication: Record<string, string>) => Promise<T>,
): Promise<T> {
  const headers = await tokens.headersFor(origin, signal);
  try {
    return await attempt(headers);
  } catch (cause) {
    if (!isTokenRefusal(cause)) throw cause;
    if (!mayRepeat() || !tokens.invalidate(headers)) throw final(cause);
  }
  try {
    return await attempt(await tokens.headersFor(origin, signal));
  } catch (cause) {
    throw isTokenRefusal(cause) ? final(cause) : cause;
  }
}

function final(refusal: GatewayError): GatewayError {
  const { kind, publicMessage, detail } = refusal;
  return detail.retry === 'same' ? new GatewayError(kind, publicMessage, { ...detail, retry: 'other' }) : refusal;
}
