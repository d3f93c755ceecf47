import { GatewayError, toGatewayError } from '../errors/error.ts';

/** What a connection's failure means, by its code of Node.js or of `TransportError`. All of it happens before or instead of an answer. */
const TRANSPORT_FAILURES: Record<string, { kind: 'upstream-broken' | 'upstream-timeout'; says: string }> = {
  ENOTFOUND: {
    kind: 'upstream-broken',
    says: 'its name does not resolve. Check the account or api_base in the config',
  },
  EAI_AGAIN: {
    kind: 'upstream-broken',
    says: 'its name could not be resolved just now. Check the DNS of this machine',
  },
  ECONNREFUSED: {
    kind: 'upstream-broken',
    says: 'it refused the connection. Check the host, the port and the firewall',
  },
  ECONNRESET: { kind: 'upstream-broken', says: 'it reset the connection' },
  EPIPE: { kind: 'upstream-broken', says: 'it closed the connection while the request was being sent' },
  UPSTREAM_CLOSED: { kind: 'upstream-broken', says: 'it closed the connection before its answer was complete' },
  UPSTREAM_PROTOCOL: {
    kind: 'upstream-broken',
    says: 'it broke the rules of HTTP/1.1. Check that the address is that of Snowflake, and what stands between',
  },
  UPSTREAM_CONNECT_TIMEOUT: { kind: 'upstream-timeout', says: 'it did not accept a connection in time' },
  UPSTREAM_FIRST_BYTE_TIMEOUT: { kind: 'upstream-timeout', says: 'it sent no answer in time (timeouts.first_byte)' },
  UPSTREAM_IDLE_TIMEOUT: { kind: 'upstream-timeout', says: 'its answer fell silent for too long (timeouts.idle)' },
  REQUEST_HEAD_INVALID: {
    kind: 'upstream-broken',
    says: 'a header of the request cannot be sent. Check extra_headers in the config',
  },
  TRANSPORT_CLOSED: { kind: 'upstream-broken', says: 'this gateway is shutting down' },
  CERT_HAS_EXPIRED: { kind: 'upstream-broken', says: 'its certificate has expired' },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    kind: 'upstream-broken',
    says: 'its certificate is for another name. Write the account with hyphens instead of underscores',
  },
  DEPTH_ZERO_SELF_SIGNED_CERT: {
    kind: 'upstream-broken',
    says: 'its certificate is signed by nobody this machine trusts',
  },
  SELF_SIGNED_CERT_IN_CHAIN: {
    kind: 'upstream-broken',
    says: 'its certificate is signed by nobody this machine trusts',
  },
};

/** Failures that the same host may not repeat on a new connection. */
const PASSING = new Set(['EAI_AGAIN', 'ECONNRESET', 'EPIPE', 'UPSTREAM_CLOSED', 'UPSTREAM_CONNECT_TIMEOUT']);

/**
 * Turns whatever the transport threw into a GatewayError.
 * @param origin the host that failed, for the message
 */
export function classifyTransport(cause: unknown, origin: string): GatewayError {
  if (cause instanceof GatewayError) return cause;
  const code = codeOf(cause);
  const known = code === undefined ? undefined : TRANSPORT_FAILURES[code];
  const { kind, says } = known ?? { kind: 'upstream-broken' as const, says: 'the connection failed' };
  return new GatewayError(kind, `${origin} could not be used: ${says}${code === undefined ? '' : ` (${code})`}.`, {
    cause,
    retry: code !== undefined && PASSING.has(code) ? 'same' : 'other',
    upstream: code === undefined ? {} : { code },
  });
}

/**
 * The meaning of an answer that broke off after it had begun.
 * @param name how the upstream is called in messages
 */
export function classifyCut(cause: unknown, name: string, requestId: string | undefined): GatewayError {
  if (cause instanceof GatewayError) return cause;
  const code = codeOf(cause);
  if (code === undefined && isDefect(cause)) return toGatewayError(cause);
  const silent = code === 'UPSTREAM_IDLE_TIMEOUT';
  const how = silent ? 'fell silent amid its answer for too long (timeouts.idle)' : 'broke off its answer';
  const marks = [code, requestId === undefined ? undefined : `request id ${requestId}`].filter(Boolean).join(', ');
  return new GatewayError(
    silent ? 'upstream-timeout' : 'upstream-broken',
    `${name} ${how}${marks === '' ? '' : ` (${marks})`}. Try again.`,
    {
      cause,
      retry: 'same',
      upstream: { ...(code === undefined ? {} : { code }), ...(requestId === undefined ? {} : { requestId }) },
    },
  );
}

/** What JavaScript itself throws comes from a mistake in our own code, which another try would only hide. */
function isDefect(cause: unknown): boolean {
  return cause instanceof TypeError || cause instanceof RangeError || cause instanceof ReferenceError;
}

function codeOf(cause: unknown): string | undefined {
  for (let error = cause; error instanceof Error; error = error.cause) {
    if ('code' in error && typeof error.code === 'string') return error.code;
  }
  return undefined;
}
