import type { GatewayError } from '../errors/error.ts';
import { cacheWrites } from '../ir/usage.ts';
import type { MeasuredExchange } from '../telemetry/metrics/exchange-metrics.ts';
import { readTraceparent, type Failure } from '../telemetry/trace.ts';
import type { ExchangeDeps } from './deps.ts';
import type { Ended } from './ended.ts';

/** Begins the span of an exchange, where a collector is configured. */
export function beginSpan(x: Ended, { tracer }: Pick<ExchangeDeps, 'tracer'>): void {
  const trace = tracer?.begin({
    name: `POST ${x.path}`,
    traceparent: readTraceparent(x.headers['traceparent']),
    startedAtMs: x.receivedAtMs,
    attributes: { 'http.request.method': 'POST', 'url.path': x.path },
  });
  if (trace !== undefined) x.trace = trace;
}

/** Ends it, in the words of the GenAI semantic conventions. */
export function endSpan(x: Ended, { operation, provider, model, usage, costUsd }: MeasuredExchange): void {
  if (x.trace === undefined) return;
  const { stop, error, lane, attempts } = x.record;
  const attributes = {
    'gen_ai.operation.name': operation,
    'gen_ai.provider.name': provider === '' ? undefined : provider,
    'gen_ai.request.model': x.head?.model,
    'gen_ai.response.model': model === '' ? undefined : model,
    'gen_ai.response.finish_reasons': stop === undefined ? undefined : [stop],
    'gen_ai.usage.input_tokens': usage?.input,
    'gen_ai.usage.output_tokens': usage?.output,
    'gen_ai.usage.cache_read.input_tokens': usage?.cacheRead,
    'gen_ai.usage.cache_creation.input_tokens': usage && cacheWrites(usage),
    'http.response.status_code': error === undefined ? 200 : error.status,
    'couloir.request_id': x.requestId,
    'couloir.lane': lane,
    'couloir.attempts': attempts,
    'couloir.cost_usd': costUsd,
  };
  x.trace.end(attributes, error === undefined ? undefined : failureOf(error));
}

/** A server's span is no failed one for what its client did wrong, says the convention for HTTP. */
function failureOf({ kind, status }: GatewayError): Failure {
  return { type: kind, isError: status >= 500 || kind === 'upstream-limited' };
}
