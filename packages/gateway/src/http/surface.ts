import { CHAT, COMPLETIONS, MESSAGES, RESPONSES } from '../exchange/dialects.ts';
import type { ClientDialect } from '../exchange/exchange.ts';

/** What a path does: start an exchange in a dialect, get embeddings, or give one of the gateway's own answers. */
export type Route = { method: 'GET' | 'POST' | 'DELETE'; path: string } & (
  | { exchange: ClientDialect }
  /** Errors are told in this dialect. */
  | { page: PageName; dialect: ClientDialect }
);

/** The gateway's own answers, written by the files of `pages/`. */
export type PageName =
  | 'root'
  | 'models'
  | 'model'
  | 'liveness'
  | 'readiness'
  | 'health'
  | 'hello'
  | 'metrics'
  | 'count-tokens'
  | 'count-input-tokens'
  | 'embeddings'
  | 'response'
  | 'response-deletion'
  | 'response-input-items'
  | 'response-cancellation'
  | 'response-compaction';

/**
 * Where OpenAI's clients may think this is: with /v1, without it, twice (a base URL with /v1 given to a
 * client that adds it), under /cursor as LiteLLM has it, and under /openai as Azure has it.
 */
const OPENAI_BASES = ['/v1', '', '/v1/v1', '/cursor', '/cursor/v1', '/openai', '/openai/v1'];
const ANTHROPIC_BASES = ['/v1', '/anthropic/v1', '/anthropic', ''];

/** The public routes, all of them. `:name` stands for one path segment. Query strings are ignored; HEAD is answered like GET. */
export const SURFACE: readonly Route[] = [
  ...OPENAI_BASES.flatMap((base): Route[] => [
    { method: 'POST', path: `${base}/chat/completions`, exchange: CHAT },
    { method: 'POST', path: `${base}/responses`, exchange: RESPONSES },
    { method: 'POST', path: `${base}/responses/input_tokens`, page: 'count-input-tokens', dialect: RESPONSES },
    { method: 'GET', path: `${base}/responses/:id`, page: 'response', dialect: RESPONSES },
    { method: 'DELETE', path: `${base}/responses/:id`, page: 'response-deletion', dialect: RESPONSES },
    { method: 'GET', path: `${base}/responses/:id/input_items`, page: 'response-input-items', dialect: RESPONSES },
    { method: 'POST', path: `${base}/responses/:id/cancel`, page: 'response-cancellation', dialect: RESPONSES },
    { method: 'POST', path: `${base}/responses/compact`, page: 'response-compaction', dialect: RESPONSES },
    { method: 'POST', path: `${base}/completions`, exchange: COMPLETIONS },
    { method: 'POST', path: `${base}/embeddings`, page: 'embeddings', dialect: CHAT },
    { method: 'GET', path: `${base}/models`, page: 'models', dialect: CHAT },
    { method: 'GET', path: `${base}/models/:id`, page: 'model', dialect: CHAT },
  ]),
  { method: 'POST', path: '/openai/deployments/:model/chat/completions', exchange: CHAT },
  ...ANTHROPIC_BASES.flatMap((base): Route[] => [
    { method: 'POST', path: `${base}/messages`, exchange: MESSAGES },
    { method: 'POST', path: `${base}/messages/count_tokens`, page: 'count-tokens', dialect: MESSAGES },
  ]),
  { method: 'GET', path: '/anthropic/v1/models', page: 'models', dialect: MESSAGES },
  { method: 'GET', path: '/anthropic/v1/models/:id', page: 'model', dialect: MESSAGES },
  { method: 'GET', path: '/api/hello', page: 'hello', dialect: MESSAGES },
  { method: 'GET', path: '/', page: 'root', dialect: CHAT },
  { method: 'GET', path: '/metrics', page: 'metrics', dialect: CHAT },
  { method: 'GET', path: '/health', page: 'health', dialect: CHAT },
  { method: 'GET', path: '/health/liveliness', page: 'liveness', dialect: CHAT },
  { method: 'GET', path: '/health/liveness', page: 'liveness', dialect: CHAT },
  { method: 'GET', path: '/health/readiness', page: 'readiness', dialect: CHAT },
];
