/** What Cortex has and what it has not: everything that is not here is a 404 (docs/cortex-quirks.md#missing-endpoints). */
import type { IncomingHttpHeaders } from 'node:http';
import { authenticate } from './authenticate.ts';
import { chatCompletionsSurface } from './chat-completions/index.ts';
import { errorReply, refuse } from './errors.ts';
import { messagesSurface } from './messages/index.ts';
import { modelsSurface } from './models.ts';
import type { ReadBody } from './read-body.ts';
import type { SandboxReply, SandboxWorld, Surface } from './surface.ts';

const MESSAGES_PATH = '/api/v2/cortex/v1/messages';

const ROUTES: Readonly<Record<string, { method: string; surface: Surface }>> = {
  '/api/v2/cortex/v1/chat/completions': { method: 'POST', surface: chatCompletionsSurface },
  [MESSAGES_PATH]: { method: 'POST', surface: messagesSurface },
  '/api/v2/cortex/models': { method: 'GET', surface: modelsSurface },
};

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
  headers: IncomingHttpHeaders;
  read: ReadBody;
  requestId: string;
}

/** The answer to one call: path, method, credentials, body and then the surface decide, in this order. */
export function answerCall(
  { method, pathname, headers, read, requestId }: IncomingCall,
  world: SandboxWorld,
): SandboxReply {
  if (pathname === '/' && method === 'GET') return GREETING;
  const route = Object.hasOwn(ROUTES, pathname) ? ROUTES[pathname] : undefined;
  if (route === undefined) return errorReply(refuse('no-such-path'), requestId);
  if (route.method !== method) return { kind: 'page', status: 405, contentType: 'text/plain', body: '' };
  const missingBearerStatus = pathname === MESSAGES_PATH ? world.switches.missingBearerStatus : 401;
  const refusal = authenticate(headers, { requestId, nowMs: world.clock.now(), missingBearerStatus });
  if (refusal !== undefined) return errorReply(refusal, requestId);
  switch (read.kind) {
    case 'too-large':
      return errorReply(refuse('payload-too-large'), requestId);
    case 'not-an-object':
      return errorReply(refuse('payload-invalid'), requestId);
    case 'object':
      return route.surface({ headers, body: read.body, requestId, bytes: read.bytes }, world);
  }
}
