import { GatewayError } from '../errors/error.ts';
import type { Failure } from './messages.ts';

const FIELDS = ['code', 'port', 'address', 'path'] as const;

/** What another process needs of an error to tell it as its own. */
export function toFailure(cause: unknown): Failure {
  const message =
    cause instanceof GatewayError ? cause.publicMessage : cause instanceof Error ? cause.message : String(cause);
  const known = cause instanceof Error ? cause : {};
  return Object.assign({ message }, ...FIELDS.map((name) => (name in known ? { [name]: known[name as never] } : {})));
}

export function fromFailure({ message, ...fields }: Failure): Error {
  return Object.assign(new Error(message), fields);
}
