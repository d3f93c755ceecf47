/** OpenAI's error envelope, which all of its endpoints share. */
import { GatewayError } from '../errors/error.ts';
import { ERRORS } from '../errors/table.ts';
import type { SseEvent } from '../kit/sse.ts';

type ErrorBody = {
  error: {
    message: string;
    type: string;
    param: string | null;
    code: string | null;
    request_id: string;
    /** What Snowflake's support asks for. */
    snowflake_request_id?: string;
  };
};

/** The body of an error answer, with the ids that this gateway's log and Snowflake's support know the request by. */
export function writeError(error: GatewayError, requestId: string): ErrorBody {
  const { type, code } = ERRORS[error.kind].openai;
  const snowflakeRequestId = error.detail.upstream?.requestId;
  return {
    error: {
      message: error.publicMessage,
      type,
      param: error.detail.param ?? null,
      code,
      request_id: requestId,
      ...(snowflakeRequestId === undefined ? {} : { snowflake_request_id: snowflakeRequestId }),
    },
  };
}

/** The last event of a stream that failed. No `[DONE]` follows: that would say the answer is complete. */
export function writeErrorEvents(error: GatewayError, requestId: string): SseEvent[] {
  return [{ data: JSON.stringify(writeError(error, requestId)) }];
}

/** An answer that ended without its terminal event. */
export function cutError(): GatewayError {
  return new GatewayError(
    'upstream-broken',
    'The model stopped sending before its answer was complete. Try again; what arrived so far may be cut off anywhere.',
    { retry: 'same' },
  );
}
