import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** First bytes of the signatures Bedrock issues, so that ours look alike: they begin `EvAB`. */
const PREFIX = Buffer.from([0x12, 0xf0, 0x01, 0x0a, 0x67, 0x08]);
const DIGEST_BYTES = 32;
const KEY = 'couloir-sandbox-thinking';

/** The signature of a thought: the same for the same model and text, and checkable later without memory. */
export function signThought(model: string, text: string): string {
  const digest = createHash('sha256').update(text).digest();
  return Buffer.concat([PREFIX, digest, seal(model, digest)]).toString('base64');
}

/**
 * True when this sandbox issued the signature for this very thought. An empty text passes on the
 * signature alone: `display: "omitted"` gives the client thoughts without their words.
 */
export function verifyThought(model: string, text: string, signature: string): boolean {
  const bytes = Buffer.from(signature, 'base64');
  if (bytes.length !== PREFIX.length + 2 * DIGEST_BYTES) return false;
  const digest = bytes.subarray(PREFIX.length, PREFIX.length + DIGEST_BYTES);
  if (!timingSafeEqual(bytes.subarray(PREFIX.length + DIGEST_BYTES), seal(model, digest))) return false;
  return text === '' || createHash('sha256').update(text).digest().equals(digest);
}

function seal(model: string, digest: Buffer): Buffer {
  return createHmac('sha256', KEY).update(model).update('\0').update(digest).digest();
}
