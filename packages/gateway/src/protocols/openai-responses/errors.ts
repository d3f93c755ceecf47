/** How the Responses API says that an answer failed once it has begun. */
import type { GatewayError } from '../../errors/error.ts';
import type { ErrorKind } from '../../errors/table.ts';
import type { SseEvent } from '../../kit/sse.ts';
import type { AskedAnswer } from '../codec.ts';
import { beginResponse } from './response-body.ts';
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
  'rate-limited': 'rate_limit_exceeded',
  'upstream-limited': 'rate_limit_exceeded',
  'upstream-spent': 'insufficient_quota',
};

/** The `error` of a failed response. */
export function writeResponseError(error: GatewayError, requestId: string): ResponseError {
  const { param, upstream } = error.detail;
  return {
    code: CODES[error.kind] ?? 'server_error',
    message: error.publicMessage + retryAdvice(error),
    ...(param === undefined ? {} : { param }),
    request_id: requestId,
    ...(upstream?.requestId === undefined ? {} : { snowflake_request_id: upstream.requestId }),
  };
}

/** Codex reads how long to wait after a `rate_limit_exceeded` out of just these words: a stream has no `retry-after`. */
function retryAdvice({ kind, detail: { retryAfterMs } }: GatewayError): string {
  if (CODES[kind] !== 'rate_limit_exceeded' || retryAfterMs === undefined) return '';
  return ` Please try again in ${Math.max(1, Math.ceil(retryAfterMs / 1000))}s.`;
}

/**
 * The events that end a stream of which only is known what was asked, perhaps before its first event. The
 * official SDK wants `response.created` before all else, and takes a second one of the same id.
 */
export function writeErrorEvents(error: GatewayError, requestId: string, asked: AskedAnswer): SseEvent[] {
  const response = beginResponse({ id: requestId, ...asked });
  const failed: ResponseBody = { ...response, status: 'failed', error: writeResponseError(error, requestId) };
  return [
    writeSse({ type: 'response.created', response }, 0),
    writeSse({ type: 'response.failed', response: failed }, 1),
  ];
}
