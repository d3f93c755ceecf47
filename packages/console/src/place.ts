/** Where the gateway is, told from where this page is: it is served under `/console/`, maybe behind a proxy's prefix. */
export function gatewayUrl(): string {
  return new URL('..', document.baseURI.replace(/[?#].*$/, '')).href.replace(/\/$/, '');
}

/** Cursor's servers make its calls: what only this machine or this network can reach is out of their reach. */
export function isPublicHttps(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  const isLocal = /^(localhost|127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|\[)|\.local$/.test(hostname);
  return protocol === 'https:' && !isLocal && hostname.includes('.');
}
