import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ClientDialect } from '../exchange/exchange.ts';
import { openaiChat } from '../protocols/openai-chat/index.ts';

const CHAT: ClientDialect = { name: 'openai-chat', codec: openaiChat };

/** What a path does: start an exchange in a dialect, or one of the gateway's own answers. */
export type Route = { method: 'POST'; exchange: ClientDialect } | { method: 'GET'; page: PageName };

/** The gateway's own answers, written by `pages.ts`. */
export type PageName = 'root' | 'models' | 'liveness' | 'readiness' | 'health';

export type PageHandler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/** The public routes, all of them. Query strings are ignored; HEAD is answered like GET without a body. */
export const SURFACE: Record<string, Route> = {
  '/v1/chat/completions': { method: 'POST', exchange: CHAT },
  '/chat/completions': { method: 'POST', exchange: CHAT },
  '/v1/models': { method: 'GET', page: 'models' },
  '/models': { method: 'GET', page: 'models' },
  '/': { method: 'GET', page: 'root' },
  '/health': { method: 'GET', page: 'health' },
  '/health/liveliness': { method: 'GET', page: 'liveness' },
  '/health/liveness': { method: 'GET', page: 'liveness' },
  '/health/readiness': { method: 'GET', page: 'readiness' },
};
