import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server of this folder, listening. */
export interface RunningServer {
  /** `http://127.0.0.1:4010`. */
  readonly url: string;
  /** Drops every connection and stops listening. */
  close(): Promise<void>;
}

/** @throws Error `EADDRINUSE` and its like */
export async function listen(server: Server, port: number, host: string): Promise<RunningServer> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const bound = (server.address() as AddressInfo).port;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      }),
  };
}
