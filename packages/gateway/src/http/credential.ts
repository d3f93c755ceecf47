import type { IncomingHttpHeaders } from 'node:http';

/** The caller's key, from `Authorization: Bearer` or `x-api-key`: clients of one dialect use either. */
export function credentialOf(headers: IncomingHttpHeaders): string | undefined {
  const bearer = /^bearer\s+(.+)$/i.exec(headers.authorization ?? '')?.[1]?.trim();
  if (bearer !== undefined && bearer !== '') return bearer;
  const apiKey = headers['x-api-key'];
  return typeof apiKey === 'string' && apiKey !== '' ? apiKey : undefined;
}
