import { protocolError } from './transport-error.ts';

/** Names in lower case; a header that came more than once has all its values, in order. No prototype: any name is only a name. */
export type ResponseHeaders = Record<string, string | string[] | undefined>;

export interface ResponseHead {
  status: number;
  isHttp10: boolean;
  headers: ResponseHeaders;
}

const STATUS_LINE = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: .*)?$/;
/** RFC 9110, token. */
const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** Control characters, and a CR or an LF without the other. */
const FORBIDDEN = /[^\t\r\n\x20-\x7e\x80-\xff]|\r(?!\n)|(?<!\r)\n/;

const MOST_KNOWN_NAMES = 512;
/** By how a server writes them, which it does in few ways: their form in lower case, when they are names at all. */
const knownNames = new Map<string, string>();

/**
 * @param text status line and header lines, each with its CRLF, as latin1
 * @throws TransportError for anything that RFC 9112 does not allow, folded lines and lone line feeds among it
 */
export function parseResponseHead(text: string): ResponseHead {
  if (FORBIDDEN.test(text)) throw protocolError('a control character or a broken line in its head');
  let end = text.indexOf('\r\n');
  const line = STATUS_LINE.exec(text.slice(0, end));
  if (line === null) throw protocolError('no status line of HTTP/1.1 or HTTP/1.0');
  const headers = Object.create(null) as ResponseHeaders;
  for (let start = end + 2; start < text.length; start = end + 2) {
    end = text.indexOf('\r\n', start);
    addHeader(headers, text, start, end);
  }
  return { status: Number(line[2]), isHttp10: line[1] === '0', headers };
}

/**
 * @returns `headers`, with the line from `start` to `end` of the text
 * @throws TransportError when it is no header line
 */
export function addHeader(headers: ResponseHeaders, text: string, start: number, end: number): ResponseHeaders {
  const colon = text.indexOf(':', start);
  if (colon === -1 || colon > end) throw protocolError('a header line without a colon');
  const name = nameOf(text.slice(start, colon));
  const value = trimmed(text, colon + 1, end);
  const before = headers[name];
  if (before === undefined) headers[name] = value;
  else if (typeof before === 'string') headers[name] = [before, value];
  else before.push(value);
  return headers;
}

function nameOf(written: string): string {
  const known = knownNames.get(written);
  if (known !== undefined) return known;
  // A folded line begins with a blank, which is no part of a name either.
  if (!NAME.test(written)) throw protocolError('a header name with characters that names do not have');
  const name = written.toLowerCase();
  if (knownNames.size < MOST_KNOWN_NAMES) knownNames.set(written, name);
  return name;
}

/** Without the blanks and tabs around it. */
function trimmed(text: string, from: number, to: number): string {
  let start = from;
  let end = to;
  while (start < end && isBlank(text.charCodeAt(start))) start += 1;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
