import type { StreamEvent } from '../../ir/event.ts';
import { isObject, type JsonObject } from '../../ir/json.ts';
import type { ReaderOptions } from '../codec.ts';
import { brokenAnswer, readErrorBody } from './errors.ts';
import { eventsReader } from './stream.ts';

/** A whole message as the short stream that would have said the same. A 200 that holds an error is an error. */
export function readMessage(body: JsonObject, options: ReaderOptions): StreamEvent[] {
  if (!Array.isArray(body.content)) {
    const error = readErrorBody(body) ?? brokenAnswer('it is no message');
    return [{ type: 'error', error }];
  }
  const reader = eventsReader(options);
  const { content, stop_reason, stop_sequence, ...message } = body;
  const events: JsonObject[] = [
    { type: 'message_start', message },
    ...content.flatMap((block, index): JsonObject[] => [
      { type: 'content_block_start', index, content_block: isObject(block) ? block : { value: block } },
      { type: 'content_block_stop', index },
    ]),
    { type: 'message_delta', delta: { stop_reason, stop_sequence } },
    { type: 'message_stop' },
  ];
  return [...events.flatMap((event) => reader.push(event)), ...reader.end()];
}
