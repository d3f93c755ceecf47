// Over real connections, with hosts that do what hosts do on their bad days.
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { selfSigned } from '../../test/support/certificate.ts';
import { type RawHost, startRawHost } from '../../test/support/raw-host.ts';
import { readWhole } from '../kit/pump.ts';
import { createTransport, type Transport, type UpstreamReply } from './transport.ts';

type Call = Parameters<Transport['call']>[0];

const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';
const patient = new AbortController().signal;

let transport: Transport;
let ticks: (() => void)[];
const hosts: RawHost[] = [];

beforeEach(() => {
  ticks = [];
  transport = createTransport({ clock: { every } });
});
afterEach(async () => {
  await transport.close();
  for (const host of hosts.splice(0)) host.close();
});

/** Time passes by hand. */
function every(_ms: number, task: () => void): () => void {
  ticks.push(task);
  return () => void ticks.splice(ticks.indexOf(task), 1);
}

function pass(ms: number): void {
  for (let passed = 0; passed < ms; passed += 100) for (const tick of ticks) tick();
}

async function hostOf(answer: (socket: Socket, count: number) => void): Promise<RawHost> {
  const host = await startRawHost(answer);
  hosts.push(host);
  return host;
}

function call(host: RawHost, more: Partial<Call> = {}): Promise<UpstreamReply> {
  const usual = {
    method: 'POST' as const,
    headers: {},
    body: '{}',
    signal: patient,
    firstByteMs: 1_000,
    idleMs: 1_000,
  };
  return transport.call({ url: `${host.url}/v1`, ...usual, ...more });
}

async function ask(host: RawHost, more: Partial<Call> = {}): Promise<string> {
  const { body, status } = await call(host, more);
  return `${status} ${(await readWhole(body, 1e9, patient)).toString()}`;
}

/** One turn of the event loop: what has been sent is read. */
const turn = () => new Promise<void>((resolve) => void setImmediate(resolve));

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await turn();
}

describe('a request', () => {
  it('is written as it is meant', async () => {
    const host = await hostOf((socket) => socket.write(OK));
    await ask(host, { url: `${host.url}/v1/x?y=z%20`, headers: { 'X-One': 'a b', authorization: 'Bearer t' } });
    await ask(host, { method: 'GET', headers: { Host: 'elsewhere', connection: 'close' }, body: '' });
    await ask(host, { fresh: true, body: Buffer.from([1, 2]) });
    expect(host.requests).toEqual([
      `POST /v1/x?y=z%20 HTTP/1.1\r\nhost: 127.0.0.1:${host.port}\r\nconnection: keep-alive\r\nX-One: a b\r\nauthorization: Bearer t\r\ncontent-length: 2\r\n\r\n{}`,
      'GET /v1 HTTP/1.1\r\nhost: elsewhere\r\nconnection: close\r\n\r\n',
      `POST /v1 HTTP/1.1\r\nhost: 127.0.0.1:${host.port}\r\nconnection: close\r\ncontent-length: 2\r\n\r\n\x01\x02`,
    ]);
  });

  it.each([
    ['text', {}, 'ü€\u{1f600}\ud800'],
    ['text behind a header in latin1', { 'x-name': 'café' }, 'ü€\u{1f600}\ud800'],
    ['much text', {}, 'ü'.repeat(500_000)],
    ['bytes behind a header in latin1', { 'x-name': 'café' }, Buffer.from('ü€')],
  ])('has the length that its body has in bytes: %s', async (_what, headers, body) => {
    const host = await hostOf((socket) => socket.write(OK));
    expect(await ask(host, { headers, body })).toBe('200 ok');
    expect(await ask(host)).toBe('200 ok');
    const [head, sent] = host.requests[0]!.split('\r\n\r\n');
    expect(Buffer.from(sent!, 'latin1').equals(Buffer.from(body))).toBe(true);
    expect(head).toContain('x-name' in headers ? 'x-name: café' : 'content-length');
  });

  it.each([
    ['a line in a value', { 'x-a': 'b\r\nx-c: d' }],
    ['a line feed in a value', { 'x-a': 'b\nx-c: d' }],
    ['a NUL in a value', { 'x-a': 'b\0' }],
    ['letters that are not in latin1', { 'x-a': '€' }],
    ['a name with a line in it', { 'x-a: b\r\nx-c': 'd' }],
    ['a name with a blank', { 'x a': 'b' }],
    ['an empty name', { '': 'b' }],
    ['another length', { 'Content-Length': '0' }],
    ['another end', { 'transfer-encoding': 'chunked' }],
  ])('is not sent with %s', async (_what, headers) => {
    const host = await hostOf((socket) => socket.write(OK));
    await expect(call(host, { headers })).rejects.toMatchObject({
      kind: 'upstream-broken',
      detail: { upstream: { code: 'REQUEST_HEAD_INVALID' } },
    });
    expect(host.sockets).toEqual([]);
  });
});

