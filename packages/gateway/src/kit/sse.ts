import { createParser } from 'eventsource-parser';
import type { Transducer } from '../ir/transducer.ts';

/** One server-sent event. `event` is absent for the default type. */
export interface SseEvent {
  event?: string;
  data: string;
}

/** Longest event that is waited for: beyond it the stream counts as broken off. Whole answers are smaller. */
const MOST_EVENT_CHARACTERS = 64 * 1024 * 1024;

/** Bytes in, events out: any split of the bytes gives the same events, multi-line `data:` is joined, comments are passed over. */
export function sseReader(): Transducer<Uint8Array, SseEvent> {
  const decoder = new TextDecoder();
  let ready: SseEvent[] = [];
  let broken = false;
  const parser = createParser({
    maxBufferSize: MOST_EVENT_CHARACTERS,
    onEvent: ({ event, data }) => ready.push(event === undefined ? { data } : { event, data }),
    onError: ({ type }) => {
      if (type === 'max-buffer-size-exceeded') broken = true;
    },
  });
  const take = () => {
    const events = ready;
    ready = [];
    return events;
  };
  return {
    push(bytes) {
      if (!broken) parser.feed(decoder.decode(bytes, { stream: true }));
      return take();
    },
    end() {
      // A last event without its blank line was cut: the specification says to discard it.
      return take();
    },
  };
}

/** The bytes of one event. `data` must be free of newlines, which JSON text is. */
export function formatSse({ event, data }: SseEvent): string {
  return event === undefined ? `data: ${data}\n\n` : `event: ${event}\ndata: ${data}\n\n`;
}

/** A comment line: every SSE client skips it, every proxy on the way counts it as life. */
export const SSE_KEEP_ALIVE = ': keep-alive\n\n';
