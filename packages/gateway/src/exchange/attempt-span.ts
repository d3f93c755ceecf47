import type { GatewayError } from '../errors/error.ts';
import type { Usage } from '../ir/usage.ts';
import { operationOf, PROVIDER_NAMES } from '../telemetry/gen-ai.ts';
import { readTraceparent } from '../telemetry/trace.ts';
import type { Deployment } from '../upstream/deployment.ts';
import type { Ended } from './ended.ts';

/** How a request to an upstream ended. */
interface AttemptEnd {
  error?: GatewayError | undefined;
  usage?: Usage | undefined;
  /** Of an answer: what a failure came with is in the error. */
  status?: number | undefined;
  requestId?: string | undefined;
}

interface AttemptSpan {
  /** What makes the upstream's work part of the client's trace, with or without a collector of ours. */
  traceHeaders: Record<string, string>;
  end(how: AttemptEnd): void;
}

/** One request to an upstream, as a trace tells it. */
export function beginAttempt(
  { trace, headers, dialect }: Pick<Ended, 'trace' | 'headers' | 'dialect'>,
  { model, provider, origin, id }: Deployment,
): AttemptSpan {
  const operation = operationOf(dialect.name);
  const attempt = trace?.attempt(`${operation} ${model}`, {
    'gen_ai.operation.name': operation,
    'gen_ai.provider.name': PROVIDER_NAMES[provider],
    'gen_ai.request.model': model,
    'server.address': new URL(origin).hostname,
    'couloir.deployment': id,
  });
  const traceparent = attempt?.traceparent ?? readTraceparent(headers['traceparent']);
  const { tracestate } = headers;
  return {
    traceHeaders:
      traceparent === undefined ? {} : { traceparent, ...(typeof tracestate === 'string' ? { tracestate } : {}) },
    end({ error, usage, status, requestId }) {
      const upstream = error?.detail.upstream;
      attempt?.end(
        {
          'http.response.status_code': upstream?.status ?? status,
          'snowflake.request_id': upstream?.requestId ?? requestId,
          'gen_ai.usage.input_tokens': usage?.input,
          'gen_ai.usage.output_tokens': usage?.output,
        },
        // Whoever is called off has not failed.
        error === undefined ? undefined : { type: error.kind, isError: error.kind !== 'client-left' },
      );
    },
  };
}
