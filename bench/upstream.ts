/**
 * A process that answers as Cortex does, at the least cost: raw sockets, of a request only its length, path and
 * `accept` are read. What to answer is told over IPC, so that nothing has to be looked for in bodies of a megabyte.
 */
import { type Socket, createServer } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { AddressInfo } from 'node:net';
import { type Dialect, STAMP_DIGITS, answersOf } from './answers.ts';
import { nowNanos } from './clock.ts';
import type { Certificate } from './certificate.ts';

/** How streams are to be answered until told otherwise. */
export interface UpstreamOrder {
  streamed: boolean;
  paceMs: number;
  events: number;
}

export interface UpstreamPorts {
  plain: number;
  secure: number;
}

interface Replies {
  unary: Buffer;
  /** A short whole stream, for gateways that ask for one to answer a unary request. */
  short: Buffer;
  opening: string;
  beforeStamp: string;
  afterStamp: string;
  closing: string;
}

const HEAD_END = '\r\n\r\n';
const COMMON = 'cache-control: no-cache\r\nx-snowflake-request-id: 0f4a6d39-9a0e-4c8a-8a2e-6f1f2c1b7e55\r\n';
const STREAM_HEAD = `HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n${COMMON}transfer-encoding: chunked\r\n\r\n`;
const SHORT_EVENTS = 4;

const replies: Record<Dialect, Replies> = { chat: repliesOf('chat'), messages: repliesOf('messages') };
let order: UpstreamOrder = { streamed: false, paceMs: 0, events: 0 };

const certificate = JSON.parse(process.env['BENCH_CERTIFICATE'] ?? '{}') as Certificate;
const plain = createServer({ noDelay: true }, answer);
const secure = createTlsServer({ key: certificate.key, cert: certificate.cert, noDelay: true }, answer);
const ports: UpstreamPorts = { plain: await listen(plain), secure: await listen(secure) };
process.on('message', (next: UpstreamOrder) => {
  order = next;
  process.send?.('ordered');
});
process.on('disconnect', () => process.exit());
process.send?.(ports);

function listen(server: typeof plain | typeof secure): Promise<number> {
  return new Promise((resolve) => {
    server.listen({ host: '127.0.0.1', port: 0, backlog: 2_048 }, () =>
      resolve((server.address() as AddressInfo).port),
    );
  });
}

/** Serves one connection, request after request. */
function answer(socket: Socket): void {
  let head: Buffer = Buffer.alloc(0);
  let bodyLeft = 0;
  let reply: () => void = () => undefined;
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    if (bodyLeft === 0) {
      head = head.length === 0 ? chunk : Buffer.concat([head, chunk]);
      const end = head.indexOf(HEAD_END);
      if (end === -1) return;
      const text = head.toString('latin1', 0, end);
      const length = /\ncontent-length: *(\d+)/i.exec(text);
      if (length === null) return void socket.end('HTTP/1.1 411 Length Required\r\ncontent-length: 0\r\n\r\n');
      const { unary, short, ...streamed } = replies[/^\S+ \S*\/messages/.test(text) ? 'messages' : 'chat'];
      const asksForEvents = /\naccept: *text\/event-stream/i.test(text);
      reply = () => {
        if (order.streamed) stream(socket, streamed);
        else socket.write(asksForEvents ? short : unary);
      };
      bodyLeft = Number(length[1]) - (head.length - end - HEAD_END.length);
      head = Buffer.alloc(0);
    } else {
      bodyLeft -= chunk.length;
    }
    if (bodyLeft <= 0) reply();
  });
}

function stream(socket: Socket, { opening, beforeStamp, afterStamp, closing }: Omit<Replies, 'unary' | 'short'>): void {
  const { paceMs, events } = order;
  let sent = 0;
  const next = (): string => {
    sent += 1;
    return beforeStamp + String(nowNanos()).padStart(STAMP_DIGITS, '0') + afterStamp;
  };
  socket.write(STREAM_HEAD + opening + next(), 'latin1');
  if (paceMs === 0) return pour();
  // Each event is due at its own time after its stream's beginning. Intervals of one length, which Node.js keeps in one
  // list, fall into step for good after the first moment in which they are late together, and no conversations do that.
  const beganAtMs = performance.now();
  let timer: NodeJS.Timeout;
  const stop = () => clearTimeout(timer);
  const wait = () => {
    timer = setTimeout(sendNext, Math.max(1, beganAtMs + sent * paceMs - performance.now()));
  };
  const sendNext = () => {
    if (sent < events) {
      socket.write(next(), 'latin1');
      return wait();
    }
    socket.off('close', stop);
    socket.write(closing, 'latin1');
  };
  socket.on('close', stop);
  wait();

  function pour(): void {
    while (sent < events) {
      if (!socket.write(next(), 'latin1')) return void socket.once('drain', pour);
    }
    socket.write(closing, 'latin1');
  }
}

/** All texts are ASCII, so their length is that of their bytes. */
function repliesOf(dialect: Dialect): Replies {
  const { unary, streamed } = answersOf(dialect);
  const stamp = '0'.repeat(STAMP_DIGITS);
  const size = (streamed.beforeStamp + stamp + streamed.afterStamp).length.toString(16);
  const framed = {
    opening: streamed.opening === '' ? '' : chunkOf(streamed.opening),
    beforeStamp: `${size}\r\n${streamed.beforeStamp}`,
    afterStamp: `${streamed.afterStamp}\r\n`,
    closing: `${chunkOf(streamed.closing)}0\r\n\r\n`,
  };
  const short = Array.from({ length: SHORT_EVENTS }, () => framed.beforeStamp + stamp + framed.afterStamp).join('');
  return {
    ...framed,
    unary: Buffer.from(
      `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n${COMMON}content-length: ${unary.length}\r\n\r\n${unary}`,
    ),
    short: Buffer.from(STREAM_HEAD + framed.opening + short + framed.closing),
  };
}

function chunkOf(text: string): string {
  return `${text.length.toString(16)}\r\n${text}\r\n`;
}