describe('connections', () => {
  it('are used again, the newest first', async () => {
    const host = await hostOf((socket) => socket.write(OK));
    await Promise.all([ask(host), ask(host)]);
    await ask(host);
    await ask(host);
    expect(host.sockets.length).toBe(2);
  });

  it('are not used again when the call asked for one of its own', async () => {
    const host = await hostOf((socket) => socket.write(OK));
    await ask(host);
    await ask(host, { fresh: true });
    await until(() => host.sockets[1]!.destroyed);
    await ask(host);
    expect(host.sockets.length).toBe(2);
  });

  it.each([
    ['that says so', 'HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok'],
    ['of HTTP/1.0', 'HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nok'],
    ['with another behind it', OK + OK.replace('ok', 'no')],
  ])('are closed after an answer %s', async (_what, answer) => {
    const host = await hostOf((socket) => socket.write(answer));
    expect(await ask(host)).toBe('200 ok');
    expect(await ask(host)).toBe('200 ok');
    expect(host.sockets.length).toBe(2);
    await until(() => host.sockets.every(({ destroyed }) => destroyed));
  });

  it('are closed when they were not used for 30 seconds, or for as long as the server keeps them', async () => {
    const host = await hostOf((socket) => socket.write(OK.replace('\r\n\r\n', '\r\nkeep-alive: timeout=5\r\n\r\n')));
    const other = await hostOf((socket) => socket.write(OK));
    await Promise.all([ask(host), ask(other)]);
    pass(3_900);
    await turn();
    expect(host.sockets[0]!.destroyed).toBe(false);
    pass(400);
    await until(() => host.sockets[0]!.destroyed);
    expect(other.sockets[0]!.destroyed).toBe(false);
    pass(26_000);
    await until(() => other.sockets[0]!.destroyed);
    expect(ticks, 'nothing is left to wait for').toEqual([]);
  });

  it('that the server has closed are not used', async () => {
    const host = await hostOf((socket) => socket.write(OK));
    await ask(host);
    host.sockets[0]!.end();
    await once(host.sockets[0]!, 'close');
    expect(await ask(host)).toBe('200 ok');
    expect(host.sockets.length).toBe(2);
  });

  // A timer runs before what has come is read, and that before the request is written.
  it.each([
    ['that the server is closing', (socket: Socket) => void socket.end()],
    [
      'on which an answer came that nobody had asked for',
      (socket: Socket) => void socket.write(OK.replace('ok', 'no')),
    ],
  ])('%s are not used even when that has not been read yet', async (_what, spoil) => {
    const host = await hostOf((socket) => socket.write(OK));
    await ask(host);
    const answer = await new Promise((resolve) => {
      setTimeout(() => {
        spoil(host.sockets[0]!);
        resolve(ask(host));
      }, 1);
    });
    expect(answer).toBe('200 ok');
    expect(host.sockets.length).toBe(2);
    expect(host.requests.length).toBe(2);
  });

  it.each(['http', 'https'])('are tried with all addresses of a name, over %s', async (protocol) => {
    const certificate = await selfSigned();
    const host = await startRawHost((socket) => socket.write(OK), protocol === 'https' ? certificate : undefined);
    hosts.push(host);
    await transport.close();
    transport = createTransport({
      ca: certificate.cert,
      lookup: (_name, _options, done) =>
        done(null, [
          { address: '::1', family: 6 },
          { address: '127.0.0.1', family: 4 },
        ]),
    });
    expect(await ask(host, { url: `${protocol}://localhost:${host.port}/` })).toBe('200 ok');
  });

  it('carry a thousand answers at once, each to who asked', async () => {
    const host = await hostOf((socket) => {
      const body = host.requests.at(-1)!.split('\r\n\r\n')[1]!;
      const half = Math.floor(body.length / 2);
      socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
      setImmediate(() => {
        for (const part of [body.slice(0, half), body.slice(half)])
          if (part !== '') socket.write(`${part.length.toString(16)}\r\n${part}\r\n`);
        socket.write('0\r\n\r\n');
      });
    });
    for (let wave = 0; wave < 3; wave += 1) {
      const bodies = Array.from({ length: 1_000 }, (_, index) => `${wave}-${index}-${'x'.repeat(index)}`);
      expect(await Promise.all(bodies.map((body) => ask(host, { body })))).toEqual(bodies.map((body) => `200 ${body}`));
    }
    expect(host.sockets.length).toBe(1_000);
  });

  it('are given up together, with whatever runs on them', async () => {
    const host = await hostOf((socket, count) => count === 1 && socket.write(OK));
    await ask(host);
    const given = { detail: { upstream: { code: 'TRANSPORT_CLOSED' } } };
    const running = call(host).catch((cause: unknown) => cause);
    await until(() => host.requests.length === 2);
    await transport.close();
    expect(await running).toMatchObject(given);
    await expect(call(host)).rejects.toMatchObject(given);
    await until(() => host.sockets[0]!.destroyed);
  });
});

