import { type IncomingMessage, type ServerResponse } from 'node:http';
import { type Server, createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { selfSigned } from '../../test/support/certificate.ts';
import { systemClock } from '../kit/clock.ts';
import { createRemoteMedia } from './remote-media.ts';

const PNG = Buffer.from('iVBORw0KGgo=', 'base64');
const { signal } = new AbortController();
let server: Server;
let origin: string;
let ca: string;

function answer(request: IncomingMessage, response: ServerResponse): void {
  switch (request.url ?? '') {
    case '/image.png':
      response.writeHead(200, { 'content-type': 'image/png; charset=binary' }).end(PNG);
      break;
    case '/moved':
      response.writeHead(302, { location: '/image.png' }).end();
      break;
    case '/to-metadata':
      response.writeHead(302, { location: 'https://169.254.169.254/latest/meta-data' }).end();
      break;
    case '/loop':
      response.writeHead(302, { location: '/loop' }).end();
      break;
    case '/page':
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>');
      break;
    case '/endless':
      response.writeHead(200, { 'content-type': 'image/png' });
      response.on('drain', () => response.write(Buffer.alloc(1024 * 1024)));
      while (response.write(Buffer.alloc(1024 * 1024)));
      break;
    default:
      response.writeHead(404).end();
  }
}

beforeAll(async () => {
  const { key, cert } = await selfSigned();
  ca = cert;
  server = createServer({ key, cert }, answer).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  origin = `https://localhost:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

describe('a remote image', () => {
  const media = () =>
    createRemoteMedia(systemClock, { ca, isAllowed: (address) => address === '127.0.0.1' || address === '::1' });

  it('comes as base64 with its type, through redirects', async () => {
    expect(await media().fetchImage(`${origin}/image.png`, signal)).toEqual({
      mime: 'image/png',
      base64: 'iVBORw0KGgo=',
    });
    expect(await media().fetchImage(`${origin}/moved`, signal)).toEqual({ mime: 'image/png', base64: 'iVBORw0KGgo=' });
  });

  it.each([
    ['/to-metadata', 'points into a private network'],
    ['/loop', 'redirects more than 3 times'],
    ['/page', 'is text/html, not one of'],
    ['/missing', 'answered HTTP 404'],
    ['/endless', 'larger than 10 MiB'],
  ])('%s is refused: %s', async (path, reason) => {
    await expect(media().fetchImage(origin + path, signal)).rejects.toThrow(reason);
  });
});

describe('without leave, nothing private is reached', () => {
  const media = createRemoteMedia(systemClock);

  it.each([
    'https://127.0.0.1/a.png',
    'https://[::1]/a.png',
    'https://[::ffff:10.0.0.1]/a.png',
    'https://10.1.2.3/a.png',
    'https://192.168.0.1/a.png',
    'https://169.254.169.254/latest',
    'https://100.64.0.1/a.png',
    'https://0x7f000001/a.png',
    'https://2130706433/a.png',
    'https://localhost/a.png',
  ])('%s', async (url) => {
    await expect(media.fetchImage(url, signal)).rejects.toThrow('points into a private network');
  });

  it.each([
    ['http://example.com/a.png', 'only https'],
    ['file:///etc/passwd', 'only https'],
    ['https://user:pass@example.com/a.png', 'user name or password'],
    ['not a url', 'not a valid URL'],
  ])('%s: %s', async (url, reason) => {
    await expect(media.fetchImage(url, signal)).rejects.toThrow(reason);
  });

  it.each([
    ['a query, which may hold a signature', 'http://example.com/a.png?sig=topsecret'],
    ['a fragment', 'http://example.com/a.png#topsecret'],
    ['a user’s password', 'https://user:topsecret@example.com/a.png'],
  ])('%s is not repeated in the error', async (_what, url) => {
    const refusal = media.fetchImage(url, signal);
    await expect(refusal).rejects.toThrow('://example.com/a.png cannot be used');
    await expect(refusal).rejects.not.toThrow('topsecret');
  });
});
