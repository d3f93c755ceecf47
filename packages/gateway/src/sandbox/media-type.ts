import type { IncomingHttpHeaders } from 'node:http';

/** True when the headers say that the body is JSON, whatever parameters follow. docs/cortex-quirks.md#media-type */
export function saysJson(headers: IncomingHttpHeaders): boolean {
  return (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() === 'application/json';
}
