/** Ids and fingerprints: everything follows from the seed and the prompt, so a run can be repeated byte for byte. */
import { createHash } from 'node:crypto';
import type { Prompt } from '../prompt.ts';

const BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

/**
 * The same for every attempt at the same turn of the same conversation. The model and white space are left
 * out on purpose: a gateway that falls back to another model, or translates, still makes an attempt at it.
 */
export function fingerprintOf(prompt: Prompt): string {
  const hash = createHash('sha256');
  for (const { role, text, calls } of prompt.messages) {
    if (role !== 'system') hash.update(`${role}\0${text}\0${calls.join()}`.replaceAll(/\s+/g, ''));
  }
  hash.update(systemOf(prompt).replaceAll(/\s+/g, ''));
  hash.update(
    prompt.tools
      .map(({ name }) => name)
      .toSorted()
      .join(),
  );
  return hash.digest('base64url');
}

function systemOf(prompt: Prompt): string {
  return prompt.messages
    .filter(({ role }) => role === 'system')
    .map(({ text }) => text)
    .join('\n');
}

/** `toolu_bdrk_015BgHUFs4HS1TVWWwNRNxip` for Claude (Bedrock's spelling), `call_…` for OpenAI models. */
export function callId(model: string, source: string): string {
  return model.startsWith('openai-') ? `call_${base58(source, 24)}` : `toolu_bdrk_01${base58(source, 22)}`;
}

/** `msg_bdrk_01…` with 22 more characters. */
export function bedrockMessageId(source: string): string {
  return `msg_bdrk_01${base58(source, 22)}`;
}

function base58(source: string, length: number): string {
  const bytes = createHash('sha256').update(source).digest();
  return Array.from(bytes.subarray(0, length), (byte) => BASE58[byte % BASE58.length]).join('');
}
