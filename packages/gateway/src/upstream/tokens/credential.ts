import type { CredentialSettings, DeploymentSettings, SecretSource } from '../../config/settings.ts';
import { Secret } from '../../kit/secret.ts';
import { expiryWarner } from './expiry-warning.ts';
import { type KeyPair, KeyPairSigner } from './key-pair.ts';
import { type OAuth, OAuthClient } from './oauth.ts';
import { RenewingToken } from './renewing-token.ts';
import type { ServerClock } from './server-clock.ts';
import { type Session, SessionRenewer } from './session.ts';
import { sessionHeaders, snowflakeHeaders, workloadIdentityHeaders } from './snowflake.ts';
import { TokenFile } from './token-file.ts';
import { checkTokenText } from './token-text.ts';
import type { TokenWorld } from './world.ts';

export interface TokenNeed {
  provider: DeploymentSettings['provider'];
  credential: CredentialSettings;
  /** The only origin the headers are given out for. */
  origin: string;
  /** Where the account is read from when the credential does not name it. */
  account?: string;
}

/** One way to sign in. */
export interface Credential {
  headers(signal?: AbortSignal): Promise<Record<string, string>>;
  /** Those headers were refused. @returns whether the next ones will be others */
  invalidate(refused: Record<string, string>): boolean;
}

type Headers = (token: string) => Record<string, string>;

/** @throws GatewayError `invalid-request` when it cannot be one */
export function createCredential(need: TokenNeed, serverClock: ServerClock, world: TokenWorld): Credential {
  const { credential } = need;
  switch (credential.kind) {
    case 'none':
      return fixed({});
    case 'api-key': {
      const token = checkTokenText(credential.token.reveal(), 'The token');
      return fixed(need.provider === 'anthropic' ? { 'x-api-key': token } : { authorization: `Bearer ${token}` });
    }
    case 'snowflake-token': {
      const warn = expiryWarner(credential.token instanceof Secret ? 'by-hand' : 'in-a-file', world);
      const headersOf = remembering((token) => snowflakeHeaders(token, credential.type));
      return fromSource(credential.token, world, (token) => {
        warn(token);
        return headersOf(token);
      });
    }
    case 'snowflake-workload-identity':
      return fromSource(credential.token, world, (token) => workloadIdentityHeaders(token, credential.provider));
    case 'snowflake-key-pair':
      return fromKeyPair(credential, need, serverClock);
    case 'snowflake-oauth':
      return fromOAuth(credential, world);
    case 'snowflake-session':
      return fromSession(credential, need.origin, world);
  }
}

/** Telling the type of a token means parsing it: once for each, not once for each request. */
function remembering(headersOf: Headers): Headers {
  let last: { token: string; headers: Record<string, string> } | undefined;
  return (token) => {
    if (last?.token !== token) last = { token, headers: headersOf(token) };
    return last.headers;
  };
}

function fixed(headers: Record<string, string>): Credential {
  return { headers: async () => headers, invalidate: () => false };
}

function fromSource(source: SecretSource, { clock }: TokenWorld, headersOf: Headers): Credential {
  if (source instanceof Secret) {
    const token = checkTokenText(source.reveal(), 'The token');
    return { headers: async () => headersOf(token), invalidate: () => false };
  }
  const file = new TokenFile(source.file, clock);
  return {
    headers: async () => headersOf(file.token),
    invalidate: (refused) => file.hasOtherThan((token) => headersOf(token).authorization === refused.authorization),
  };
}

function fromKeyPair(credential: KeyPair, { account, origin }: TokenNeed, clock: ServerClock): Credential {
  const signer = new KeyPairSigner(credential, account ?? origin);
  const tokens = new RenewingToken({ clock, obtain: () => signer.mint(clock.now()) });
  return renewing(tokens, (token) => snowflakeHeaders(token, 'KEYPAIR_JWT'));
}

function fromOAuth(credential: OAuth, world: TokenWorld): Credential {
  const client = new OAuthClient(credential, world);
  const tokens = new RenewingToken({ clock: world.clock, obtain: () => client.obtain() });
  return renewing(tokens, (token) => snowflakeHeaders(token, 'OAUTH'));
}

function fromSession({ token: given, masterToken }: Session, origin: string, world: TokenWorld): Credential {
  const token = checkTokenText(given.reveal(), 'The session token');
  if (masterToken === undefined) return fixed(sessionHeaders(token));
  const master = checkTokenText(masterToken.reveal(), 'The master token');
  const renewer = new SessionRenewer(token, master, origin, world);
  const first = { token, expiresAtMs: Number.POSITIVE_INFINITY };
  return renewing(new RenewingToken({ clock: world.clock, obtain: () => renewer.obtain(), first }), sessionHeaders);
}

function renewing(tokens: RenewingToken, headersOf: Headers): Credential {
  return {
    headers: async (signal) => headersOf(await tokens.get(signal)),
    invalidate: (refused) => tokens.invalidate((token) => headersOf(token).authorization === refused.authorization),
  };
}
