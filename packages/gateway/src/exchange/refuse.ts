import { ERRORS } from '../errors/table.ts';
import type { GatewayError } from '../errors/error.ts';
import type { Clock } from '../kit/clock.ts';
import type { Exchange } from './exchange.ts';
import { answerHeaders } from './headers.ts';
import type { StreamOut } from './stream-out.ts';

/** Waits to suggest where the upstream named none: long enough for a per-minute window to move on. */
const RETRY_AFTER_SECONDS = 5;

/** Says an error in the client's dialect: as an HTTP answer while that is possible, inside the stream after that. */
export function refuse(error: GatewayError, x: Exchange, stream: StreamOut | undefined, clock: Clock): void {
  x.record.error = error;
  if (error.kind === 'client-left') return;
  if (x.reply.started) {
    // No [DONE] follows: both official SDKs throw on the error event, and nothing may look like success.
    const asked = { model: x.head?.model ?? '', createdAt: Math.floor(x.receivedAtMs / 1000) };
    const told = x.dialect.codec.writeErrorEvents(error, x.requestId, asked);
    if (stream?.failed !== true) void stream?.send(told, x.signal);
    x.reply.end();
    return;
  }
  x.reply.json(
    x.dialect.codec.statusOf?.(error) ?? error.status,
    { ...answerHeaders(x, clock), ...retryHeaders(error) },
    x.dialect.codec.writeError(error, x.requestId),
  );
}

/** `x-should-retry` is obeyed by both official SDKs; `retry-after` by everyone. */
export function retryHeaders(error: GatewayError): Record<string, string> {
  const { clientMayRetry, status } = ERRORS[error.kind];
  const seconds =
    error.detail.retryAfterMs === undefined
      ? RETRY_AFTER_SECONDS
      : Math.max(1, Math.ceil(error.detail.retryAfterMs / 1000));
  return {
    'x-should-retry': String(clientMayRetry),
    ...(clientMayRetry && (status === 429 || status === 503) ? { 'retry-after': String(seconds) } : {}),
  };
}
