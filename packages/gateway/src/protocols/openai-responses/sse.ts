import type { SseEvent } from '../../kit/sse.ts';
import type { ResponseEvent } from './wire.ts';

/** Every event has its name both in the `event:` line and in the data. */
export function writeSse(event: ResponseEvent, sequenceNumber: number): SseEvent {
  return { event: event.type, data: JSON.stringify({ ...event, sequence_number: sequenceNumber }) };
}
