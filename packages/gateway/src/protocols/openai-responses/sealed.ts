/**
 * The `encrypted_content` of our reasoning items. It carries a thought and its seal, so that a client
 * which stores nothing here hands both back on its next turn. It proves nothing: the seal inside is
 * checked by the vendor that issued it.
 */
import { isObject } from '../../ir/json.ts';
import type { ThinkingPart } from '../../ir/request.ts';
import type { Seal } from '../../ir/seal.ts';
import { decodeBase64 } from './base64.ts';

const PREFIX = 'couloir1.';
/** No thought is as long: what is longer is somebody's attempt to keep us busy. */
const MOST_CHARACTERS = 8 * 1024 * 1024;
const BYTES_AT_ONCE = 8192;

/** `couloir1.` and the base64url of `{"issuer", "form", "data", "text"}` in UTF-8. */
export function writeSealed({ text, seal }: { text: string; seal: Seal }): string {
  const { issuer, form, data } = seal;
  return PREFIX + toBase64Url(new TextEncoder().encode(JSON.stringify({ issuer, form, data, text })));
}

/** The thought inside; undefined for what another program sealed, and for what is broken. */
export function readSealed(value: string): ThinkingPart | undefined {
  if (!value.startsWith(PREFIX) || value.length > MOST_CHARACTERS) return undefined;
  const content = parse(value.slice(PREFIX.length));
  if (!isObject(content)) return undefined;
  const { issuer, form, data, text } = content;
  if (issuer !== 'anthropic' && issuer !== 'openai') return undefined;
  if (form !== 'signature' && form !== 'redacted' && form !== 'encrypted') return undefined;
  if (typeof data !== 'string' || data === '' || typeof text !== 'string') return undefined;
  return { kind: 'thinking', text, seal: { issuer, form, data } };
}

function parse(base64Url: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(fromBase64Url(base64Url)));
  } catch {
    return undefined;
  }
}

function toBase64Url(bytes: Uint8Array): string {
  const pieces: string[] = [];
  for (let at = 0; at < bytes.length; at += BYTES_AT_ONCE) {
    pieces.push(String.fromCharCode(...bytes.subarray(at, at + BYTES_AT_ONCE)));
  }
  return btoa(pieces.join('')).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/** @throws DOMException when it is no base64url */
function fromBase64Url(text: string): Uint8Array {
  return decodeBase64(text.replaceAll('-', '+').replaceAll('_', '/'));
}
