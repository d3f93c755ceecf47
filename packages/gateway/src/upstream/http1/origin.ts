import { isIP } from 'node:net';

/** Where a URL leads: read once, asked often. */
export interface Origin {
  /** `https://host:port`, the port only where it is not the usual one. */
  name: string;
  isSecure: boolean;
  /** A name, or an address without brackets. */
  hostname: string;
  port: number;
  /** For the `host` header. */
  host: string;
  /** What TLS asks for by name; addresses are no names. */
  serverName: string | undefined;
}

export interface Target {
  origin: Origin;
  /** Path and query. */
  path: string;
}

/** @throws TypeError for what is no URL of HTTP */
export function readTarget(url: string): Target {
  const { protocol, origin, hostname, host, port, pathname, search } = new URL(url);
  const isSecure = protocol === 'https:';
  if (!isSecure && protocol !== 'http:') throw new TypeError(`${protocol} is not spoken here`);
  const address = hostname.replace(/^\[|\]$/g, '');
  return {
    origin: {
      name: origin,
      isSecure,
      hostname: address,
      port: port === '' ? (isSecure ? 443 : 80) : Number(port),
      host,
      serverName: isIP(address) === 0 ? address : undefined,
    },
    path: pathname + search,
  };
}