describe('what goes wrong', () => {
  it.each([
    ['closed before an answer', (socket: Socket) => void socket.end(), 'UPSTREAM_CLOSED', 'same'],
    ['closed in its head', (socket: Socket) => void socket.end('HTTP/1.1 200 OK\r\na'), 'UPSTREAM_CLOSED', 'same'],
    ['reset', (socket: Socket) => void socket.resetAndDestroy(), 'ECONNRESET', 'same'],
    ['no HTTP', (socket: Socket) => void socket.write('220 mail.example.com ESMTP\r\n'), 'UPSTREAM_PROTOCOL', 'other'],
    [
      'a head without an end',
      (socket: Socket) => void socket.write(`HTTP/1.1 200 OK\r\na: ${'b'.repeat(70_000)}`),
      'UPSTREAM_PROTOCOL',
      'other',
    ],
  ])('before an answer: %s', async (_what, answer, code, retry) => {
    const host = await hostOf(answer);
    await expect(call(host)).rejects.toMatchObject({ kind: 'upstream-broken', detail: { retry, upstream: { code } } });
    await until(() => host.sockets[0]!.destroyed);
  });

  const begun = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n';
  it.each([
    ['closed', (socket: Socket) => void socket.end(begun), 'UPSTREAM_CLOSED'],
    ['closed before its length', (socket: Socket) => void socket.end(OK.slice(0, -1)), 'UPSTREAM_CLOSED'],
    ['a chunk without a size', (socket: Socket) => void socket.write(`${begun}zz\r\n`), 'UPSTREAM_PROTOCOL'],
    [
      'reset',
      (socket: Socket) => void socket.write(begun, () => setImmediate(() => socket.resetAndDestroy())),
      'ECONNRESET',
    ],
    [
      'reset where only the end of the connection is the end',
      (socket: Socket) =>
        void socket.write('HTTP/1.1 200 OK\r\n\r\nok', () => setImmediate(() => socket.resetAndDestroy())),
      'ECONNRESET',
    ],
  ])('amid an answer it is never an end: %s', async (_what, answer, code) => {
    const host = await hostOf(answer);
    await expect(ask(host)).rejects.toMatchObject({ code });
    await until(() => host.sockets[0]!.destroyed);
  });

  it('nobody listens there', async () => {
    const host = await hostOf(() => undefined);
    host.close();
    await expect(call(host)).rejects.toMatchObject({ detail: { upstream: { code: 'ECONNREFUSED' } } });
  });

  it('no answer in time', async () => {
    const host = await hostOf((socket) => socket.write('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 2'));
    const running = call(host, { firstByteMs: 500 });
    await until(() => host.requests.length === 1);
    pass(500);
    await turn();
    expect(host.sockets[0]!.destroyed).toBe(false);
    pass(200);
    await expect(running).rejects.toMatchObject({
      kind: 'upstream-timeout',
      detail: { upstream: { code: 'UPSTREAM_FIRST_BYTE_TIMEOUT' } },
    });
    await until(() => host.sockets[0]!.destroyed);
  });

  it('silence amid an answer, which is no silence while we do not listen', async () => {
    const host = await hostOf((socket) => socket.write(begun));
    const { body } = await call(host, { idleMs: 500 });
    const busy = Promise.withResolvers<void>();
    const failed = Promise.withResolvers<unknown>();
    const taken = Promise.withResolvers<void>();
    body.readInto({
      take() {
        taken.resolve();
        return busy.promise;
      },
      end: () => undefined,
      fail: failed.resolve,
    });
    await taken.promise;
    pass(5_000);
    await turn();
    expect(host.sockets[0]!.destroyed).toBe(false);
    busy.resolve();
    await turn();
    pass(700);
    expect(await failed.promise).toMatchObject({ code: 'UPSTREAM_IDLE_TIMEOUT' });
  });
});

