import { ERRORS, type ErrorKind } from './table.ts';

/** What the upstream said when it failed: safe to log (its body is capped and redacted where it was read). */
export interface UpstreamFailure {
  /** HTTP status; absent when no answer came (reset, timeout, DNS). */
  status?: number;
  /** Snowflake's code (`300014`) or the transport's (`ECONNRESET`). */
  code?: string;
  /** Snowflake's `X-Snowflake-Request-ID`, which its support asks for. */
  requestId?: string;
  /** The upstream's own words, at most a few hundred characters. */
  message?: string;
}

export interface ErrorDetail {
  cause?: unknown;
  upstream?: UpstreamFailure;
  /** The field of the client's body that is wrong, in path notation. */
  param?: string;
  retryAfterMs?: number;
  /** The methods that a path takes, for a 405's `Allow`. */
  allow?: string[];
  /** What a program may act on, for dialects that have a place for it (Anthropic's `error.details`). */
  details?: Record<string, string | string[]>;
  /** What another try could mend: `same` deployment again, only another (`other`), or nothing. Absent means `never`. */
  retry?: Retry;
}

export type Retry = 'same' | 'other' | 'never';

/**
 * The one error class. `publicMessage` is the only text that leaves the house, so it must say what is
 * wrong and what to do next, and must hold no secret; `detail` goes to the log.
 */
export class GatewayError extends Error {
  readonly kind: ErrorKind;
  readonly publicMessage: string;
  readonly detail: ErrorDetail;

  constructor(kind: ErrorKind, publicMessage: string, detail: ErrorDetail = {}) {
    super(publicMessage, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.name = 'GatewayError';
    this.kind = kind;
    this.publicMessage = publicMessage;
    this.detail = detail;
  }

  /** The HTTP status this error is answered with before headers are sent. */
  get status(): number {
    return ERRORS[this.kind].status;
  }
}

/** Anything thrown, as a GatewayError: a stranger becomes `internal` with a text that gives nothing away. */
export function toGatewayError(cause: unknown): GatewayError {
  if (cause instanceof GatewayError) return cause;
  return new GatewayError(
    'internal',
    'The gateway failed on this request. Its log has the details under this request id.',
    { cause },
  );
}
