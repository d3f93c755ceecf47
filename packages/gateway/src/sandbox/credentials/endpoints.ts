import type { IncomingHttpHeaders } from 'node:http';
import type { ReadBody } from '../read-body.ts';
import type { SandboxReply } from '../surface.ts';
import { ADMIN_PATH, answerCredentialOrder } from './admin.ts';
import { answerTokenRequest, OAUTH_PATH } from './oauth-endpoint.ts';
import { answerSessionRequest, SESSION_PATH } from './session-endpoint.ts';
import type { CredentialStore } from './store.ts';

interface CredentialCall {
  method: string;
  pathname: string;
  headers: IncomingHttpHeaders;
  read: ReadBody;
}

/** The answer to a call that is about credentials, not made with them. Undefined for all others. */
export function answerCredentialCall(
  { method, pathname, headers, read }: CredentialCall,
  store: CredentialStore,
): SandboxReply | undefined {
  const body = read.kind === 'object' ? read.body : {};
  if (pathname === ADMIN_PATH || pathname.startsWith(`${ADMIN_PATH}/`)) {
    return answerCredentialOrder(method, pathname, body, store);
  }
  if (method !== 'POST') return undefined;
  if (pathname === OAUTH_PATH)
    return answerTokenRequest(read.kind === 'not-an-object' ? read.raw.toString() : '', headers, store);
  return pathname === SESSION_PATH ? answerSessionRequest(body, headers, store) : undefined;
}
