import type { IncomingHttpHeaders } from 'node:http';

/** The caller's key, from `Authorization: Bearer`, `x-api-key` (Anthropic) or `api-key` (Azure): clients of one dialect use any. */
export function credentialOf(headers: IncomingHttpHeaders): string | undefined {
  const bearer = /^bearer\s+(.+)$/i.exec(headers.authorization ?? '')?.[1]?.trim();
  if (bearer !== undefined && bearer !== '') return bearer;
  const apiKey = headers['x-api-key'] ?? headers['api-key'];
  return typeof apiKey === 'string' && apiKey !== '' ? apiKey : undefined;
}
