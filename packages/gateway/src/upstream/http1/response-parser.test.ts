import { describe, expect, it } from 'vitest';
import { hear } from '../../../test/support/heard-answer.ts';
import { ResponseParser } from './response-parser.ts';

const lines = (...all: string[]) => `${all.join('\r\n')}\r\n\r\n`;
const OK = 'HTTP/1.1 200 OK';
const chunked = (...body: string[]) => lines(OK, 'transfer-encoding: chunked') + body.join('\r\n');
const END = '0\r\n\r\n';

describe('an answer', () => {
  it('has a status, headers in lower case and a body of its length', () => {
    expect(
      hear(`${lines(OK, 'Content-Type:application/json', 'X-Odd: \t a b\t ', 'Content-Length: 5')}{"a"}`),
    ).toMatchObject({
      status: 200,
      headers: { 'content-type': 'application/json', 'x-odd': 'a b', 'content-length': '5' },
      body: '{"a"}',
      end: Infinity,
    });
  });

  it.each([
    ['no reason', 'HTTP/1.1 503'],
    ['an empty reason', 'HTTP/1.1 503 '],
    ['a reason in another script', 'HTTP/1.1 503 \xe9\xa3\x9f'],
  ])('may have %s', (_what, line) => {
    expect(hear(lines(line, 'content-length: 0'))).toMatchObject({ status: 503, body: '', end: Infinity });
  });

  it('keeps all values of a header that comes more than once, and any name is only a name', () => {
    const { headers } = hear(
      lines(
        OK,
        'set-cookie: a',
        'Set-Cookie: b',
        'set-cookie: c',
        '__proto__: d',
        'constructor: e',
        'content-length: 0',
      ),
    );
    expect(headers?.['set-cookie']).toEqual(['a', 'b', 'c']);
    expect(Object.entries(headers!).slice(1)).toEqual([
      ['__proto__', 'd'],
      ['constructor', 'e'],
      ['content-length', '0'],
    ]);
  });

  it('has values in latin1', () => {
    expect(hear(lines(OK, 'x-name: caf\xe9', 'content-length: 0')).headers?.['x-name']).toBe('caf\xe9');
  });

  it.each(['204 No Content', '304 Not Modified'])('has no body when it is %s', (status) => {
    expect(hear(lines(`HTTP/1.1 ${status}`))).toMatchObject({ body: '', end: Infinity });
    // Announced all the same, it may be on its way.
    expect(hear(lines(`HTTP/1.1 ${status}`, 'content-length: 3'))).toMatchObject({ body: '', end: 0 });
    expect(hear(lines(`HTTP/1.1 ${status}`, 'transfer-encoding: chunked'))).toMatchObject({ body: '', end: 0 });
  });

  it('lasts until the connection ends when it says nothing else', () => {
    const answer = `${lines(OK, 'content-type: text/plain')}all of it`;
    expect(hear(answer)).toMatchObject({ body: 'all of it', end: undefined });
    expect(hear(answer, { fin: true })).toMatchObject({ body: 'all of it', end: 0 });
  });

  it('may come after informational ones', () => {
    const early = lines('HTTP/1.1 100 Continue') + lines('HTTP/1.1 103 Early Hints', 'link: </a>');
    expect(hear(`${early}${lines(OK, 'content-length: 2')}ab`)).toMatchObject({
      status: 200,
      headers: { 'content-length': '2' },
      body: 'ab',
      end: Infinity,
    });
  });

  it.each([
    ['lets a connection live without a word', [], Infinity],
    ['is kept for as long as the server says, and a second less', ['keep-alive: timeout=5, max=100'], 4_000],
    ['is not kept where that is nothing', ['keep-alive: timeout=1'], 0],
    ['is closed when it says so', ['connection: close'], 0],
    ['is closed when it says so among other words', ['Connection: x, CLOSE ,y'], 0],
    ['is closed when one of two headers says so', ['connection: keep-alive', 'connection: close'], 0],
  ])('%s', (_what, said, end) => {
    expect(hear(lines(OK, ...said, 'content-length: 0')).end).toBe(end);
  });

  it('of HTTP/1.0 is the last of its connection', () => {
    expect(hear(lines('HTTP/1.0 200 OK', 'connection: keep-alive', 'content-length: 0')).end).toBe(0);
  });

  it('is the last of its connection when something comes behind it', () => {
    const first = lines(OK, 'content-length: 0');
    expect(hear(first + first)).toMatchObject({ status: 200, end: 0 });
    expect(hear(`${chunked(END)}x`).end).toBe(0);
  });
});

