/**
 * What keeps an answer from coming, beside the codes of Node.js for names, sockets and certificates. They
 * are told to clients and operators, so they never change their meaning.
 *
 * - `UPSTREAM_CLOSED`: the other side ended the connection before its answer was complete.
 * - `UPSTREAM_PROTOCOL`: it sent what HTTP/1.1 does not allow, or more than is read of a head.
 * - `UPSTREAM_CONNECT_TIMEOUT`, `UPSTREAM_FIRST_BYTE_TIMEOUT`, `UPSTREAM_IDLE_TIMEOUT`: by what was waited for.
 * - `REQUEST_HEAD_INVALID`: a header that cannot be sent, because it would not be one header.
 * - `TRANSPORT_CLOSED`: this process gave its connections up.
 */
type TransportErrorCode =
  | 'UPSTREAM_CLOSED'
  | 'UPSTREAM_PROTOCOL'
  | 'UPSTREAM_CONNECT_TIMEOUT'
  | 'UPSTREAM_FIRST_BYTE_TIMEOUT'
  | 'UPSTREAM_IDLE_TIMEOUT'
  | 'REQUEST_HEAD_INVALID'
  | 'TRANSPORT_CLOSED';

/** Its message never repeats bytes of the other side. */
export class TransportError extends Error {
  readonly code: TransportErrorCode;

  constructor(code: TransportErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'TransportError';
    this.code = code;
  }
}

/** What the other side sent breaks a rule. */
export function protocolError(what: string): TransportError {
  return new TransportError('UPSTREAM_PROTOCOL', what);
}
