import type { CredentialSettings } from '../../config/settings.ts';
import { isObject } from '../../ir/json.ts';

type SnowflakeToken = Extract<CredentialSettings, { kind: 'snowflake-token' }>;
type TokenType = NonNullable<SnowflakeToken['type']>;

/**
 * Bearer token and its type. The type is always sent: without it parts of Snowflake assume OAUTH
 * (docs/cortex-quirks.md#token-type-header). LiteLLM's `pat/` is not part of the token (docs/cortex-quirks.md#pat-prefix).
 */
export function snowflakeHeaders({ token, type }: SnowflakeToken): Record<string, string> {
  const value = token.reveal();
  return {
    authorization: `Bearer ${value.startsWith('pat/') ? value.slice('pat/'.length) : value}`,
    'x-snowflake-authorization-token-type': type ?? tokenTypeOf(value),
  };
}

/**
 * The kind of a token, by its form. Programmatic access tokens are JSON Web Tokens too, so the issuer
 * decides: a key-pair token names the fingerprint of its key, Snowflake issues its own as `SF:…`, and
 * any other issuer is an identity provider (docs/cortex-quirks.md#token-types).
 */
export function tokenTypeOf(token: string): TokenType {
  if (token.startsWith('pat/')) return 'PROGRAMMATIC_ACCESS_TOKEN';
  if (/^ver:\d+-hint:/.test(token)) return 'OAUTH';
  const payload = /^eyJ[\w-]*\.([\w-]+)\.[\w-]+$/.exec(token)?.[1];
  if (payload === undefined) return 'PROGRAMMATIC_ACCESS_TOKEN';
  const issuer = issuerOf(payload);
  if (issuer === undefined || issuer.includes('SHA256:')) return 'KEYPAIR_JWT';
  return issuer.startsWith('SF:') ? 'PROGRAMMATIC_ACCESS_TOKEN' : 'OAUTH';
}

function issuerOf(payload: string): string | undefined {
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    return isObject(claims) && typeof claims['iss'] === 'string' ? claims['iss'] : undefined;
  } catch {
    return undefined;
  }
}