describe('a body in chunks', () => {
  it('is its data, in one piece for one read', () => {
    const pieces: string[] = [];
    const parser = new ResponseParser({
      onHead: () => undefined,
      onBody: (bytes) => void pieces.push(bytes.toString()),
      onEnd: () => void pieces.push('end'),
      onBroken: ({ message }) => void pieces.push(message),
    });
    parser.expectAnswer();
    parser.push(Buffer.from(chunked('3', 'abc', '00A', '0123456789', '1', 'x', END)));
    expect(pieces).toEqual(['abc0123456789x', 'end']);
  });

  it('may have extensions and trailers, which nobody asked for', () => {
    const answer = chunked('3;a;b=c;d="e;\\"\x80"', 'abc', '0;last', 'x-checksum: 1', 'expires: never', '', '');
    expect(hear(answer)).toMatchObject({ body: 'abc', end: Infinity });
  });

  it.each([
    ['a size that is no number', 'g\r\n'],
    ['no size', '\r\nabc'],
    ['a negative size', '-1\r\n'],
    ['a size in C', '0x3\r\nabc'],
    ['a blank before its size', ' 3\r\nabc'],
    ['a blank behind its size', '3 \r\nabc'],
    ['a size that nobody can count', '10000000000000\r\n'],
    ['a size that ends in a line feed alone', '3\nabc'],
    ['data that are longer than their size', '3\r\nabcd\r\n0\r\n\r\n'],
    ['data that end in a line feed alone', '3\r\nabc\n0\r\n\r\n'],
    ['an extension without a name', '3;\r\nabc'],
    ['an extension with a line feed in it', '3;a\nb\r\nabc'],
    ['an extension that is longer than anything said in one', `3;${'a'.repeat(5_000)}`],
    ['a trailer that is no header', '0\r\nHTTP/1.1 200 OK\r\n\r\n'],
    ['a trailer with a line feed alone', '0\r\na: b\nc: d\r\n\r\n'],
    ['a trailer that speaks of the length', '0\r\ncontent-length: 3\r\n\r\n'],
    ['trailers without an end', `0\r\n${'a: b\r\n'.repeat(5_000)}`],
  ])('is broken by %s', (_what, body) => {
    expect(hear(chunked(body)).end).toMatch(/^UPSTREAM_PROTOCOL: /);
  });

  it('gives what came before it broke', () => {
    expect(hear(chunked('3', 'abc', '4', 'defg', 'zzz')).body).toBe('abcdefg');
  });
});

describe('is refused:', () => {
  it.each([
    ['another protocol', 'SSH-2.0-OpenSSH_9.6\r\n'],
    ['TLS where it was not expected', '\x15\x03\x01\x00\x02\x02\x46'],
    ['HTTP/2', lines('HTTP/2.0 200 OK')],
    ['HTTP/0.9', '<html>'],
    ['a lower-case protocol', lines('http/1.1 200 OK')],
    ['a status of two digits', lines('HTTP/1.1 20 OK')],
    ['a status of four digits', lines('HTTP/1.1 2000 OK')],
    ['a status below 100', lines('HTTP/1.1 099 OK')],
    ['two blanks before the status', lines('HTTP/1.1  200 OK')],
    ['an empty line first', `\r\n${lines(OK, 'content-length: 0')}`],
    ['line feeds alone', `${OK}\ncontent-length: 0\n\n`.replace(/\n\n$/, '\r\n\r\n')],
    ['a carriage return alone', lines(OK, 'a: b\rcontent-length: 0')],
    ['a NUL', lines(OK, 'a: b\0c')],
    ['a folded line', lines(OK, 'a: b', ' c')],
    ['a first line that is folded', lines(OK, ' a: b')],
    ['a header without a colon', lines(OK, 'content-length 0')],
    ['a header without a name', lines(OK, ': 0')],
    ['a blank before the colon', lines(OK, 'content-length : 0')],
    ['a change of protocol', lines('HTTP/1.1 101 Switching Protocols', 'upgrade: h2c')],
    ['an informational answer with a body', lines('HTTP/1.1 103 Early Hints', 'content-length: 3')],
    ['an informational answer in chunks', lines('HTTP/1.1 103 Early Hints', 'transfer-encoding: chunked')],
    ['an informational answer that is the last', lines('HTTP/1.1 103 Early Hints', 'connection: close')],
    ['two lengths', lines(OK, 'content-length: 5', 'content-length: 6')],
    ['one length twice', lines(OK, 'content-length: 5', 'content-length: 5')],
    ['a list of lengths', lines(OK, 'content-length: 5, 5')],
    ['a signed length', lines(OK, 'content-length: +5')],
    ['a length that nobody can count', lines(OK, 'content-length: 9999999999999999')],
    ['an empty length', lines(OK, 'content-length:')],
    ['a length and chunks', lines(OK, 'content-length: 5', 'transfer-encoding: chunked')],
    ['an unknown coding', lines(OK, 'transfer-encoding: xchunked')],
    ['chunks that are compressed', lines(OK, 'transfer-encoding: gzip, chunked')],
    ['chunks in chunks', lines(OK, 'transfer-encoding: chunked', 'transfer-encoding: chunked')],
    ['chunks that are not last', lines(OK, 'transfer-encoding: chunked, identity')],
    ['chunks in HTTP/1.0', lines('HTTP/1.0 200 OK', 'transfer-encoding: chunked')],
    ['a head of more than 64 KiB', `${OK}\r\na: ${'b'.repeat(64 * 1024)}`],
    ['more informational answers than fit into that', lines('HTTP/1.1 103 Early Hints', 'a: b').repeat(2_000)],
  ])('%s', (_what, answer) => {
    expect(hear(answer)).toEqual({ body: '', end: expect.stringMatching(/^UPSTREAM_PROTOCOL: /) });
  });

  it.each([
    ['in its head', 'HTTP/1.1 200 OK\r\ncontent-le'],
    ['between two heads', lines('HTTP/1.1 100 Continue')],
    ['in a body of a length', `${lines(OK, 'content-length: 5')}abcd`],
    ['in a chunk', chunked('5', 'abcd')],
    ['between chunks', chunked('4', 'abcd', '')],
    ['before the last line of chunks', chunked('4', 'abcd', '0', '')],
    ['before anything', ''],
  ])('an end of the connection %s', (_what, answer) => {
    expect(hear(answer, { fin: true }).end).toMatch(/^UPSTREAM_CLOSED: /);
  });
});
