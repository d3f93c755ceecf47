// What tests of Messages answers share: the options of a writer, and the official SDK as a judge of streams.
import Anthropic from '@anthropic-ai/sdk';
import type { StreamEvent } from '../../src/ir/event.ts';
import type { JsonObject } from '../../src/ir/json.ts';
import { formatSse, type SseEvent } from '../../src/kit/sse.ts';
import type { WriterOptions } from '../../src/protocols/codec.ts';
import { anthropicMessagesClient } from '../../src/protocols/anthropic-messages/client.ts';

export const MESSAGES_WRITER: WriterOptions = {
  id: 'msg_own',
  createdAt: 1_783_468_000,
  model: 'my-alias',
  includeUsage: false,
  choiceIndex: 0,
  requestId: 'req_1',
};

export function writeEvents(events: StreamEvent[], options: Partial<WriterOptions> = {}): SseEvent[] {
  const writer = anthropicMessagesClient.writer({ ...MESSAGES_WRITER, ...options });
  return [...events.flatMap((event) => writer.push(event)), ...writer.end()];
}

/**
 * What the official SDK makes of a stream: the message its users get.
 * @throws what the SDK throws at its users
 */
export async function accumulateMessage(events: SseEvent[]): Promise<JsonObject> {
  const client = new Anthropic({
    apiKey: 'test',
    maxRetries: 0,
    fetch: () =>
      Promise.resolve(
        new Response(events.map(formatSse).join(''), { headers: { 'content-type': 'text/event-stream' } }),
      ),
  });
  const stream = client.messages.stream({
    model: 'my-alias',
    max_tokens: 100,
    messages: [{ role: 'user', content: 'hi' }],
  });
  return JSON.parse(JSON.stringify(await stream.finalMessage())) as JsonObject;
}
