/** A reply onto the socket: recorded headers, pace, silence, resets, and the patience of a slow reader. */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Clock } from '../kit/clock.ts';
import { formatSse } from '../kit/sse.ts';
import type { SandboxReply } from './surface.ts';

/** As recorded (pydantic-ai cassettes, 2026-07-07). There is no retry-after and no rate-limit header, not even on 429. */
const RECORDED_HEADERS = {
  'cache-control': 'no-cache',
  'expect-ct': 'enforce, max-age=3600',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  vary: 'Accept-Encoding, User-Agent',
};

/** Whether the client was sent the whole answer, or the connection was reset before its end. */
export type Delivery = 'complete' | 'cut';

/** Settles when everything is written. Rejects when the client leaves first. */
export async function writeReply(
  response: ServerResponse,
  reply: SandboxReply,
  clock: Clock,
  gone: AbortSignal,
): Promise<Delivery> {
  switch (reply.kind) {
    case 'reset':
      response.socket?.resetAndDestroy();
      return 'cut';
    case 'page':
      response.writeHead(reply.status, {
        'content-type': reply.contentType,
        'content-length': Buffer.byteLength(reply.body),
      });
      return end(response, reply.body, gone);
    case 'json': {
      const text = JSON.stringify(reply.body);
      // Nothing is sent before a unary answer is complete, headers included: docs/cortex-quirks.md#unary-silence
      if (reply.timing !== undefined && reply.timing.stallMs > 0) await clock.sleep(reply.timing.stallMs, gone);
      writeHead(response, reply.status, { 'content-type': 'application/json', ...reply.headers });
      if (reply.timing?.cutAfter !== undefined) return cut(response, text.slice(0, text.length / 2));
      return end(response, text, gone);
    }
    case 'stream':
      return writeStream(response, reply, clock, gone);
  }
}

async function writeStream(
  response: ServerResponse,
  { events, timing, headers }: Extract<SandboxReply, { kind: 'stream' }>,
  clock: Clock,
  gone: AbortSignal,
): Promise<Delivery> {
  writeHead(response, 200, { 'content-type': 'text/event-stream', ...headers });
  response.flushHeaders();
  const { stallAt = 0 } = timing;
  for (const [at, event] of events.entries()) {
    if (at === stallAt && timing.stallMs > 0) await clock.sleep(timing.stallMs, gone);
    if (at === timing.cutAfter) return cut(response);
    if (at > 0 && timing.paceMs > 0) await clock.sleep(timing.paceMs, gone);
    if (!response.write(formatSse(event))) await once(response, 'drain', { signal: gone });
    gone.throwIfAborted();
  }
  return end(response, '', gone);
}

async function end(response: ServerResponse, last: string, gone: AbortSignal): Promise<Delivery> {
  const finished = once(response, 'finish', { signal: gone });
  response.end(last);
  await finished;
  return 'complete';
}

function writeHead(response: ServerResponse, status: number, headers: Record<string, string>): void {
  response.writeHead(status, { ...RECORDED_HEADERS, ...headers, 'transfer-encoding': 'chunked' });
}

/** Sends what was written so far, then resets the connection. */
async function cut(response: ServerResponse, last?: string): Promise<Delivery> {
  if (last !== undefined) response.write(last);
  const socket = response.socket;
  // An empty write comes back when everything before it has left: a reset would overtake it otherwise.
  await new Promise<void>((resolve) => (socket === null ? resolve() : socket.write('', () => resolve())));
  socket?.resetAndDestroy();
  return 'cut';
}
