import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { expect, test, vi } from 'vitest';
import { systemClock } from '../kit/clock.ts';
import type { SandboxReply } from './surface.ts';
import { writeReply } from './write-reply.ts';

test('a reader that stops is not written ahead of', async () => {
  const event = { data: 'x'.repeat(1000) };
  const reply: SandboxReply = {
    kind: 'stream',
    events: Array.from({ length: 20_000 }, () => event),
    timing: { paceMs: 0, stallMs: 0 },
  };
  let written: ServerResponse | undefined;
  let outcome = 'pending';
  const server = createServer((_request, response) => {
    written = response;
    const gone = new AbortController();
    response.on('close', () => gone.abort(new Error('gone')));
    writeReply(response, reply, systemClock, gone.signal).then(
      () => (outcome = 'written'),
      () => (outcome = 'given up'),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.pause();
  socket.write('GET / HTTP/1.1\r\nhost: sandbox\r\n\r\n');
  await vi.waitUntil(() => written?.writableNeedDrain === true, { interval: 1 });
  expect(written?.writableLength).toBeLessThan(1_000_000);
  expect(outcome).toBe('pending');
  socket.destroy();
  await vi.waitUntil(() => outcome === 'given up', { interval: 1 });
  server.close();
});

test('a silence amid a stream comes when what precedes it has left', async () => {
  const reply: SandboxReply = {
    kind: 'stream',
    events: ['a', 'b', 'c', 'd'].map((data) => ({ data })),
    timing: { paceMs: 0, stallMs: 5, stallAt: 2 },
  };
  let received = '';
  const silences: string[] = [];
  const clock = {
    ...systemClock,
    sleep: async () => {
      await vi.waitUntil(() => received.endsWith('data: b\n\n'), { interval: 1 });
      silences.push(received);
    },
  };
  const server = createServer((_request, response) => {
    void writeReply(response, reply, clock, new AbortController().signal);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  for await (const piece of answer.body ?? []) received += Buffer.from(piece).toString();
  expect(silences).toEqual(['data: a\n\ndata: b\n\n']);
  expect(received).toBe('data: a\n\ndata: b\n\ndata: c\n\ndata: d\n\n');
  server.close();
});
