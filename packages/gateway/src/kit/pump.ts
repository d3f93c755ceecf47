import type { Readable } from 'node:stream';
import type { Transducer } from '../ir/transducer.ts';

/**
 * The one byte loop: an upstream body through a transducer into `accept`. One await per network chunk;
 * `accept` answers with a promise only when the reader must wait (the client is slow), which stops our
 * reads and so the upstream's writes. Whatever happens, the upstream body is closed on the way out.
 *
 * `end()` of the transducer runs only when the body ended by itself, complete or cut.
 * @throws what the body or `accept` threw; the signal's reason when aborted
 */
export async function pump<O>(
  body: Readable,
  transducer: Transducer<Uint8Array, O>,
  accept: (outputs: O[]) => void | Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const close = () => body.destroy();
  signal.addEventListener('abort', close, { once: true });
  try {
    for await (const bytes of body as AsyncIterable<Uint8Array>) {
      const outputs = transducer.push(bytes);
      if (outputs.length > 0) await accept(outputs);
      signal.throwIfAborted();
    }
    signal.throwIfAborted();
    await accept(transducer.end());
  } catch (cause) {
    if (signal.aborted) throw signal.reason;
    throw cause;
  } finally {
    signal.removeEventListener('abort', close);
    body.destroy();
  }
}

/** Collects a body that must be read whole. Reading stops once it is longer than `limit`: the result then is, too. */
export async function readWhole(body: Readable, limit: number, signal: AbortSignal): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const tooLong = new Error('longer than the limit');
  try {
    await pump(
      body,
      { push: (bytes) => [bytes], end: () => [] },
      (pieces: Uint8Array[]) => {
        for (const piece of pieces) {
          chunks.push(piece);
          size += piece.length;
        }
        if (size > limit) throw tooLong;
      },
      signal,
    );
  } catch (cause) {
    if (cause !== tooLong) throw cause;
  }
  return Buffer.concat(chunks);
}
