import { GatewayError } from '../../errors/error.ts';

/**
 * The account as the claims of a key-pair token name it: upper case, without region. Underscores stay, unlike
 * in the host name (docs/cortex-quirks.md#jwt-account).
 *
 * @param account identifier, host or URL, in any form that an address may have
 * @throws GatewayError `invalid-request` when it names no account, as the address of a proxy does not
 */
export function accountClaim(account: string): string {
  const host = account
    .trim()
    .replace(/^[a-z]+:\/\//i, '')
    .replace(/[/?#:].*$/, '');
  const identifier = host.replace(/\.snowflakecomputing\.(com|cn)$/i, '');
  // A replicated account's identifier is `account-hash.global`.
  const cut = /\.global$/i.test(identifier) ? identifier.indexOf('-') : identifier.indexOf('.');
  const name = (cut === -1 ? identifier : identifier.slice(0, cut)).toUpperCase();
  if (/^[A-Z0-9][A-Z0-9_-]*$/.test(name)) return name;
  throw new GatewayError(
    'invalid-request',
    `"${account}" names no account for the claims of a key-pair token. Write the account identifier, like "myorg-myaccount".`,
  );
}
