/** Traces sent to an OpenTelemetry collector. Loaded only when one is configured. */
import { type Span, SpanKind, SpanStatusCode, TraceFlags, context, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor, type SpanExporter } from '@opentelemetry/sdk-trace-base';
import type { Clock } from '../kit/clock.ts';
import type { Attributes, Failure, Tracer } from './trace.ts';

interface OtlpOptions {
  /** Of the traces: `http://collector:4318/v1/traces`. */
  url: string;
  headers: Record<string, string>;
  serviceName: string;
  version: string;
  clock: Pick<Clock, 'sleep'>;
  /** Told once when the collector does not take what is sent, and again only when it has in between. */
  warn: (message: string) => void;
}

/** How long one delivery may take, with its repetitions. */
const DELIVERY_MS = 5_000;
/** How long the last one may hold up the end of the process. */
const LAST_DELIVERY_MS = 2_000;

export function createOtlpTracer({ url, headers, serviceName, version, clock, warn }: OtlpOptions): Tracer {
  const exporter = telling(new OTLPTraceExporter({ url, headers, timeoutMillis: DELIVERY_MS }), url, warn);
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': serviceName, 'service.version': version }),
    spanProcessors: [new BatchSpanProcessor(exporter)],
  });
  const tracer = provider.getTracer('couloir', version);
  return {
    begin({ name, traceparent, startedAtMs, attributes }) {
      const parent = traceparent === undefined ? context.active() : remoteParent(traceparent);
      const server = tracer.startSpan(
        name,
        { kind: SpanKind.SERVER, startTime: startedAtMs, attributes: present(attributes) },
        parent,
      );
      const inside = trace.setSpan(context.active(), server);
      return {
        attempt(attemptName, attemptAttributes) {
          const client = tracer.startSpan(
            attemptName,
            { kind: SpanKind.CLIENT, attributes: present(attemptAttributes) },
            inside,
          );
          return { traceparent: writeTraceparent(client), end: (more, failure) => endSpan(client, more, failure) };
        },
        end: (more, failure) => endSpan(server, more, failure),
      };
    },
    close: () => Promise.race([provider.shutdown().catch(() => undefined), clock.sleep(LAST_DELIVERY_MS)]),
  };
}

/** The SDK keeps failures to itself. */
function telling(exporter: SpanExporter, url: string, warn: (message: string) => void): SpanExporter {
  let works = true;
  return {
    shutdown: () => exporter.shutdown(),
    forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
    export(spans, done) {
      exporter.export(spans, (result) => {
        const fails = result.error !== undefined;
        if (fails && works) warn(`Traces do not reach ${url}: ${result.error!.message}`);
        works = !fails;
        done(result);
      });
    },
  };
}

function endSpan(span: Span, attributes: Attributes, failure: Failure | undefined): void {
  span.setAttributes(present(attributes));
  if (failure !== undefined) span.setAttribute('error.type', failure.type);
  if (failure?.isError === true) span.setStatus({ code: SpanStatusCode.ERROR, message: failure.type });
  span.end();
}

function remoteParent(traceparent: string) {
  const [, traceId, spanId, flags] = traceparent.split('-') as [string, string, string, string];
  return trace.setSpanContext(context.active(), {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16) & TraceFlags.SAMPLED,
    isRemote: true,
  });
}

function writeTraceparent(span: Span): string {
  const { traceId, spanId, traceFlags } = span.spanContext();
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
}

function present(attributes: Attributes): Record<string, string | number | boolean | string[]> {
  return Object.fromEntries(
    Object.entries(attributes).filter(
      (entry): entry is [string, string | number | boolean | string[]] => entry[1] !== undefined,
    ),
  );
}
