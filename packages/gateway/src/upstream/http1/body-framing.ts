import type { ResponseHead, ResponseHeaders } from './response-head.ts';
import { protocolError } from './transport-error.ts';

/** How the end of a body is known. */
export interface BodyFraming {
  /** Bytes; 0 when there is no body. */
  kind: 'length' | 'chunked' | 'until-close';
  length: number;
  /** How long the connection may idle after the answer; 0 when it must not be used again. */
  reusableMs: number;
}

/** No more than JavaScript counts exactly. */
const LENGTH = /^\d{1,15}$/;
const SECONDS = /(?:^|[,;\s])timeout\s*=\s*"?(\d{1,9})/i;
/** A request that is on its way when the server's time is over would meet a closed connection. */
const LEEWAY_MS = 1_000;

/**
 * RFC 9112, section 6.3, where it leaves a choice always the one that cannot be used to smuggle an answer: what
 * two readers could understand in two ways is refused and not mended.
 * @throws TransportError
 */
export function frameBody({ status, isHttp10, headers }: ResponseHead): BodyFraming {
  const coding = headers['transfer-encoding'];
  const length = headers['content-length'];
  if (coding !== undefined) {
    // We send no TE, so that there is no other coding to expect; older readers do not know any.
    if (typeof coding !== 'string' || coding.toLowerCase() !== 'chunked' || isHttp10)
      throw protocolError('a transfer coding that nobody asked for');
    if (length !== undefined) throw protocolError('a content length beside a transfer coding');
  }
  if (length !== undefined && (typeof length !== 'string' || !LENGTH.test(length)))
    throw protocolError('a content length that is not one number');
  const reusableMs = isHttp10 || saysClose(headers.connection) ? 0 : keepAliveMs(headers['keep-alive']);
  if (status === 204 || status === 304) {
    // Whoever announces a body where none can be may also send it, and it would be read as the next answer.
    const announced = coding !== undefined || Number(length ?? 0) > 0;
    return { kind: 'length', length: 0, reusableMs: announced ? 0 : reusableMs };
  }
  if (coding !== undefined) return { kind: 'chunked', length: 0, reusableMs };
  if (length !== undefined) return { kind: 'length', length: Number(length), reusableMs };
  return { kind: 'until-close', length: 0, reusableMs: 0 };
}

/** @throws TransportError for an informational answer that has, or could be read as having, anything but a head */
export function checkInformational({ status, isHttp10, headers }: ResponseHead): void {
  if (status === 101) throw protocolError('a change of protocol that nobody asked for');
  const hasBody = headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
  if (hasBody || isHttp10 || saysClose(headers.connection))
    throw protocolError('an informational answer that cannot be one');
}

function saysClose(connection: ResponseHeaders[string]): boolean {
  if (connection === undefined || connection === 'keep-alive') return false;
  return /(?:^|,)[\t ]*close[\t ]*(?:,|$)/i.test(String(connection));
}

/** Infinite when the server sets no time. */
function keepAliveMs(keepAlive: ResponseHeaders[string]): number {
  if (keepAlive === undefined) return Infinity;
  const seconds = SECONDS.exec(String(keepAlive))?.[1];
  return seconds === undefined ? Infinity : Math.max(0, Number(seconds) * 1000 - LEEWAY_MS);
}
