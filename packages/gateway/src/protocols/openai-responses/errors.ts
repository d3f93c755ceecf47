/** How the Responses API says that an answer failed once it has begun. */
import type { GatewayError } from '../../errors/error.ts';
import type { ErrorKind } from '../../errors/table.ts';
import type { SseEvent } from '../../kit/sse.ts';
import { answerId } from './item-ids.ts';
import { writeSse } from './sse.ts';
import type { ResponseBody, ResponseError } from './wire.ts';

/**
 * The codes that agents act on; everything else is `server_error`, which they try again. Codex stops
 * cleanly on `context_length_exceeded` and `insufficient_quota`, and does not repeat an `invalid_prompt`.
 */
const CODES: Partial<Record<ErrorKind, string>> = {
  'invalid-request': 'invalid_prompt',
  unsupported: 'invalid_prompt',
  'output-limit': 'invalid_prompt',
  'too-large': 'invalid_prompt',
  'context-overflow': 'context_length_exceeded',
  'upstream-limited': 'rate_limit_exceeded',
  'upstream-spent': 'insufficient_quota',
};

/** The `error` of a failed response. */
export function writeResponseError(error: GatewayError, requestId: string): ResponseError {
  const { param, upstream } = error.detail;
  return {
    code: CODES[error.kind] ?? 'server_error',
    message: error.publicMessage,
    ...(param === undefined ? {} : { param }),
    request_id: requestId,
    ...(upstream?.requestId === undefined ? {} : { snowflake_request_id: upstream.requestId }),
  };
}

/**
 * The events that end a stream of which nothing is known here, perhaps before its first event. The
 * official SDK wants `response.created` before all else, and takes a second one of the same id.
 */
export function writeErrorEvents(error: GatewayError, requestId: string): SseEvent[] {
  const response: ResponseBody = {
    id: answerId(requestId),
    object: 'response',
    created_at: 0,
    status: 'in_progress',
    error: null,
    incomplete_details: null,
    model: '',
    output: [],
    usage: null,
  };
  const failed: ResponseBody = { ...response, status: 'failed', error: writeResponseError(error, requestId) };
  return [
    writeSse({ type: 'response.created', response }, 0),
    writeSse({ type: 'response.failed', response: failed }, 1),
  ];
}
