import { expiryOf } from './jwt-claims.ts';
import { tokenTypeOf } from './snowflake.ts';
import type { TokenWorld } from './world.ts';

const DAY_MS = 24 * 3_600_000;
const WARN_DAYS_BEFORE = 7;

/** Who keeps a token: a person who wrote it down, or a file that something else may renew. */
type TokenKeeper = 'by-hand' | 'in-a-file';

/** What to tell of a token that will end, where its form shows when. Undefined while there is time, or nobody can know. */
export function expiryWarning(token: string, keeper: TokenKeeper, nowMs: number): string | undefined {
  const expiresAtMs = expiryOf(token);
  if (expiresAtMs === undefined) return undefined;
  const type = tokenTypeOf(token);
  const when = `${new Date(expiresAtMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  const verb = expiresAtMs <= nowMs ? 'expired' : 'expires';
  if (type === 'PROGRAMMATIC_ACCESS_TOKEN') {
    if (expiresAtMs - nowMs > WARN_DAYS_BEFORE * DAY_MS) return undefined;
    return `The programmatic access token ${verb} on ${when}. Generate a new one in Snowsight and put it in its place.`;
  }
  if (keeper === 'in-a-file') return undefined;
  return type === 'KEYPAIR_JWT'
    ? `The key-pair token ${verb} at ${when} and nobody renews it. Give Couloir the key instead (SNOWFLAKE_USER and SNOWFLAKE_PRIVATE_KEY_FILE): it signs tokens itself.`
    : `The OAuth token ${verb} at ${when} and nobody renews it. Give Couloir the OAuth client instead (docs/credentials.md), or a file that is kept fresh.`;
}

/** Looks at the tokens that are used and warns once a day, from the first day after the start on. */
export function expiryWarner(
  keeper: TokenKeeper,
  { clock, warn }: Pick<TokenWorld, 'clock' | 'warn'>,
): (token: string) => void {
  let lookAtMs = clock.now() + DAY_MS;
  return (token) => {
    const now = clock.now();
    if (now < lookAtMs) return;
    lookAtMs = now + DAY_MS;
    const message = expiryWarning(token, keeper, now);
    if (message !== undefined) warn(message);
  };
}
