import type { IncomingHttpHeaders } from 'node:http';
import type { JsonObject } from '../ir/json.ts';

/** One request as the sandbox saw it, for tests that check what was sent and when it was given up. */
export interface LoggedRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  /** Secrets are replaced. */
  readonly headers: IncomingHttpHeaders;
  /** `{}` when there was none or it was not a JSON object. */
  readonly body: JsonObject;
  readonly requestId: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** When the answer was complete or the client was gone; absent while it is being written. */
  readonly closedAt?: number;
  /** The client left before the answer was complete. */
  readonly aborted: boolean;
  /** Of the answer; absent until it begins, and when the connection was reset instead. */
  readonly status?: number;
}

/** A request that is being answered. */
export type OpenEntry = { -readonly [K in keyof LoggedRequest]: LoggedRequest[K] };

const CAPACITY = 1000;
const SECRET_HEADERS = ['authorization', 'cookie', 'x-api-key', 'x-sfc-session', 'proxy-authorization'];

/** The last thousand requests, oldest first. */
export class RequestLog {
  readonly #entries: OpenEntry[] = [];
  #open = 0;

  get entries(): readonly LoggedRequest[] {
    return this.#entries;
  }

  /** Requests whose answers are not complete. */
  get open(): number {
    return this.#open;
  }

  begin(seen: Pick<LoggedRequest, 'method' | 'path' | 'headers' | 'requestId' | 'startedAt'>): OpenEntry {
    const entry: OpenEntry = { ...seen, headers: withoutSecrets(seen.headers), body: {}, aborted: false };
    this.#entries.push(entry);
    if (this.#entries.length > CAPACITY) this.#entries.shift();
    this.#open += 1;
    return entry;
  }

  end(entry: OpenEntry, at: number, aborted: boolean): void {
    entry.closedAt = at;
    entry.aborted = aborted;
    this.#open -= 1;
  }
}

function withoutSecrets(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const shown = { ...headers };
  for (const name of SECRET_HEADERS) if (shown[name] !== undefined) shown[name] = '[secret]';
  return shown;
}
