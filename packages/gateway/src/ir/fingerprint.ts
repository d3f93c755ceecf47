/**
 * Eleven characters of [0-9a-z] that stand for a text: the same on every machine and every turn, so
 * that names made of it keep prompt caches warm. 53 bits (cyrb53), not cryptographic.
 */
export function fingerprint(text: string): string {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    high = Math.imul(high ^ code, 0x9e3779b1);
    low = Math.imul(low ^ code, 0x5f356495);
  }
  high = Math.imul(high ^ (high >>> 16), 0x85ebca6b) ^ Math.imul(low ^ (low >>> 13), 0xc2b2ae35);
  low = Math.imul(low ^ (low >>> 16), 0x85ebca6b) ^ Math.imul(high ^ (high >>> 13), 0xc2b2ae35);
  const bits = 0x1_0000_0000 * (low & 0x1f_ffff) + (high >>> 0);
  return bits.toString(36).padStart(11, '0');
}
