/**
 * Who may pass. Any secret that begins with `sandbox-` stands for a good one; everything else is refused as
 * Snowflake refuses it. A key-pair JWT is judged by its form and its dates: the sandbox knows no public keys.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { isObject, type Json } from '../ir/json.ts';
import { type Refusal, refuse } from './errors.ts';

const ACCEPTED_PREFIX = 'sandbox-';
const MAX_JWT_LIFE_SECONDS = 3600;
/** `<ACCOUNT>.<USER>.SHA256:<fingerprint of the public key>`, upper case. */
const JWT_ISSUER = /^([A-Z0-9_-]+\.[^a-z]+)\.SHA256:[A-Za-z0-9+/]{43}=$/;
const WIF_TOKEN = /^WIF\.(AWS|AZURE|GCP|OIDC)\.sandbox-/;

interface Circumstances {
  requestId: string;
  /** Judges the dates of a JWT. */
  nowMs: number;
  missingBearerStatus: 400 | 401;
}

/** Undefined when the request may pass. Only `authorization` counts: docs/cortex-quirks.md#x-api-key-refused */
export function authenticate(headers: IncomingHttpHeaders, circumstances: Circumstances): Refusal | undefined {
  const { requestId, nowMs, missingBearerStatus } = circumstances;
  const authorization = headers.authorization ?? '';
  const session = /^Snowflake Token="(.*)"$/.exec(authorization)?.[1];
  if (session !== undefined) return session.startsWith(ACCEPTED_PREFIX) ? undefined : refuse('session-gone');
  const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
  if (token === undefined) return { ...refuse('bearer-missing'), status: missingBearerStatus };
  switch (tokenType(headers, token)) {
    case 'KEYPAIR_JWT':
      return isGoodJwt(token, nowMs) ? undefined : refuse('jwt-invalid', { requestId });
    case 'OAUTH':
      return token.startsWith(ACCEPTED_PREFIX) ? undefined : refuse('oauth-invalid', { requestId });
    case 'WORKLOAD_IDENTITY_FEDERATION':
      return WIF_TOKEN.test(token) ? undefined : refuse('oauth-invalid', { requestId });
    default:
      return token.startsWith(ACCEPTED_PREFIX) ? undefined : refuse('pat-invalid');
  }
}

/** The header is optional: without it Snowflake looks at the token. docs/cortex-quirks.md#token-type-header */
function tokenType(headers: IncomingHttpHeaders, token: string): string {
  const named = headers['x-snowflake-authorization-token-type'];
  if (typeof named === 'string') return named.toUpperCase();
  if (token.split('.').length === 3 && token.startsWith('eyJ')) return 'KEYPAIR_JWT';
  return token.startsWith('WIF.') ? 'WORKLOAD_IDENTITY_FEDERATION' : 'PROGRAMMATIC_ACCESS_TOKEN';
}

function isGoodJwt(token: string, nowMs: number): boolean {
  const [header, claims] = token.split('.').map(decodeSegment);
  if (!isObject(header) || header.alg !== 'RS256' || !isObject(claims)) return false;
  const { iss, sub, iat, exp } = claims;
  if (typeof iss !== 'string' || typeof iat !== 'number' || typeof exp !== 'number') return false;
  const lifeSeconds = toSeconds(exp) - toSeconds(iat);
  const inTime = toSeconds(exp) > nowMs / 1000 && lifeSeconds > 0 && lifeSeconds <= MAX_JWT_LIFE_SECONDS;
  return inTime && sub !== undefined && JWT_ISSUER.exec(iss)?.[1] === sub;
}

/** Snowflake takes seconds and milliseconds. */
function toSeconds(date: number): number {
  return date > 1e11 ? date / 1000 : date;
}

function decodeSegment(segment: string): Json | undefined {
  try {
    return JSON.parse(Buffer.from(segment, 'base64url').toString()) as Json;
  } catch {
    return undefined;
  }
}
