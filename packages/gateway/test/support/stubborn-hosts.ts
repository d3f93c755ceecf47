/** Hosts in the place of Cortex that give no whole answer: one refuses, one never gets as far as speaking HTTP, one never ends. */
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { JsonObject } from '../../src/ir/json.ts';

interface Host {
  url: string;
  close(): Promise<void>;
}

export interface RefusingHost extends Host {
  /** Requests so far. */
  count(): number;
  /** All of them are answered. */
  idle(): boolean;
}

export interface MuteHost extends Host {
  /** Connections on which TLS was offered. */
  greetings(): number;
  /** More came than the one record that offers it. */
  heardRequest(): boolean;
}

export interface EndlessHost extends Host {
  /** Answers that nobody has broken off. */
  running(): number;
  /** Bytes of the newest answer so far. */
  sentBytes(): number;
  /** How long the newest answer has been waiting to be allowed to go on. */
  heldBackMs(): number;
  /** When the newest answer was broken off by who asked: milliseconds since the epoch. */
  leftAtMs(): number | undefined;
}

/** Answers each request with 503 and the wish to be asked again later. */
export async function createRefusingHost(retryAfterSeconds: number): Promise<RefusingHost> {
  let asked = 0;
  let answered = 0;
  const server = createHttpServer((request, response) => {
    if (request.method !== 'POST') return void response.writeHead(404).end();
    asked += 1;
    request.resume().on('end', () => {
      response.writeHead(503, { 'retry-after': String(retryAfterSeconds), 'content-type': 'application/json' });
      response.end('{"message":"later"}', () => (answered += 1));
    });
  });
  const host = await listen(server, 'http');
  return { ...host, count: () => asked, idle: () => answered === asked };
}

/** Takes connections and never says a word, so that TLS is never agreed on. */
export async function createMuteHost(): Promise<MuteHost> {
  const heard = new Map<Socket, Buffer>();
  const server = createTcpServer((socket) => {
    socket.on('data', (bytes: Buffer) =>
      heard.set(socket, Buffer.concat([heard.get(socket) ?? Buffer.alloc(0), bytes])),
    );
    socket.on('error', () => undefined);
  });
  const host = await listen(server, 'https');
  return {
    url: host.url,
    greetings: () => heard.size,
    heardRequest: () => Array.from(heard.values()).some((bytes) => bytes.length > 5 + bytes.readUInt16BE(3)),
    async close() {
      for (const socket of heard.keys()) socket.destroy();
      await host.close();
    },
  };
}

const PIECE = 'x'.repeat(4_000);
const events = (...data: object[]) => data.map((each) => `data: ${JSON.stringify(each)}\n\n`).join('');
const named = (...data: (JsonObject & { type: string })[]) =>
  data.map((each) => `event: ${each.type}\n${events(each)}`).join('');

/** The beginning of an answer, and what follows for ever. */
const ANSWERS = {
  messages: [
    named(
      {
        type: 'message_start',
        message: {
          id: 'msg_1',
          type: 'message',
          role: 'assistant',
          model: 'm',
          content: [],
          usage: { input_tokens: 1 },
        },
      },
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    ),
    named({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: PIECE } }),
  ],
  chat: [
    events({ id: '1', object: 'chat.completion.chunk', choices: [{ index: 0, delta: { role: 'assistant' } }] }),
    events({ id: '1', object: 'chat.completion.chunk', choices: [{ index: 0, delta: { content: PIECE } }] }),
  ],
} as const;

/** Streams an answer as fast as it is taken, and never comes to its end. */
export async function createEndlessHost(): Promise<EndlessHost> {
  let running = 0;
  let sentBytes = 0;
  let heldSinceMs: number | undefined;
  let leftAtMs: number | undefined;
  const server = createHttpServer((request, response) => {
    if (request.method !== 'POST') return void response.writeHead(404).end();
    const [beginning, piece] = request.url?.endsWith('/messages') ? ANSWERS.messages : ANSWERS.chat;
    running += 1;
    sentBytes = 0;
    leftAtMs = undefined;
    const goOn = () => {
      heldSinceMs = undefined;
      while (response.write(piece)) sentBytes += piece.length;
      sentBytes += piece.length;
      heldSinceMs = performance.now();
    };
    response.on('drain', goOn);
    response.on('close', () => {
      running -= 1;
      leftAtMs = Date.now();
    });
    request.resume().on('end', () => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(beginning);
      goOn();
    });
  });
  return {
    ...(await listen(server, 'http')),
    running: () => running,
    sentBytes: () => sentBytes,
    heldBackMs: () => (heldSinceMs === undefined ? 0 : performance.now() - heldSinceMs),
    leftAtMs: () => leftAtMs,
  };
}

async function listen(server: Server, scheme: string): Promise<Host> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `${scheme}://127.0.0.1:${port}`,
    async close() {
      server.close();
      await once(server, 'close');
    },
  };
}