describe('an answer', () => {
  it('may come in single bytes', async () => {
    const answer = 'HTTP/1.1 103 E\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n';
    const host = await hostOf((socket) => {
      let sent = 0;
      const next = () => {
        if (sent < answer.length) socket.write(answer[sent++]!, () => setImmediate(next));
      };
      next();
    });
    expect(await ask(host)).toBe('200 ok');
    expect(await ask(host)).toBe('200 ok');
    expect(host.sockets.length).toBe(1);
  });

  it('may come before the request has been taken, which ends the connection', async () => {
    const host = await hostOf(() => undefined);
    const running = ask(host, { body: Buffer.alloc(32 * 1024 * 1024) });
    await until(() => host.sockets.length === 1);
    host.sockets[0]!.pause();
    host.sockets[0]!.write(OK.replace('200 OK', '413 Too Large'));
    expect(await running).toBe('413 ok');
    host.sockets[0]!.resume();
    await once(host.sockets[0]!, 'close');
  });

  it('waits at the server while its reader is busy, and comes whole', async () => {
    const size = 48 * 1024 * 1024;
    const host = await hostOf((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${size}\r\n\r\n`);
      socket.write(Buffer.alloc(size, 'x'));
    });
    const { body } = await call(host);
    let taken = 0;
    const first = Promise.withResolvers<void>();
    const busy = Promise.withResolvers<void>();
    const whole = new Promise<void>((resolve, reject) => {
      body.readInto({
        take(bytes) {
          taken += bytes.length;
          first.resolve();
          return busy.promise;
        },
        end: resolve,
        fail: reject,
      });
    });
    await first.promise;
    const before = taken;
    for (let turns = 0; turns < 200; turns += 1) await turn();
    expect(host.sockets[0]!.writableLength, 'most of it has not left').toBeGreaterThan(size / 2);
    expect(taken).toBe(before);
    busy.resolve();
    await whole;
    expect(taken).toBe(size);
    host.sockets[0]!.end();
    // Which an idle connection hears only when it listens again.
    await once(host.sockets[0]!, 'close');
  });
});

describe('an abort', () => {
  const reason = new Error('client left');

  it('before the call sends nothing', async () => {
    const host = await hostOf((socket) => socket.write(OK));
    await expect(call(host, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(host.sockets).toEqual([]);
  });

  it('while there is no connection ends the attempt', async () => {
    const mute = await startRawHost(() => undefined);
    hosts.push(mute);
    const cancel = new AbortController();
    const running = call(mute, { url: mute.url.replace('http:', 'https:'), signal: cancel.signal });
    await until(() => mute.sockets.length === 1);
    cancel.abort(reason);
    await expect(running).rejects.toBe(reason);
    await until(() => mute.sockets[0]!.destroyed);
  });

  it('before a connection is used again sends nothing', async () => {
    const host = await hostOf((socket) => socket.write(OK));
    await ask(host);
    const cancel = new AbortController();
    const running = call(host, { signal: cancel.signal });
    cancel.abort(reason);
    await expect(running).rejects.toBe(reason);
    await until(() => host.sockets[0]!.destroyed);
    expect(host.requests.length).toBe(1);
  });

  it.each([
    ['before the answer', ''],
    ['in the head of the answer', 'HTTP/1.1 200 OK\r\nconte'],
  ])('%s closes the connection', async (_what, said) => {
    const host = await hostOf((socket) => said !== '' && socket.write(said));
    const cancel = new AbortController();
    const running = call(host, { signal: cancel.signal });
    await until(() => host.requests.length === 1);
    await turn();
    cancel.abort(reason);
    await expect(running).rejects.toBe(reason);
    await until(() => host.sockets[0]!.destroyed);
  });

  it('amid the answer closes the connection, and so does giving it up', async () => {
    const host = await hostOf((socket) => socket.write(OK.slice(0, -1)));
    const cancel = new AbortController();
    const { body } = await call(host, { signal: cancel.signal });
    const whole = readWhole(body, 100, cancel.signal);
    cancel.abort(reason);
    await expect(whole).rejects.toBe(reason);
    await until(() => host.sockets[0]!.destroyed);
    (await call(host)).body.destroy();
    await until(() => host.sockets[1]!.destroyed);
  });

  it('after the answer is nobody’s, and the next one has its connection', async () => {
    const host = await hostOf((socket) => socket.write(OK));
    const cancel = new AbortController();
    const { body } = await call(host, { signal: cancel.signal });
    const running = ask(host);
    body.destroy();
    cancel.abort(reason);
    expect(await running).toBe('200 ok');
    expect(host.sockets.length).toBe(1);
  });
});

describe('TLS', () => {
  it('is spoken over connections that are used again, and taken up where it was left', async () => {
    const certificate = await selfSigned();
    const host = await startRawHost((socket) => socket.write(OK), certificate);
    hosts.push(host);
    await transport.close();
    transport = createTransport({ ca: certificate.cert });
    const url = `https://localhost:${host.port}/v1`;
    expect(await ask(host, { url })).toBe('200 ok');
    expect(await ask(host, { url, body: Buffer.alloc(300_000) })).toBe('200 ok');
    expect(await ask(host, { url, fresh: true })).toBe('200 ok');
    expect(host.sockets.length).toBe(2);
    expect(
      host.sockets.map(
        (socket) => 'isSessionReused' in socket && (socket as { isSessionReused(): boolean }).isSessionReused(),
      ),
    ).toEqual([false, true]);
  });

  it('is refused to who is not trusted, and to who has another name', async () => {
    const host = await startRawHost((socket) => socket.write(OK), await selfSigned());
    const other = await selfSigned(['other.example.com']);
    hosts.push(host);
    await expect(call(host)).rejects.toMatchObject({ detail: { upstream: { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' } } });
    const misnamed = await startRawHost((socket) => socket.write(OK), other);
    hosts.push(misnamed);
    const trusting = createTransport({
      ca: other.cert,
      lookup: (_name, options, done) =>
        options.all === true ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4),
    });
    const usual = { method: 'GET' as const, headers: {}, signal: patient, firstByteMs: 1_000, idleMs: 1_000 };
    const at = (name: string) => trusting.call({ ...usual, url: `https://${name}:${misnamed.port}/` });
    expect((await at('other.example.com')).status).toBe(200);
    for (let turns = 0; turns < 2; turns += 1) {
      await expect(at('another.example.com')).rejects.toMatchObject({
        detail: { upstream: { code: 'ERR_TLS_CERT_ALTNAME_INVALID' } },
      });
    }
    await trusting.close();
  });
});
