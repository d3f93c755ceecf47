/** Where a mended answer goes: to a client as text, or to a reader that needs no text in between. */
import type { GatewayError } from '../../errors/error.ts';
import type { StreamEvent } from '../../ir/event.ts';
import type { JsonObject } from '../../ir/json.ts';
import type { SseEvent } from '../../kit/sse.ts';
import type { ReaderOptions } from '../../protocols/codec.ts';
import { ChunkReader } from '../../protocols/openai-chat/stream-reader.ts';
import { writeErrorEvents } from '../../protocols/openai-error.ts';

/** What a stream's end is called on the wire. */
export const DONE = '[DONE]';

export interface Outlet<O> {
  chunk(chunk: JsonObject): O[];
  done(): O[];
  fail(error: GatewayError): O[];
}

export function clientOutlet(requestId: string): Outlet<SseEvent> {
  return {
    chunk: (chunk) => [{ data: JSON.stringify(chunk) }],
    done: () => [{ data: DONE }],
    fail: (error) => writeErrorEvents(error, requestId),
  };
}

export function readerOutlet(options: ReaderOptions): Outlet<StreamEvent> {
  const reader = new ChunkReader(options);
  return {
    chunk: (chunk) => reader.push(chunk),
    done: () => reader.finish(),
    fail: (error) => reader.fail(error),
  };
}
