import type { ErrorEnvelope } from './contract.ts';

/** The gateway answered, and the answer is an error. */
export class CouloirApiError extends Error {
  /** HTTP status. */
  readonly status: number;
  readonly code: string | null;
  /** The parameter that is wrong. */
  readonly param: string | null;
  /** The gateway's log knows the request by it. */
  readonly requestId: string | null;

  constructor(status: number, message: string, detail: Partial<ErrorEnvelope['error']>) {
    super(message);
    this.name = 'CouloirApiError';
    this.status = status;
    this.code = detail.code ?? null;
    this.param = detail.param ?? null;
    this.requestId = detail.request_id ?? null;
  }
}

/** The key is not the gateway's. */
export class CouloirKeyError extends CouloirApiError {
  override readonly name = 'CouloirKeyError';
}

/** No answer of a gateway came: it is not there, something else is, or it took too long. `cause` has the reason. */
export class CouloirConnectionError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'CouloirConnectionError';
  }
}
