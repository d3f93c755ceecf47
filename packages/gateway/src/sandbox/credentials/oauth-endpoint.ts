import type { IncomingHttpHeaders } from 'node:http';
import type { JsonObject } from '../../ir/json.ts';
import type { SandboxReply } from '../surface.ts';
import type { CredentialStore } from './store.ts';

/** Snowflake's own: `https://<account>.snowflakecomputing.com/oauth/token-request` */
export const OAUTH_PATH = '/oauth/token-request';

/** Snowflake docs, Snowflake OAuth for custom clients; the texts are quoted by users who met them. */
const REFUSALS = {
  invalid_client: 'This is an invalid client.',
  invalid_grant: 'The provided grant or refresh token is invalid.',
  unsupported_grant_type: 'This grant type is not supported.',
} as const;

/** Gives out access tokens for the client's own credentials or for a refresh token. */
export function answerTokenRequest(form: string, headers: IncomingHttpHeaders, store: CredentialStore): SandboxReply {
  const fields = new URLSearchParams(form);
  const client = clientOf(fields, headers);
  const registered = store.client(client.id);
  if (registered === undefined || registered.secret !== client.secret) return refuse(401, 'invalid_client');
  const scope = fields.get('scope');
  const role = /(?:^| )session:role:(\S+)/.exec(scope ?? '')?.[1];
  switch (fields.get('grant_type') ?? '') {
    case 'client_credentials':
      return registered.secret === undefined ? refuse(401, 'invalid_client') : grant(store, { scope, role });
    case 'refresh_token': {
      const given = fields.get('refresh_token') ?? '';
      const next = store.useRefreshToken(given, client.id);
      return next === undefined
        ? refuse(400, 'invalid_grant')
        : grant(store, { scope, role, ...(next === given ? {} : { next }) });
    }
    default:
      return refuse(400, 'unsupported_grant_type');
  }
}

function grant(
  store: CredentialStore,
  { scope, role, next }: { scope: string | null; role: string | undefined; next?: string },
): SandboxReply {
  const { token, lifeSeconds } = store.issueAccessToken(role);
  const body: JsonObject = {
    access_token: token,
    token_type: 'Bearer',
    expires_in: lifeSeconds,
    ...(next === undefined ? {} : { refresh_token: next }),
    ...(scope === null ? {} : { scope }),
    username: 'SANDBOX_USER',
    idp_initiated: false,
  };
  return { kind: 'json', status: 200, body };
}

function refuse(status: number, error: keyof typeof REFUSALS): SandboxReply {
  const body = { data: null, error, code: null, message: REFUSALS[error], success: false, headers: null };
  return { kind: 'json', status, body };
}

/** From the Authorization header or, as RFC 6749 allows, from the form. */
function clientOf(fields: URLSearchParams, headers: IncomingHttpHeaders): { id: string; secret: string | undefined } {
  const basic = /^Basic +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
  if (basic === undefined)
    return { id: fields.get('client_id') ?? '', secret: fields.get('client_secret') ?? undefined };
  const [id = '', ...secret] = Buffer.from(basic, 'base64').toString().split(':');
  return { id, secret: secret.join(':') };
}
