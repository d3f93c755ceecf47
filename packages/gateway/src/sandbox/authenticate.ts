/**
 * Who may pass. Any secret that begins with `sandbox-` stands for a good one of its kind until somebody is registered
 * for that kind (`credentials/`); everything else is refused as Snowflake refuses it.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { isGoodKeyPairToken } from './credentials/key-pair-token.ts';
import type { CredentialStore, Pass, Verdict } from './credentials/store.ts';
import { type Refusal, refuse } from './errors.ts';

const WIF_TOKEN = /^WIF\.(AWS|AZURE|GCP|OIDC)\.(sandbox-.*)$/;

interface Circumstances {
  requestId: string;
  /** Judges the dates of a JWT. */
  nowMs: number;
  missingBearerStatus: 400 | 401;
  store: CredentialStore;
}

/** The role is that of a restricted token: the request runs as no other. */
type Admission = { refusal: Refusal } | { refusal?: undefined; role?: string };

/** Only `authorization` counts: docs/cortex-quirks.md#x-api-key-refused */
export function authenticate(headers: IncomingHttpHeaders, circumstances: Circumstances): Admission {
  const { missingBearerStatus, store } = circumstances;
  const authorization = headers.authorization ?? '';
  const session = /^Snowflake Token="(.*)"$/.exec(authorization)?.[1];
  if (session !== undefined) {
    return admit(headers, store.judge('sessions', session), refuse('session-expired'), refuse('session-gone'));
  }
  const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
  if (token === undefined) return { refusal: { ...refuse('bearer-missing'), status: missingBearerStatus } };
  return judgeBearer(token, headers, circumstances);
}

function judgeBearer(
  token: string,
  headers: IncomingHttpHeaders,
  { requestId, nowMs, store }: Circumstances,
): Admission {
  const oauth = [refuse('oauth-expired', { requestId }), refuse('oauth-invalid', { requestId })] as const;
  switch (tokenType(headers, token, store)) {
    case 'KEYPAIR_JWT': {
      const { account, keysOf } = store;
      const judge = {
        nowMs,
        ...(account === undefined ? {} : { account }),
        ...(keysOf === undefined ? {} : { keysOf }),
      };
      const isGood = !store.isRevoked(token) && isGoodKeyPairToken(token, judge);
      return isGood ? {} : { refusal: refuse('jwt-invalid', { requestId }) };
    }
    case 'OAUTH':
      return admit(headers, store.judge('oauth', token), ...oauth);
    case 'WORKLOAD_IDENTITY_FEDERATION': {
      const attestation = WIF_TOKEN.exec(token)?.[2];
      return attestation !== undefined && !store.isRevoked(attestation) ? {} : { refusal: oauth[1] };
    }
    default:
      return admit(headers, store.judge('tokens', token), refuse('pat-invalid'), refuse('pat-invalid'));
  }
}

function admit(headers: IncomingHttpHeaders, verdict: Verdict, expired: Refusal, unknown: Refusal): Admission {
  if (verdict === 'expired') return { refusal: expired };
  if (typeof verdict === 'string') return { refusal: unknown };
  return withinRestrictions(headers, verdict);
}

function withinRestrictions(headers: IncomingHttpHeaders, { role, networkPolicy }: Pass): Admission {
  if (networkPolicy === false) return { refusal: refuse('network-policy') };
  if (role === undefined) return {};
  const named = headers['x-snowflake-role'];
  const wanted = typeof named === 'string' ? named.replaceAll('"', '') : role;
  return wanted.toUpperCase() === role.toUpperCase()
    ? { role }
    : { refusal: refuse('role-restricted', { role: wanted }) };
}

/** The header is optional: without it Snowflake looks at the token. docs/cortex-quirks.md#token-type-header */
function tokenType(headers: IncomingHttpHeaders, token: string, store: CredentialStore): string {
  const named = headers['x-snowflake-authorization-token-type'];
  if (typeof named === 'string') return named.toUpperCase();
  if (token.split('.').length === 3 && token.startsWith('eyJ')) return 'KEYPAIR_JWT';
  if (store.isAccessToken(token)) return 'OAUTH';
  return token.startsWith('WIF.') ? 'WORKLOAD_IDENTITY_FEDERATION' : 'PROGRAMMATIC_ACCESS_TOKEN';
}
