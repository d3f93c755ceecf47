/**
 * Errors for Cursor, which shows the text of a 400 and hides that of a 401, a 429 and every 5xx behind a
 * label about the user's API key (docs/cortex-quirks.md#cursor-error-labels).
 */
import { GatewayError } from '../../errors/error.ts';
import { ERRORS } from '../../errors/table.ts';
import type { JsonObject } from '../../ir/json.ts';
import type { SseEvent } from '../../kit/sse.ts';
import * as chat from '../openai-error.ts';

/** Machine words of upstreams by which Cursor would take an error for one of another kind. */
const MACHINE_WORD = /\b(overloaded|rate_limit|timeout|authentication|permission|billing|api)_error\b/gi;
const PLAIN_WORDS: Record<string, string> = {
  overloaded: 'overload',
  rate_limit: 'limit reached',
  timeout: 'timeout',
  authentication: 'credential refused',
  permission: 'access refused',
  billing: 'budget spent',
  api: 'internal failure',
};

/**
 * The HTTP status of an error before the headers. What somebody has to do something about is a 400,
 * whose text is shown; 401 is kept for the gateway's own key, and what a later try may mend keeps its
 * status, because Cursor tries again by it.
 */
export function statusOf(error: GatewayError): number {
  if (error.kind === 'unauthenticated' || error.kind === 'client-left') return error.status;
  return ERRORS[error.kind].clientMayRetry ? error.status : 400;
}

export function writeError(error: GatewayError, requestId: string): JsonObject {
  const { error: told } = chat.writeError(reword(error), requestId);
  if (statusOf(error) === 400) return { error: { ...told, type: 'invalid_request_error' } };
  return { error: blamesKey(error) ? { ...told, type: 'server_error', code: null } : told };
}

export function writeErrorEvents(error: GatewayError, requestId: string): SseEvent[] {
  return [{ data: JSON.stringify(writeError(error, requestId)) }];
}

/** The error in words that Cursor does not mistake, and that clear the user's key where its label blames it. */
export function reword(error: GatewayError): GatewayError {
  const plain = error.publicMessage.replaceAll(
    MACHINE_WORD,
    (_, word: string) => PLAIN_WORDS[word.toLowerCase()] ?? '',
  );
  const message = blamesKey(error) ? `Your API key is fine. ${plain}` : plain;
  return new GatewayError(error.kind, message, error.detail);
}

/** Whether Cursor shows such an error as one of the user's API key although it is none. */
function blamesKey(error: GatewayError): boolean {
  return statusOf(error) !== 400 && error.kind !== 'unauthenticated';
}
