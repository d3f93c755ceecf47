import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { expect, it } from 'vitest';
import { HttpReply } from './reply.ts';

/** More than the buffers of both sides hold. */
const HUGE = 'x'.repeat(64 * 1024 * 1024);

it('lets a large answer go that its client does not take', async () => {
  const server = createServer((_request, response) => {
    new HttpReply(response, 200).json(200, {}, HUGE);
    server.emit('answering', response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const socket = connect(port, '127.0.0.1').pause();
  socket.on('error', () => undefined);
  socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
  const [response] = (await once(server, 'answering')) as [ServerResponse];
  await once(response, 'close');
  expect(response.writableFinished).toBe(false);
  socket.destroy();
  server.close();
});
