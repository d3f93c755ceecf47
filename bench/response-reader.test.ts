import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ResponseReader } from './response-reader.ts';

const SIZED = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello';
const EMPTY = 'HTTP/1.1 204 No Content\r\ncontent-length: 0\r\n\r\n';
const CHUNKED =
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nab\r\n\r\n1a;x=y\r\nabcdefghijklmnopqrstuvwxyz\r\n0\r\n\r\n';
const REFUSED = 'HTTP/1.1 503 Busy\r\ncontent-length: 2\r\n\r\nno';
const ANSWERS = [
  { status: 200, body: 'hello' },
  { status: 204, body: '' },
  { status: 200, body: 'ab\r\nabcdefghijklmnopqrstuvwxyz' },
  { status: 503, body: 'no' },
];

function readAll(pieces: readonly Buffer[]): { status: number; body: string }[] {
  const answers: { status: number; body: string }[] = [];
  let current = { status: 0, body: '' };
  const reader = new ResponseReader({
    head: (status) => (current = { status, body: '' }),
    body: (piece) => (current.body += piece.toString('latin1')),
    end: () => answers.push(current),
  });
  for (const piece of pieces) reader.push(piece);
  return answers;
}

it('reads answers of every framing, however the network cuts them', () => {
  const bytes = Buffer.from(SIZED + EMPTY + CHUNKED + REFUSED);
  expect(readAll([bytes])).toEqual(ANSWERS);
  fc.assert(
    fc.property(fc.array(fc.nat(bytes.length), { maxLength: 40 }), (cuts) => {
      const edges = [0, ...cuts.toSorted((left, right) => left - right), bytes.length];
      const pieces = edges.slice(1).map((end, index) => bytes.subarray(edges[index], end));
      expect(readAll(pieces)).toEqual(ANSWERS);
    }),
  );
});

it('refuses what it cannot measure', () => {
  expect(() => readAll([Buffer.from('HTTP/1.1 200 OK\r\n\r\n')])).toThrow('the length of an answer is not told');
  expect(() => readAll([Buffer.from('SSH-2.0-OpenSSH\r\n\r\n')])).toThrow('no HTTP/1.1 answer');
});
