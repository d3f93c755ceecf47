/** The answer: chat chunks, whatever the form of the request (docs/cortex-quirks.md#cursor-answers). */
import type { StreamEvent } from '../../ir/event.ts';
import type { JsonObject } from '../../ir/json.ts';
import type { Transducer } from '../../ir/transducer.ts';
import type { SseEvent } from '../../kit/sse.ts';
import type { WriterOptions } from '../codec.ts';
import { writeMessage as writeChatMessage } from '../openai-chat/message-writer.ts';
import { streamWriter as chatWriter } from '../openai-chat/stream-writer.ts';
import { cutError } from '../openai-error.ts';
import { reword, writeErrorEvents } from './errors.ts';

/** A position after every part that an answer can have. */
const LAST = Number.MAX_SAFE_INTEGER;

/**
 * Calls of freeform tools go out as function calls whose arguments are the raw text, and usage always.
 * A failure amid an answer is told as text before it ends the stream: of an error event alone Cursor
 * shows nothing but that the connection broke.
 */
export function streamWriter(options: WriterOptions): Transducer<StreamEvent, SseEvent> {
  const writer = chatWriter(cursorOptions(options));
  let over = false;
  const fail = (event: Extract<StreamEvent, { type: 'error' }>): SseEvent[] => {
    if (over) return [];
    over = true;
    const error = reword(event.error);
    const text = `\n\n[The answer broke off. ${error.publicMessage}]`;
    const told = writer.push({ type: 'open', at: LAST, part: { kind: 'text', text } });
    return [...told, ...writeErrorEvents(event.error, options.requestId)];
  };
  return {
    push(event) {
      if (event.type === 'error') return fail(event);
      if (event.type === 'end') over = true;
      return writer.push(event);
    },
    end: () => fail({ type: 'error', error: cutError() }),
  };
}

/** @throws the GatewayError the events end in, or one that says they were cut */
export function writeMessage(events: StreamEvent[], options: WriterOptions): JsonObject {
  return writeChatMessage(events, cursorOptions(options));
}

/** Without the body, by which chat's writer would choose the form of custom calls. */
function cursorOptions(options: WriterOptions): WriterOptions {
  const { body: _, ...rest } = options;
  return { ...rest, includeUsage: true };
}
