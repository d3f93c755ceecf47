import { type JsonObject, isObject } from '../../ir/json.ts';
import type { Part } from '../../ir/request.ts';
import type { Seal } from '../../ir/seal.ts';
import { mergeUsage } from '../../ir/usage.ts';
import { readStopReason } from '../../protocols/anthropic-messages/stop.ts';
import { readUsage } from '../../protocols/anthropic-messages/usage.ts';
import type { Observation } from '../lanes.ts';
import { collectThoughts } from '../thinking-memory.ts';
import { type Tap, dataWith, errorIn } from './tap.ts';

/** Beyond it a block is looked at as any other: the pattern is for events that come one by one. */
const MOST_TEXT_BYTES = 4_096;

/** Anthropic's events: usage at both ends, `message_stop` last. */
export function messagesTap(): Tap {
  const thoughts = collectThoughts();
  return {
    complete: false,
    thoughts: () => thoughts.parts(),
    block(bytes, seen) {
      if (isText(bytes)) {
        seen.content = true;
        return undefined;
      }
      const error = errorIn(bytes);
      if (error !== undefined) return error;
      if (bytes.includes('content_block_delta') || bytes.includes('"tool_use"')) seen.content = true;
      if (bytes.includes('"message_start"')) {
        for (const { message } of dataWith(bytes, '"message_start"')) if (isObject(message)) note(message, seen);
      }
      if (bytes.includes('"message_delta"')) {
        for (const event of dataWith(bytes, '"message_delta"'))
          note({ ...event, ...(isObject(event.delta) ? event.delta : {}) }, seen);
      }
      if (bytes.includes('thinking') || bytes.includes('"tool_use"') || bytes.includes('signature_delta')) {
        for (const event of dataWith(bytes, '"content_block_')) hearEvent(event, thoughts);
      }
      if (bytes.includes('"message_stop"')) this.complete = true;
      return undefined;
    },
    message(body, seen) {
      const content = Array.isArray(body.content) ? body.content.filter(isObject) : [];
      if (content.length > 0) seen.content = true;
      for (const [at, block] of content.entries()) hearBlock(at, block, thoughts);
      note(body, seen);
    },
  };
}

/** Nothing but pieces of text, as Claude's backends write them: nearly every block of a stream, known by its beginning. */
const TEXT_EVENTS =
  /^(?:event: content_block_delta\ndata: \{"type":"content_block_delta","index":\d+,"delta":\{"type":"text_delta","text":"[^"\\\n]*(?:\\.[^"\\\n]*)*"\}\}\n\n)+$/;

function isText(bytes: Buffer): boolean {
  return bytes.length <= MOST_TEXT_BYTES && TEXT_EVENTS.test(bytes.toString('latin1'));
}

type Thoughts = ReturnType<typeof collectThoughts>;

function hearEvent({ type, index, content_block: block, delta }: JsonObject, thoughts: Thoughts): void {
  const at = Number(index);
  if (type === 'content_block_start' && isObject(block)) hearBlock(at, block, thoughts);
  if (type !== 'content_block_delta' || !isObject(delta)) return;
  if (delta.type === 'thinking_delta')
    thoughts.hear({ type: 'delta', at, delta: { thinking: textOf(delta.thinking) } });
  if (delta.type === 'signature_delta')
    thoughts.hear({ type: 'delta', at, delta: { seal: sealOf('signature', delta.signature) } });
}

function hearBlock(at: number, block: JsonObject, thoughts: Thoughts): void {
  const part = partOf(block);
  if (part !== undefined) thoughts.hear({ type: 'open', at, part });
}

function partOf({ type, thinking, signature, data, id, name }: JsonObject): Part | undefined {
  if (type === 'tool_use') return { kind: 'tool-call', id: textOf(id), name: textOf(name), args: '' };
  if (type === 'redacted_thinking') return { kind: 'thinking', text: '', seal: sealOf('redacted', data) };
  if (type !== 'thinking') return undefined;
  const seal = textOf(signature) === '' ? {} : { seal: sealOf('signature', signature) };
  return { kind: 'thinking', text: textOf(thinking), ...seal };
}

function sealOf(form: 'signature' | 'redacted', data: JsonObject[string]): Seal {
  return { issuer: 'anthropic', form, data: textOf(data) };
}

function textOf(value: JsonObject[string]): string {
  return typeof value === 'string' ? value : '';
}

function note(answer: JsonObject, seen: Observation): void {
  const usage = isObject(answer.usage) ? readUsage(answer.usage) : undefined;
  if (usage !== undefined) seen.usage = mergeUsage(seen.usage, usage);
  if (typeof answer.stop_reason === 'string') seen.stop = readStopReason(answer.stop_reason);
}
