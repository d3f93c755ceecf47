/** What Cortex has and what it has not: everything that is not here is a 404 (docs/cortex-quirks.md#missing-endpoints). */
import type { IncomingHttpHeaders } from 'node:http';
import { authenticate } from './authenticate.ts';
import { answerAdmin } from './admin/index.ts';
import { aiGatewayChatSurface } from './ai-gateway.ts';
import { chatCompletionsSurface } from './chat-completions/index.ts';
import { completeSurface } from './complete/index.ts';
import { embedSurface } from './embed/index.ts';
import { answerCredentialCall } from './credentials/endpoints.ts';
import { errorReply, type Refusal, refuse } from './errors.ts';
import { gated } from './gate.ts';
import { messagesSurface } from './messages/index.ts';
import { modelsSurface } from './models.ts';
import type { ReadBody } from './read-body.ts';
import type { OpenEntry } from './request-log.ts';
import { cancelSurface, STATEMENTS_PATH, statusSurface, submitSurface } from './sql/index.ts';
import type { AccountSurface, AccountWorld } from './account-surface.ts';
import type { SandboxReply } from './surface.ts';

const MESSAGES_PATH = '/api/v2/cortex/v1/messages';

interface Route {
  method: string;
  surface: AccountSurface;
}

/** Snowflake logs what goes through an AI Gateway in a view of its own. */
const UNRECORDED = { recorded: false };
const AI_GATEWAY_PATH = '/api/v2/aigateways/SNOWFLAKE/v1';

const ROUTES: Readonly<Record<string, Route>> = {
  '/api/v2/cortex/v1/chat/completions': { method: 'POST', surface: gated(chatCompletionsSurface) },
  [MESSAGES_PATH]: { method: 'POST', surface: gated(messagesSurface) },
  '/api/v2/cortex/inference:complete': { method: 'POST', surface: gated(completeSurface) },
  '/api/v2/cortex/inference:embed': { method: 'POST', surface: gated(embedSurface) },
  '/api/v2/cortex/models': { method: 'GET', surface: modelsSurface },
  [`${AI_GATEWAY_PATH}/chat/completions`]: { method: 'POST', surface: gated(aiGatewayChatSurface, UNRECORDED) },
  [`${AI_GATEWAY_PATH}/messages`]: { method: 'POST', surface: gated(messagesSurface, UNRECORDED) },
  [STATEMENTS_PATH]: { method: 'POST', surface: submitSurface },
};

/** Paths with a name in them. */
const NAMED_ROUTES: readonly (Route & { pattern: RegExp })[] = [
  { pattern: /^\/api\/v2\/statements\/[^/]+$/, method: 'GET', surface: statusSurface },
  { pattern: /^\/api\/v2\/statements\/[^/]+\/cancel$/, method: 'POST', surface: cancelSurface },
];

/** The sandbox's own: whoever opens its address learns that it is not Snowflake. */
const GREETING: SandboxReply = {
  kind: 'json',
  status: 200,
  body: {
    name: 'Couloir sandbox',
    message: 'A simulation of the Snowflake Cortex REST API. No model answers here, and this is not Snowflake.',
    paths: Object.keys(ROUTES),
    token: 'any bearer token that begins with "sandbox-"',
  },
};

export interface IncomingCall {
  method: string;
  pathname: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  read: ReadBody;
  requestId: string;
  entry: OpenEntry;
}

/** The answer to one call: path, method, credentials, body and then the surface decide, in this order. */
export function answerCall(call: IncomingCall, world: AccountWorld): SandboxReply {
  const { method, pathname, query, read, requestId, entry } = call;
  if (pathname === '/' && method === 'GET') return GREETING;
  const credential = answerCredentialCall(call, world.credentials);
  if (credential !== undefined) return credential;
  const admin = answerAdmin({ method, pathname, query, body: read.kind === 'object' ? read.body : {} }, world);
  if (admin !== undefined) return admin;
  const route = findRoute(pathname);
  if (route === undefined) return errorReply(refuse('no-such-path'), requestId);
  if (route.method !== method) return { kind: 'page', status: 405, contentType: 'text/plain', body: '' };
  const missingBearerStatus = pathname === MESSAGES_PATH ? world.switches.missingBearerStatus : 401;
  const circumstances = { requestId, nowMs: world.clock.now(), missingBearerStatus, store: world.credentials };
  const admission = authenticate(call.headers, circumstances);
  if (admission.refusal !== undefined) return refuseCaller(admission.refusal, call, world);
  // A token that is bound to a role says so for the request.
  const headers = admission.role === undefined ? call.headers : { ...call.headers, 'x-snowflake-role': admission.role };
  switch (read.kind) {
    case 'too-large':
      return errorReply(refuse('payload-too-large'), requestId);
    case 'not-an-object':
      return errorReply(refuse('payload-invalid'), requestId);
    case 'object':
      return route.surface(
        { headers, body: read.body, requestId, bytes: read.raw.length, pathname, query, entry },
        world,
      );
  }
}

/** How an expired session (a 200) looks on a stream is not documented. */
function refuseCaller(refusal: Refusal, { read, requestId }: IncomingCall, { switches }: AccountWorld): SandboxReply {
  const reply = errorReply(refusal, requestId);
  const streams = read.kind === 'object' && read.body.stream === true && refusal.status === 200;
  if (!streams || reply.kind !== 'json' || switches.sessionRefusalOnStream === 'json') return reply;
  return { kind: 'stream', events: [{ data: JSON.stringify(reply.body) }], timing: { paceMs: 0, stallMs: 0 } };
}

function findRoute(pathname: string): Route | undefined {
  if (Object.hasOwn(ROUTES, pathname)) return ROUTES[pathname];
  return NAMED_ROUTES.find(({ pattern }) => pattern.test(pathname));
}
