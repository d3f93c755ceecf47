/**
 * Bytes on their way, pushed to whoever reads them: what is left of a stream when there is one reader, no
 * encoding and no piping. Either it is read, or it must be destroyed.
 */
export interface ByteSource {
  /** Begins to read, once: what has come already is taken before this returns. */
  readInto(reader: ByteReader): void;
  /** Gives up what has not been read. The reader hears nothing any more. */
  destroy(): void;
}

export interface ByteReader {
  /** Never throws. @returns a promise, which never rejects, when nothing more can be taken until it resolves */
  take(bytes: Uint8Array): void | Promise<void>;
  /** The bytes ended by themselves. The last call. */
  end(): void;
  /** They broke off, or were cancelled. The last call. */
  fail(cause: unknown): void;
}

/** Bytes that are here already. */
export function sourceOf(bytes: Uint8Array): ByteSource {
  let destroyed = false;
  return {
    readInto(reader) {
      const waiting = reader.take(bytes);
      const end = () => {
        if (!destroyed) reader.end();
      };
      if (waiting === undefined) end();
      else void waiting.then(end);
    },
    destroy() {
      destroyed = true;
    },
  };
}
