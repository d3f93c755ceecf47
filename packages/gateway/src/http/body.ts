import type { IncomingMessage } from 'node:http';
import { GatewayError } from '../errors/error.ts';

/** Agents send a few hundred KB, with images tens of MB; nothing real reaches this. */
const MOST_BODY_BYTES = 64 * 1024 * 1024;

/**
 * Reads a request body whole.
 * @param memoryFor where to put a body of so many bytes; undefined for memory of its own
 * @throws GatewayError `too-large` at `MOST_BODY_BYTES` and over, `invalid-request` for a compressed one,
 * `client-left` when the client vanishes
 */
export function readBody(
  request: IncomingMessage,
  memoryFor: (bytes: number) => Buffer | undefined = () => undefined,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let whole: Buffer | undefined;
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      if (size === 0) whole = memoryFor(Number(request.headers['content-length'] ?? 0));
      if (whole !== undefined) chunk.copy(whole, size);
      size += chunk.length;
      if (size >= MOST_BODY_BYTES) chunks.length = 0;
      else if (whole === undefined) chunks.push(chunk);
    });
    request.on('end', () => {
      // Only now: a client that is still sending when the connection closes never sees the answer.
      const encoding = request.headers['content-encoding'] ?? 'identity';
      if (size >= MOST_BODY_BYTES) reject(tooLarge());
      else if (encoding.toLowerCase() !== 'identity') reject(compressed(encoding));
      else if (whole !== undefined) resolve(whole.subarray(0, size));
      else resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size));
    });
    request.on('error', () =>
      reject(new GatewayError('client-left', 'The client left before its request was complete.')),
    );
    request.on('close', () => {
      if (!request.complete)
        reject(new GatewayError('client-left', 'The client left before its request was complete.'));
    });
  });
}

/** True when the client announced a body that will be refused: one that asks before sending need not send it. */
export function announcesTooMuch(request: IncomingMessage): boolean {
  return Number(request.headers['content-length'] ?? 0) >= MOST_BODY_BYTES;
}

function compressed(encoding: string): GatewayError {
  return new GatewayError(
    'invalid-request',
    `The body is encoded (Content-Encoding: ${encoding.slice(0, 40)}), and no encoding is understood here. Send it uncompressed.`,
  );
}

export function tooLarge(): GatewayError {
  return new GatewayError(
    'too-large',
    `The body is ${MOST_BODY_BYTES / 1024 / 1024} MiB or more. Send fewer or smaller images, or a shorter conversation.`,
  );
}
