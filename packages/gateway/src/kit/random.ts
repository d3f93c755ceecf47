import { randomFillSync } from 'node:crypto';

/** Chance as a dependency: seeded in tests and in the sandbox, cryptographic in the gateway. */
export interface Random {
  /** Uniform in [0, 1). */
  float(): number;
  /** `length` characters of [0-9A-Za-z]. */
  text(length: number): string;
}

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Fetched many at a time: asking for a few costs as much. No byte is given out twice. */
const POOL = Buffer.alloc(4_096);
let taken = POOL.length;

function nextByte(): number {
  if (taken === POOL.length) {
    randomFillSync(POOL);
    taken = 0;
  }
  const byte = POOL[taken]!;
  taken += 1;
  return byte;
}

export const systemRandom: Random = {
  float: () => (nextByte() * 2 ** 24 + nextByte() * 2 ** 16 + nextByte() * 2 ** 8 + nextByte()) / 2 ** 32,
  text(length) {
    let text = '';
    while (text.length < length) {
      // Six bits, of which two values stand for no character: every character is as likely as every other.
      const index = nextByte() & 63;
      if (index < ALPHABET.length) text += ALPHABET[index]!;
    }
    return text;
  },
};

/** A repeatable source (mulberry32): the same seed gives the same sequence on every machine. */
export function seededRandom(seed: string | number): Random {
  let state = typeof seed === 'number' ? seed >>> 0 : hash32(seed);
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    float: next,
    text: (length) => Array.from({ length }, () => ALPHABET[Math.floor(next() * ALPHABET.length)]).join(''),
  };
}

const ID_CHARACTERS = 24;
/** Milliseconds since the epoch fit into them until far beyond the year 8000. */
const TIME_CHARACTERS = 8;

/**
 * An id of [0-9A-Za-z] that begins with the time, so that what is stored by it is added at the end of its index and
 * not all over it; the other 16 characters (95 bits) are chance.
 * @param nowMs milliseconds since the epoch
 */
export function timedId(nowMs: number, random: Random): string {
  let time = '';
  for (let rest = nowMs; time.length < TIME_CHARACTERS; rest = Math.floor(rest / ALPHABET.length)) {
    time = ALPHABET[rest % ALPHABET.length]! + time;
  }
  return time + random.text(ID_CHARACTERS - TIME_CHARACTERS);
}

/** A version 4 UUID. */
export function uuid(random: Random): string {
  const digits = Array.from({ length: 32 }, () => Math.floor(random.float() * 16).toString(16)).join('');
  return digits.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, '$1-$2-4$3-a$4-$5');
}

/** FNV-1a over UTF-16 code units. */
function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}
