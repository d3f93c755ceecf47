import type { SnowflakeTokenType, WorkloadIdentityProvider } from '../../config/settings.ts';
import { readClaims } from './jwt-claims.ts';

/**
 * Bearer token and its type. The type is always sent: without it parts of Snowflake assume OAUTH
 * (docs/cortex-quirks.md#token-type-header). LiteLLM's `pat/` is not part of the token (docs/cortex-quirks.md#pat-prefix).
 */
export function snowflakeHeaders(token: string, type?: SnowflakeTokenType): Record<string, string> {
  return bearer(token.startsWith('pat/') ? token.slice('pat/'.length) : token, type ?? tokenTypeOf(token));
}

/** The attestation of a cloud or an identity provider, in the one form that Snowflake takes it. */
export function workloadIdentityHeaders(token: string, provider: WorkloadIdentityProvider): Record<string, string> {
  const attestation = token.startsWith('WIF.') ? token : `WIF.${provider}.${token}`;
  return bearer(attestation, 'WORKLOAD_IDENTITY_FEDERATION');
}

/** A session is no bearer token and has no type: docs/cortex-quirks.md#session-token-header */
export function sessionHeaders(token: string): Record<string, string> {
  return { authorization: `Snowflake Token="${token}"` };
}

/**
 * The kind of a token, by its form. Programmatic access tokens are JSON Web Tokens too, so the issuer
 * decides: a key-pair token names the fingerprint of its key, Snowflake issues its own as `SF:…`, and
 * any other issuer is an identity provider (docs/cortex-quirks.md#token-types).
 */
export function tokenTypeOf(token: string): SnowflakeTokenType {
  if (token.startsWith('pat/')) return 'PROGRAMMATIC_ACCESS_TOKEN';
  if (/^ver:\d+-hint:/.test(token)) return 'OAUTH';
  const claims = readClaims(token);
  if (claims === undefined) return 'PROGRAMMATIC_ACCESS_TOKEN';
  const issuer = claims['iss'];
  if (typeof issuer !== 'string' || issuer.includes('SHA256:')) return 'KEYPAIR_JWT';
  return issuer.startsWith('SF:') ? 'PROGRAMMATIC_ACCESS_TOKEN' : 'OAUTH';
}

function bearer(token: string, type: string): Record<string, string> {
  return { authorization: `Bearer ${token}`, 'x-snowflake-authorization-token-type': type };
}
