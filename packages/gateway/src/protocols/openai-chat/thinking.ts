/** Thoughts on assistant messages: `reasoning_details`, `thinking_blocks`, `reasoning_content`, `reasoning`. */
import { isObject, type Json, type JsonObject } from '../../ir/json.ts';
import type { OpaquePart, ThinkingPart } from '../../ir/request.ts';
import type { Seal } from '../../ir/seal.ts';
import type { ReasoningDetail } from './wire.ts';

const ANTHROPIC = 'anthropic-claude-v1';
const OPENAI = 'openai-responses-v1';

/**
 * The thoughts of an echoed assistant message. The richest form wins, because clients that echo several
 * echo the same thought in each.
 */
export function readThinking(message: JsonObject): (ThinkingPart | OpaquePart)[] {
  const rich = readRichThoughts(message);
  if (rich.length > 0) return rich;
  const text = [message.reasoning_content, message.reasoning].find(
    (value) => typeof value === 'string' && value !== '',
  );
  return typeof text === 'string' ? [{ kind: 'thinking', text }] : [];
}

/** The thoughts that may carry a seal: those of `reasoning_details`, else of `thinking_blocks`. */
export function readRichThoughts(message: JsonObject): (ThinkingPart | OpaquePart)[] {
  const details = readList(message.reasoning_details, readDetail);
  return details.length > 0 ? details : readList(message.thinking_blocks, readThinkingBlock);
}

/** A thought in Anthropic's block form, as LiteLLM hands it to its clients and as content parts carry it. */
export function readThinkingBlock(block: JsonObject): ThinkingPart | undefined {
  if (block.type === 'redacted_thinking' && typeof block.data === 'string') {
    return { kind: 'thinking', text: '', seal: { issuer: 'anthropic', form: 'redacted', data: block.data } };
  }
  if (block.type !== 'thinking' || typeof block.thinking !== 'string') return undefined;
  return thought(block.thinking, signatureOf(block.signature));
}

/** The wire form of a sealed thought; undefined when it has no seal and so nothing to prove. */
export function writeReasoningDetail(
  part: Pick<ThinkingPart, 'text' | 'seal'>,
  index: number,
): ReasoningDetail | undefined {
  const { seal } = part;
  if (seal === undefined) return undefined;
  const format = seal.issuer === 'anthropic' ? ANTHROPIC : OPENAI;
  if (seal.form === 'signature') {
    return {
      type: 'reasoning.text',
      format,
      index,
      id: `reasoning-text-${index + 1}`,
      text: part.text,
      signature: seal.data,
    };
  }
  return {
    type: 'reasoning.encrypted',
    format,
    index,
    id: `reasoning-encrypted-${index + 1}`,
    ...(part.text === '' ? {} : { text: part.text }),
    data: seal.data,
  };
}

/** Undefined for a maker whose seals nobody on Cortex can open (`google-gemini-v1`). */
function issuerOf(format: Json | undefined): Seal['issuer'] | undefined {
  if (typeof format !== 'string' || format === 'unknown' || format.startsWith('anthropic')) return 'anthropic';
  return format.startsWith('openai') ? 'openai' : undefined;
}

function readDetail(detail: JsonObject): ThinkingPart | OpaquePart {
  const issuer = issuerOf(detail.format);
  const text = typeof detail.text === 'string' ? detail.text : '';
  if (detail.type === 'reasoning.text') {
    return thought(text, issuer === undefined ? undefined : signatureOf(detail.signature, issuer));
  }
  if (detail.type === 'reasoning.encrypted' && typeof detail.data === 'string' && issuer !== undefined) {
    return thought(text, { issuer, form: issuer === 'openai' ? 'encrypted' : 'redacted', data: detail.data });
  }
  return { kind: 'opaque', dialect: 'openai-chat', value: detail, field: 'reasoning_details' };
}

function thought(text: string, seal: Seal | undefined): ThinkingPart {
  return { kind: 'thinking', text, ...(seal === undefined ? {} : { seal }) };
}

function signatureOf(value: Json | undefined, issuer: Seal['issuer'] = 'anthropic'): Seal | undefined {
  return typeof value === 'string' && value !== '' ? { issuer, form: 'signature', data: value } : undefined;
}

function readList<T>(value: Json | undefined, read: (item: JsonObject) => T | undefined): T[] {
  if (!Array.isArray(value)) return [];
  return value.filter(isObject).flatMap((item) => read(item) ?? []);
}
