import { randomBytes } from 'node:crypto';

/** Chance as a dependency: seeded in tests and in the sandbox, cryptographic in the gateway. */
export interface Random {
  /** Uniform in [0, 1). */
  float(): number;
  /** `length` characters of [0-9A-Za-z]. */
  text(length: number): string;
}

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

export const systemRandom: Random = {
  float: () => randomBytes(4).readUInt32BE() / 2 ** 32,
  text: (length) => Array.from(randomBytes(length), (byte) => ALPHABET[byte % ALPHABET.length]).join(''),
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
