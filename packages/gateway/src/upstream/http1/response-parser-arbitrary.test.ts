// What must hold for any bytes: answers of all kinds, and what becomes of them on a bad day.
import { request } from 'node:http';
import { Duplex } from 'node:stream';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { hear } from '../../../test/support/heard-answer.ts';

const word = fc.stringMatching(/^[\w!*-]{1,12}$/);
const content = fc.string({
  unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
  maxLength: 40,
});
const ordinary = fc.constantFrom(
  'connection: close',
  'Connection: keep-alive',
  'keep-alive: timeout=5',
  'content-type: text/event-stream',
  'x-empty:',
  'set-cookie: a=b',
);

const chunk = fc.tuple(content, fc.constantFrom('', ';a', ';a=b;c="d e"')).map(([data, extension]) => {
  return data === '' ? '' : `${data.length.toString(16)}${extension}\r\n${data}\r\n`;
});
const chunks = fc
  .tuple(fc.array(chunk, { maxLength: 5 }), fc.constantFrom('', 'x-trailer: y\r\n'))
  .map(([all, trailer]) => ({ header: 'transfer-encoding: chunked\r\n', body: `${all.join('')}0\r\n${trailer}\r\n` }));
const lengthy = content.map((body) => ({ header: `Content-Length: ${body.length}\r\n`, body }));
const endless = content.map((body) => ({ header: '', body }));

const answer = fc
  .record({
    early: fc.constantFrom('', '', 'HTTP/1.1 100 Continue\r\n\r\n', 'HTTP/1.1 103 Early Hints\r\nlink: a\r\n\r\n'),
    line: fc.constantFrom(
      'HTTP/1.1 200 OK',
      'HTTP/1.1 200',
      'HTTP/1.1 503 Later',
      'HTTP/1.0 200 OK',
      'HTTP/1.1 204 None',
    ),
    headers: fc.array(
      fc.oneof(
        ordinary,
        fc.tuple(word, word).map(([name, value]) => `${name}: ${value}`),
      ),
      { maxLength: 4 },
    ),
    body: fc.oneof(chunks, lengthy, endless),
  })
  .map(({ early, line, headers, body }) => {
    return `${early}${line}\r\n${headers.map((header) => `${header}\r\n`).join('')}${body.header}\r\n${body.body}`;
  });

/** Pieces that mean something, put where they mean something else. Without tabs, which Node.js takes for a part of `chunked`. */
const splinter = fc.oneof(
  fc.constantFrom(
    '\r',
    '\n',
    '\r\n',
    '\r\n\r\n',
    ' ',
    ':',
    ';',
    '0',
    '0\r\n\r\n',
    '\0',
    '\x80',
    ',',
    'HTTP/1.1 200 OK\r\n',
  ),
  fc.constantFrom(
    'content-length: 3\r\n',
    'transfer-encoding: chunked\r\n',
    'transfer-encoding: gzip\r\n',
    'connection: close\r\n',
  ),
);
const damage = fc.record({ at: fc.nat(400), removed: fc.nat(3), put: fc.oneof(splinter, fc.constant('')) });
const damaged = fc.tuple(answer, fc.array(damage, { maxLength: 3 })).map(([whole, damages]) =>
  damages.reduce((text, { at, removed, put }) => {
    const place = at % (text.length + 1);
    return text.slice(0, place) + put + text.slice(place + removed);
  }, whole),
);
const noise = fc.string({
  unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
  maxLength: 300,
});

it('wherever the reads end, the same is heard', () => {
  const anything = fc.oneof(
    answer,
    damaged,
    noise,
    noise.map((rest) => `HTTP/1.1 200 OK\r\n${rest}`),
  );
  fc.assert(
    fc.property(anything, fc.array(fc.nat(400), { maxLength: 30 }), fc.boolean(), (bytes, places, fin) => {
      const whole = hear(bytes, { fin });
      const cuts = places.map((place) => place % (bytes.length + 1));
      for (const arrival of [
        { cuts, fin },
        { cuts: everyByte(bytes), fin },
      ]) {
        const parts = hear(bytes, arrival);
        expect([parts.status, parts.headers, parts.body]).toEqual([whole.status, whole.headers, whole.body]);
        expect(kindOf(parts.end)).toBe(kindOf(whole.end));
        // What comes behind an end is seen at once only when it comes with it.
        if (typeof whole.end === 'number') expect(parts.end).toBeGreaterThanOrEqual(whole.end);
      }
    }),
    { numRuns: 1_500 },
  );
});

it('what ends well ended just so for the parser of Node.js', async () => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(answer, damaged, damaged), async (bytes) => {
      const { status, body, endedAfter } = hear(bytes, { cuts: everyByte(bytes), fin: true });
      if (endedAfter === undefined) return;
      expect(await hearWithNode(bytes.slice(0, endedAfter))).toEqual({ status, body });
    }),
    { numRuns: 1_500 },
  );
});

function everyByte(bytes: string): number[] {
  return Array.from({ length: bytes.length }, (_, index) => index);
}

/** That it ended, or the code of what broke it. */
function kindOf(end: number | string | undefined): string | undefined {
  return typeof end === 'number' ? 'end' : end?.split(':')[0];
}

/** The same by llhttp. @throws what it has against the answer */
function hearWithNode(bytes: string): Promise<{ status: number | undefined; body: string }> {
  return new Promise((resolve, reject) => {
    const socket = new Duplex({
      read: () => undefined,
      write: (_chunk, _encoding, done) => done(),
    });
    const asked = request({ host: 'unused', createConnection: () => socket }, (response) => {
      let body = '';
      response.setEncoding('latin1').on('data', (text: string) => (body += text));
      response.on('error', reject).on('end', () => {
        if (response.complete) resolve({ status: response.statusCode, body });
        else reject(new Error('it is not complete'));
      });
    });
    asked.on('error', reject).end(() => {
      socket.push(Buffer.from(bytes, 'latin1'));
      socket.push(null);
    });
  });
}
