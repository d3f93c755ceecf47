import type { ServerResponse } from 'node:http';
import type { Reply } from '../exchange/reply.ts';
import { CORS_HEADERS } from './cors.ts';

/** An exchange's reply on a Node.js response. */
export function replyOn(response: ServerResponse): Reply {
  return {
    get started() {
      return response.headersSent;
    },
    json(status, headers, body) {
      if (response.destroyed || response.headersSent) return;
      const text = Buffer.isBuffer(body) || typeof body === 'string' ? body : JSON.stringify(body);
      response.writeHead(status, {
        ...CORS_HEADERS,
        ...headers,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(text),
      });
      response.end(text);
    },
    startStream(headers) {
      if (response.destroyed || response.headersSent) return;
      response.writeHead(200, {
        ...CORS_HEADERS,
        ...headers,
        'content-type': 'text/event-stream; charset=utf-8',
        // Proxies between here and the client must neither buffer nor recompress a stream.
        'cache-control': 'no-cache, no-transform',
        'x-accel-buffering': 'no',
      });
      response.flushHeaders();
      response.socket?.setNoDelay(true);
    },
    write(chunk) {
      if (response.destroyed) return true;
      return response.write(chunk);
    },
    drained(signal) {
      return new Promise((resolve, reject) => {
        const settle = () => {
          response.off('drain', settle);
          response.off('close', settle);
          signal.removeEventListener('abort', settle);
          if (signal.aborted) reject(signal.reason as Error);
          else resolve();
        };
        response.once('drain', settle);
        response.once('close', settle);
        signal.addEventListener('abort', settle, { once: true });
        if (signal.aborted || response.destroyed) settle();
      });
    },
    end() {
      if (!response.destroyed) response.end();
    },
  };
}
