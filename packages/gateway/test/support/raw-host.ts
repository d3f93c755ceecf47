/** An HTTP host that speaks in bytes, so that it can say what no HTTP server would. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';

export interface RawHost {
  /** `http://127.0.0.1:port` */
  url: string;
  port: number;
  /** All connections so far, oldest first. */
  sockets: Socket[];
  /** Every request so far: its head and body as latin1. */
  requests: string[];
  close(): void;
}

/** @param answer is called when a request has come whole; `count` is its number on its connection, from 1 */
export async function startRawHost(
  answer: (socket: Socket, count: number) => void,
  certificate?: { key: string; cert: string },
): Promise<RawHost> {
  const sockets: Socket[] = [];
  const requests: string[] = [];
  const onConnection = (socket: Socket) => {
    sockets.push(socket);
    let unread = '';
    let count = 0;
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    socket.setEncoding('latin1').on('data', (text: string) => {
      unread += text;
      for (let size = sizeOf(unread); size <= unread.length; size = sizeOf(unread)) {
        requests.push(unread.slice(0, size));
        unread = unread.slice(size);
        count += 1;
        answer(socket, count);
      }
    });
  };
  const server: Server =
    certificate === undefined ? createServer(onConnection) : createTlsServer(certificate, onConnection);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `${certificate === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    port,
    sockets,
    requests,
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

/** Of the first request in the text; Infinity while its head is not complete. */
function sizeOf(text: string): number {
  const end = text.indexOf('\r\n\r\n');
  return end === -1 ? Infinity : end + 4 + Number(/^content-length: (\d+)/im.exec(text.slice(0, end))?.[1] ?? 0);
}
