/**
 * Browser clients (Open WebUI, the desktop editors' renderers) call from another origin. Every request
 * must carry the key itself, no cookie is ever read, so any origin may.
 */
export const CORS_HEADERS = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': '*',
} as const;

export const PREFLIGHT_HEADERS = {
  ...CORS_HEADERS,
  'access-control-allow-methods': 'GET, POST, DELETE, OPTIONS',
  // `*` does not cover Authorization, which must be named.
  'access-control-allow-headers': 'Authorization, Content-Type, X-Api-Key, *',
  'access-control-max-age': '86400',
} as const;
