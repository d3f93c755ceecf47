/**
 * Finds values in the bytes of JSON text without parsing it. Long strings are leapt with `indexOf`, so a
 * megabyte of base64 costs nothing.
 */
import { GatewayError } from '../errors/error.ts';

/** Where a value stands in the bytes: `[start, end)`. */
export type Span = readonly [start: number, end: number];

export const QUOTE = 0x22;
export const OPEN_BRACE = 0x7b;
export const CLOSE_BRACE = 0x7d;
export const OPEN_BRACKET = 0x5b;
export const CLOSE_BRACKET = 0x5d;
export const COLON = 0x3a;
export const COMMA = 0x2c;
const BACKSLASH = 0x5c;

/** Escapes, and what a string may not hold: most names have neither. */
const NEEDS_PARSING = /[\\\p{Cc}]/u;

/** A string is looked through byte by byte for so long before it is worth a leap, and a while after each quote in it: quotes come in pairs. */
const BYTES_BEFORE_LEAP = 32;
const BYTES_BETWEEN_LEAPS = 8;

/** Short texts that were read last, each at the place that its bytes name, and the bytes of all of them. */
const PLACES = 512;
const LONGEST_FAMILIAR = 24;
const FAMILIAR: (string | undefined)[] = Array.from({ length: PLACES });
const FAMILIAR_BYTES = new Uint8Array(PLACES * LONGEST_FAMILIAR);
const LONGEST_PLAIN = 128;
const BEYOND_ASCII = 0x80;

/** The first index from `from` on that is not white space. */
export function skipSpace(bytes: Buffer, from: number): number {
  // Most JSON is written without.
  if (bytes[from]! > 0x20) return from;
  let at = from;
  while (bytes[at] === 0x20 || bytes[at] === 0x0a || bytes[at] === 0x0d || bytes[at] === 0x09) at += 1;
  return at;
}

/** The index after the closing quote of the string that opens at `start`. @throws GatewayError when it does not close */
export function stringEnd(bytes: Buffer, start: number): number {
  let at = start + 1;
  const leapAt = at + BYTES_BEFORE_LEAP;
  while (at < leapAt) {
    const byte = bytes[at];
    if (byte === QUOTE) return at + 1;
    at += byte === BACKSLASH ? 2 : 1;
  }
  return longStringEnd(bytes, at);
}

/** The same from somewhere inside the string. By itself, so that what is done for every short string stays small. */
function longStringEnd(bytes: Buffer, from: number): number {
  let at = from;
  for (;;) {
    const quote = bytes.indexOf(QUOTE, at);
    if (quote === -1) throw malformed(bytes, bytes.length, 'the body ends inside a string');
    let before = quote - 1;
    while (bytes[before] === BACKSLASH) before -= 1;
    if ((quote - before) % 2 === 1) return quote + 1;
    at = quote + 1;
    const leapAt = at + BYTES_BETWEEN_LEAPS;
    while (at < leapAt) {
      const byte = bytes[at];
      if (byte === QUOTE) return at + 1;
      at += byte === BACKSLASH ? 2 : 1;
    }
  }
}

/** The index after the number or word that starts at `start`, which is not looked at. @throws GatewayError when there is none */
export function wordEnd(bytes: Buffer, start: number): number {
  let at = start;
  while (at < bytes.length && !isDelimiter(bytes[at]!)) at += 1;
  if (at === start) throw malformed(bytes, start, 'expected a JSON value');
  return at;
}

/** A field name from its quotes. @throws GatewayError when it is no valid string */
export function readKey(bytes: Buffer, start: number, end: number): string {
  const plain = readPlain(bytes, start, end);
  if (plain !== undefined) return plain;
  const text = bytes.toString('utf8', start + 1, end - 1);
  if (!NEEDS_PARSING.test(text)) return text;
  try {
    return JSON.parse(`"${text}"`) as string;
  } catch {
    throw malformed(bytes, start, 'a field name is not a valid JSON string');
  }
}

/** The text of a string, from its quotes, where `readShort` can tell it. */
export function readPlain(bytes: Buffer, start: number, end: number): string | undefined {
  return readShort(bytes, start + 1, end - 1);
}

/**
 * A few bytes as text, the quick way: field names, roles, types and numbers are few and come by the thousand, so they
 * are recognised, not decoded. Undefined for what is long, or not plain ASCII without backslashes.
 */
export function readShort(bytes: Buffer, from: number, to: number): string | undefined {
  const length = to - from;
  if (length < 1 || length > LONGEST_PLAIN) return undefined;
  if (length > LONGEST_FAMILIAR) return readAscii(bytes, from, to);
  const place = (length * 37 + bytes[from]! * 11 + bytes[from + (length >> 1)]! * 5 + bytes[to - 1]!) % PLACES;
  const familiar = FAMILIAR[place];
  if (familiar?.length === length && isAt(bytes, from, length, place)) return familiar;
  const text = readAscii(bytes, from, to);
  if (text === undefined) return undefined;
  const start = place * LONGEST_FAMILIAR;
  for (let index = 0; index < length; index += 1) FAMILIAR_BYTES[start + index] = bytes[from + index]!;
  FAMILIAR[place] = text;
  return text;
}

function isAt(bytes: Buffer, from: number, length: number, place: number): boolean {
  const start = place * LONGEST_FAMILIAR;
  for (let index = 0; index < length; index += 1)
    if (bytes[from + index] !== FAMILIAR_BYTES[start + index]) return false;
  return true;
}

function readAscii(bytes: Buffer, from: number, to: number): string | undefined {
  for (let at = from; at < to; at += 1) {
    const byte = bytes[at]!;
    if (byte < 0x20 || byte >= BEYOND_ASCII || byte === BACKSLASH) return undefined;
  }
  return bytes.toString('latin1', from, to);
}

/** Two fields of one name: gateway and upstream could read different values out of the same bytes. */
export function saidTwice(path: string): GatewayError {
  return new GatewayError('invalid-request', `The body has the field "${path}" twice. Send it once.`, { param: path });
}

export function malformed(bytes: Buffer, at: number, what: string): GatewayError {
  return new GatewayError('invalid-request', `The body is not valid JSON at byte ${at} of ${bytes.length}: ${what}.`);
}

function isDelimiter(byte: number): boolean {
  return byte === COMMA || byte === CLOSE_BRACE || byte === CLOSE_BRACKET || byte <= 0x20;
}
