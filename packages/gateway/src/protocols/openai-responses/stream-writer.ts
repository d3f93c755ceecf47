/** The streaming answer, IR events → server-sent events. */
import type { StreamEvent } from '../../ir/event.ts';
import type { Transducer } from '../../ir/transducer.ts';
import type { SseEvent } from '../../kit/sse.ts';
import type { WriterOptions } from '../codec.ts';
import { Answer } from './answer.ts';
import { writeSse } from './sse.ts';
import type { ResponseEvent } from './wire.ts';

/**
 * The whole event sequence of OpenAI, numbered, ending in `response.completed`, `response.incomplete`
 * or `response.failed`. Input that ends without its end becomes `response.failed`.
 */
export function streamWriter(options: WriterOptions): Transducer<StreamEvent, SseEvent> {
  const answer = new Answer(options);
  let sequenceNumber = 0;
  const write = (event: ResponseEvent): SseEvent => {
    sequenceNumber += 1;
    return writeSse(event, sequenceNumber - 1);
  };
  return { push: (event) => answer.push(event).map(write), end: () => answer.end().map(write) };
}
