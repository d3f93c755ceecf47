import type { IncomingHttpHeaders } from 'node:http';
import type { JsonObject } from '../../ir/json.ts';
import type { SandboxReply } from '../surface.ts';
import type { CredentialStore } from './store.ts';

/** Where Snowflake's drivers renew a session: docs/cortex-quirks.md#session-renewal */
export const SESSION_PATH = '/session/token-request';

/** As the drivers' error constants have them. */
const REFUSALS = {
  unknown: { code: '390113', message: 'The token is invalid.' },
  expired: { code: '390114', message: 'Authentication token has expired.  The user must authenticate again.' },
} as const;

/** Takes the master token in the header and the old session token in the body. Refusals are answered with 200, too. */
export function answerSessionRequest(
  body: JsonObject,
  headers: IncomingHttpHeaders,
  store: CredentialStore,
): SandboxReply {
  const master = /^Snowflake Token="(.*)"$/.exec(headers.authorization ?? '')?.[1] ?? '';
  const session = typeof body.oldSessionToken === 'string' ? body.oldSessionToken : '';
  const renewed = body.requestType === 'RENEW' ? store.renewSession(master, session) : 'unknown';
  if (typeof renewed === 'string') {
    return { kind: 'json', status: 200, body: { data: null, ...REFUSALS[renewed], success: false } };
  }
  const data = {
    sessionToken: renewed.sessionToken,
    validityInSecondsST: renewed.lifeSeconds,
    masterToken: renewed.masterToken,
    validityInSecondsMT: 14_400,
    sessionId: 1,
  };
  return { kind: 'json', status: 200, body: { data, code: null, message: null, success: true } };
}
