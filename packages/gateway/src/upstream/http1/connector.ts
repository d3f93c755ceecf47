import { connect as connectTcp, type LookupFunction, type OnReadOpts, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls, createSecureContext, type SecureContext } from 'node:tls';
import type { Origin } from './origin.ts';

export interface ConnectorOptions {
  /** Resolves names, for callers that must vet the address they connect to. */
  lookup?: LookupFunction;
  /** Extra certificate authority, PEM. */
  ca?: string;
}

/** Before a dead host is found out by TCP itself. */
const KEEP_ALIVE_MS = 60_000;
const MOST_SESSIONS = 100;
/**
 * What all sockets read into, one at a time: a read is over before the next begins, and most of what is read is
 * looked at and not kept. As much as libuv reads at once.
 */
const READ_BUFFER = Buffer.allocUnsafeSlow(64 * 1024);

/** Opens TCP and TLS connections to origins. */
export class Connector {
  readonly #options: ConnectorOptions;
  /** Newest TLS session of an origin, which spares the next connection half of its handshake. */
  readonly #sessions = new Map<string, Buffer>();
  #secureContext: SecureContext | undefined;

  constructor(options: ConnectorOptions) {
    this.#options = options;
  }

  /**
   * Emits `connect`, or `secureConnect` where TLS is spoken, when it may be written to.
   * @param onBytes hears what has been read, which the next read overwrites; in place of `data`
   */
  open(origin: Origin, onBytes: (bytes: Buffer) => void): Socket {
    const onread: OnReadOpts = {
      buffer: READ_BUFFER,
      callback(count) {
        onBytes(READ_BUFFER.subarray(0, count));
        return true;
      },
    };
    const { lookup } = this.#options;
    const place = { host: origin.hostname, port: origin.port, ...(lookup === undefined ? {} : { lookup }), onread };
    const socket = origin.isSecure ? this.#openTls(origin, place) : connectTcp(place);
    return socket.setNoDelay(true).setKeepAlive(true, KEEP_ALIVE_MS);
  }

  #openTls({ name, serverName }: Origin, place: ConnectionOptions): Socket {
    const { ca } = this.#options;
    const session = this.#sessions.get(name);
    this.#secureContext ??= createSecureContext(ca === undefined ? {} : { ca });
    const socket = connectTls({
      ...place,
      secureContext: this.#secureContext,
      // A connection that breaks then breaks one answer, which HTTP/2's would not.
      ALPNProtocols: ['http/1.1'],
      ...(serverName === undefined ? {} : { servername: serverName }),
      ...(session === undefined ? {} : { session }),
    });
    // Only from a host that proved to be the right one.
    return socket.on('session', (fresh: Buffer) => {
      if (this.#sessions.size >= MOST_SESSIONS && !this.#sessions.has(name)) this.#sessions.clear();
      this.#sessions.set(name, fresh);
    });
  }
}
