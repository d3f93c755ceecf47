/** What to put into a URL to reach a server that listens on `host`: a wildcard is no address to go to, and IPv6 wants brackets. */
export function reachableHost(host: string): string {
  const bare = host.replace(/^\[(.*)\]$/, '$1');
  if (bare === '0.0.0.0') return '127.0.0.1';
  if (bare === '::') return '[::1]';
  return bare.includes(':') ? `[${bare}]` : bare;
}
