import type { JsonObject } from '../ir/json.ts';

/** The client's side of an exchange. `http/` implements it on a socket. */
export interface Reply {
  /** True once status and headers are on the wire: from then on a failure can only be said inside the stream. */
  readonly started: boolean;
  /** A whole JSON answer. */
  json(status: number, headers: Record<string, string>, body: JsonObject | string | Buffer): void;
  /** Status 200, `text/event-stream`: on its way with the first piece, which must follow at once. */
  startStream(headers: Record<string, string>): void;
  /** False when the client reads slower than we write: wait for `drained`. */
  write(chunk: string | Uint8Array): boolean;
  /** @throws the signal's reason */
  drained(signal: AbortSignal): Promise<void>;
  end(): void;
  /** Closes the connection at once, whatever lies in it. */
  cutOff(): void;
}
