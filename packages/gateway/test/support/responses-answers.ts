// What tests of the Responses API share: captured requests, and the official SDK as a judge of streams.
import { readdirSync, readFileSync } from 'node:fs';
import { ResponseStream } from 'openai/lib/responses/ResponseStream';
import type { StreamEvent } from '../../src/ir/event.ts';
import { isObject, type JsonObject } from '../../src/ir/json.ts';
import type { SseEvent } from '../../src/kit/sse.ts';
import type { WriterOptions } from '../../src/protocols/codec.ts';
import { openaiResponses } from '../../src/protocols/openai-responses/index.ts';

const FIXTURES = new URL('../../../../fixtures/clients/responses/', import.meta.url);

/** Names of the captured requests. */
export const CAPTURES = readdirSync(FIXTURES)
  .filter((file) => file.endsWith('.json'))
  .map((file) => file.replace('.json', ''));

export function readCapture(name: string): JsonObject {
  const body: unknown = JSON.parse(readFileSync(new URL(`${name}.json`, FIXTURES), 'utf8'));
  if (!isObject(body)) throw new Error(`${name} is no JSON object.`);
  return body;
}

export const WRITER_OPTIONS: WriterOptions = {
  id: 'resp_abc',
  createdAt: 1_795_181_000,
  model: 'my-alias',
  includeUsage: false,
  choiceIndex: 0,
  requestId: 'abc',
};

/** The stream that these events become for a client that sent `body`. */
export function writeStream(events: StreamEvent[], body?: JsonObject): SseEvent[] {
  const writer = openaiResponses.writer({ ...WRITER_OPTIONS, ...(body === undefined ? {} : { body }) });
  return [...events.flatMap((event) => writer.push(event)), ...writer.end()];
}

/** What the official SDK makes of a stream: the response its users get. */
export async function accumulateResponse(stream: SseEvent[]): Promise<JsonObject> {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const { data } of stream) controller.enqueue(new TextEncoder().encode(`${data}\n`));
      controller.close();
    },
  });
  const response: unknown = JSON.parse(JSON.stringify(await ResponseStream.fromReadableStream(body).finalResponse()));
  if (!isObject(response)) throw new Error('The SDK gave no response.');
  return response;
}
