import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { HttpReply } from './reply.ts';

/** More than the buffers of both sides hold. */
const HUGE = 'x'.repeat(64 * 1024 * 1024);

async function listening(
  answer: (response: ServerResponse) => unknown,
): Promise<{ server: ReturnType<typeof createServer>; port: number }> {
  const server = createServer((_request, response) => void answer(response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, port: (server.address() as AddressInfo).port };
}

const PIECES = [
  'data: 1\n\n',
  'data: né 六 👩\n\n',
  '',
  Buffer.from('data: Zoë\n\n'),
  'x'.repeat(20_000),
  'data: [DONE]\n\n',
];
const TOLD = PIECES.join('');

it.each([1, 2, 3, PIECES.length])('streams every piece as it is, %i at a time', async (atOnce) => {
  const { server, port } = await listening(async (response) => {
    const reply = new HttpReply(response);
    reply.startStream({});
    for (const [index, piece] of PIECES.entries()) {
      if (index % atOnce === 0) await setImmediate();
      reply.write(piece);
    }
    reply.end();
  });
  const answer = await fetch(`http://127.0.0.1:${port}`);
  expect(await answer.text()).toBe(TOLD);
  server.close();
});

it('keeps the order of answers to requests that came at once on one connection', async () => {
  const replies: HttpReply[] = [];
  const { server, port } = await listening(async (response) => {
    replies.push(new HttpReply(response));
    if (replies.length < 2) return;
    const [first, second] = replies.map((reply) => {
      reply.startStream({});
      return reply;
    });
    for (const piece of PIECES) {
      await setImmediate();
      second!.write(piece);
      first!.write(piece);
    }
    first!.end();
    await setImmediate();
    second!.write('data: last\n\n');
    second!.end();
  });
  const socket = connect(port, '127.0.0.1');
  socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\nGET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
  let wire = '';
  for await (const bytes of socket.setEncoding('utf8')) wire += bytes as string;
  const [, first, second] = wire.split(/HTTP\/1\.1 200 OK\r\n[^]*?\r\n\r\n/);
  expect(unchunked(first!)).toBe(TOLD);
  expect(unchunked(second!)).toBe(`${TOLD}data: last\n\n`);
  server.close();
});

function unchunked(body: string): string {
  let text = '';
  let rest = Buffer.from(body);
  for (;;) {
    const end = rest.indexOf('\r\n');
    const size = Number.parseInt(rest.toString('latin1', 0, end), 16);
    if (size === 0) return text;
    text += rest.toString('utf8', end + 2, end + 2 + size);
    rest = rest.subarray(end + 2 + size + 2);
  }
}

it('lets a large answer go that its client does not take', async () => {
  const { server, port } = await listening((response) => {
    new HttpReply(response, 200).json(200, {}, HUGE);
    server.emit('answering', response);
  });
  const socket = connect(port, '127.0.0.1').pause();
  socket.on('error', () => undefined);
  socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
  const [response] = (await once(server, 'answering')) as [ServerResponse];
  await once(response, 'close');
  expect(response.writableFinished).toBe(false);
  socket.destroy();
  server.close();
});
