import type { Transducer } from '../ir/transducer.ts';
import type { ByteSource } from './byte-source.ts';

/**
 * The one byte loop: an upstream body through a transducer into `accept`. Nothing is awaited between chunks
 * unless `accept` answers with a promise, as it does when the client is slow: that stops our reads and so
 * the upstream's writes. Whatever happens, the upstream body is closed on the way out.
 *
 * `end()` of the transducer runs only when the body ended by itself, complete or cut.
 * @param signal the one the body's call was made with, which breaks off the body when it is aborted
 * @throws what the body or `accept` threw; the signal's reason when aborted
 */
export function pump<O>(
  body: ByteSource,
  transducer: Transducer<Uint8Array, O>,
  accept: (outputs: O[]) => void | Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown) => {
      body.destroy();
      reject((signal.aborted ? signal.reason : cause) as Error);
    };
    body.readInto({
      take(bytes) {
        try {
          const outputs = transducer.push(bytes);
          const waiting = outputs.length === 0 ? undefined : accept(outputs);
          if (signal.aborted) fail(signal.reason);
          else if (waiting !== undefined) return waiting.catch(fail);
        } catch (cause) {
          fail(cause);
        }
        return undefined;
      },
      end() {
        try {
          if (signal.aborted) return fail(signal.reason);
          const waiting = accept(transducer.end());
          if (waiting === undefined) resolve();
          else waiting.then(resolve, fail);
        } catch (cause) {
          fail(cause);
        }
      },
      fail,
    });
  });
}

/** Collects a body that must be read whole. Reading stops once it is longer than `limit`: the result then is, too. */
export function readWhole(body: ByteSource, limit: number, signal: AbortSignal): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    let size = 0;
    const fail = (cause: unknown) => reject((signal.aborted ? signal.reason : cause) as Error);
    const finish = () => {
      const [only] = chunks;
      // Most answers fit into one read of the socket.
      resolve(chunks.length === 1 && Buffer.isBuffer(only) ? only : Buffer.concat(chunks, size));
    };
    body.readInto({
      take(bytes) {
        chunks.push(bytes);
        size += bytes.length;
        if (size <= limit) return;
        body.destroy();
        finish();
      },
      end() {
        if (signal.aborted) fail(signal.reason);
        else finish();
      },
      fail,
    });
  });
}
