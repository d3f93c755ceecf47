import type { GatewayError } from '../../errors/error.ts';
import type { AccountContext } from '../account.ts';
import type { Check } from '../check.ts';
import { FIND_ACCOUNT } from '../remedies.ts';

/** DNS, TCP and TLS, without a token. */
export const host: Check<AccountContext> = {
  id: 'host',
  title: 'Host',
  needs: [],
  async run({ account }) {
    const { error } = await account.greet();
    if (error === undefined) {
      const how = account.origin.startsWith('https:') ? 'over TLS' : 'unencrypted, as a host on this machine may';
      return [{ status: 'ok', says: `It answers ${how}.` }];
    }
    const remedy = remedyOf(error, new URL(account.origin));
    return [{ status: 'failed', says: error.publicMessage, ...(remedy === undefined ? {} : { remedy }) }];
  },
};

function remedyOf({ detail }: GatewayError, { hostname, port, protocol }: URL): string | undefined {
  const code = detail.upstream?.code ?? '';
  if (code === 'ENOTFOUND' && /\.snowflakecomputing\.\w+$/.test(hostname)) return FIND_ACCOUNT;
  if (/^(ENOTFOUND|EAI_AGAIN)$/.test(code)) return `nslookup ${hostname}`;
  if (/SELF_SIGNED|UNABLE_TO_(VERIFY|GET)/.test(code))
    return 'export NODE_EXTRA_CA_CERTS=<certificate authority of your network, PEM>';
  if (/^(CERT_|ERR_TLS_)/.test(code))
    return `openssl s_client -connect ${hostname}:${port || 443} -servername ${hostname}`;
  if (/TIMEOUT|ECONN|EHOST|ENET/.test(code)) return `curl -v ${protocol}//${hostname}${port === '' ? '' : `:${port}`}/`;
  return undefined;
}
