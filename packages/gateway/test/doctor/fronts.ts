/** What may stand between the gateway and Snowflake: a proxy that collects answers, and TLS. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Server } from 'node:net';

export interface Front {
  port: number;
  close(): void;
}

/** Passes an answer on when it is complete, as a proxy that buffers does. */
export function startCollectingFront(target: string): Promise<Front> {
  return listen(createServer((incoming, outgoing) => pass(target, incoming, outgoing, true)));
}

export function startTlsFront(target: string, certificate: { key: string; cert: string }): Promise<Front> {
  return listen(createTlsServer(certificate, (incoming, outgoing) => pass(target, incoming, outgoing, false)));
}

async function listen(server: Server): Promise<Front> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, close: () => server.close() };
}

function pass(target: string, incoming: IncomingMessage, outgoing: ServerResponse, isCollected: boolean): void {
  const { method, headers, url = '/' } = incoming;
  const onward = request(`${target}${url}`, { method: method ?? 'GET', headers }, (answer) => {
    const chunks: Buffer[] = [];
    if (!isCollected) {
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(outgoing);
      return;
    }
    answer.on('data', (chunk: Buffer) => chunks.push(chunk));
    answer.on('end', () => {
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
      outgoing.end(Buffer.concat(chunks));
    });
  });
  incoming.pipe(onward);
}
