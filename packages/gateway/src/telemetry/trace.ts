/** Traces as the gateway sees them. Nobody pays for them unless an exporter is configured (see otlp.ts). */
export interface Tracer {
  /** @param traceparent of the client, which the trace continues */
  begin(request: { name: string; traceparent: string | undefined; startedAtMs: number; attributes: Attributes }): Trace;
  /** Sends what is left. */
  close(): Promise<void>;
}

/** One exchange. */
export interface Trace {
  /** One request to an upstream. */
  attempt(name: string, attributes: Attributes): Attempt;
  end(attributes: Attributes, failure?: Failure): void;
}

/** Why there was no answer. */
export interface Failure {
  /** The kind of the error. */
  type: string;
  /** False: the span has not failed, it only tells why it ended. */
  isError: boolean;
}

interface Attempt {
  /** To be sent along, so that the upstream continues the trace. */
  traceparent: string;
  end(attributes: Attributes, failure?: Failure): void;
}

/** Keys of the GenAI semantic conventions where they have one. Undefined values are left out. */
export type Attributes = Record<string, string | number | boolean | string[] | undefined>;

const TRACEPARENT = /^(?!ff)[\da-f]{2}-([\da-f]{32})-([\da-f]{16})-[\da-f]{2}$/;

/** The header as it came, when it is well-formed and of no invalid trace. */
export function readTraceparent(header: string | string[] | undefined): string | undefined {
  if (typeof header !== 'string') return undefined;
  const [, trace, parent] = TRACEPARENT.exec(header) ?? [];
  if (trace === undefined || /^0+$/.test(trace) || /^0+$/.test(parent!)) return undefined;
  return header;
}
