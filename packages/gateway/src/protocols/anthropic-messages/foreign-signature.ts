/**
 * Thoughts of other vendors' models, for clients of this protocol. They carry a thought back only if it
 * has a signature (some turn one without into plain text, some drop it), so a seal of OpenAI's travels
 * inside the signature, and a thought without any seal gets one that says so. No Claude accepts either:
 * a history that holds them is never sent to one as it is.
 */
import type { Seal } from '../../ir/seal.ts';

const PREFIX = 'couloir:';
const UNSEALED = `${PREFIX}unsealed`;
const SEALED = `${PREFIX}openai:`;

/** What to write as `signature` of a thinking block. Redacted thoughts have a block of their own. */
export function writeSignature(seal: Seal | undefined): string {
  if (seal === undefined) return UNSEALED;
  return seal.issuer === 'anthropic' ? seal.data : `${SEALED}${seal.form}:${seal.data}`;
}

/** The seal in a signature; undefined for a thought that nobody sealed. */
export function readSignature(signature: string): Seal | undefined {
  if (!isForeignSignature(signature)) return { issuer: 'anthropic', form: 'signature', data: signature };
  const [form, ...data] = signature.startsWith(SEALED) ? signature.slice(SEALED.length).split(':') : [];
  if (form !== 'signature' && form !== 'encrypted') return undefined;
  return { issuer: 'openai', form, data: data.join(':') };
}

/** True for a signature that Claude has not made: ours, or none. */
export function isForeignSignature(signature: string): boolean {
  return signature === '' || signature.startsWith(PREFIX);
}
