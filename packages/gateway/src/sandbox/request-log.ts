import type { IncomingHttpHeaders } from 'node:http';
import type { JsonObject } from '../ir/json.ts';
import type { ReadBody } from './read-body.ts';
import type { SimulatedUsage } from './turn.ts';

/** One request as the sandbox saw it, for tests that check what was sent, what befell it and when it was given up. */
export interface LoggedRequest {
  /** Counts from 1 over the sandbox's life. */
  readonly number: number;
  readonly method: string;
  /** With the query. */
  readonly path: string;
  /** Secrets are replaced. */
  readonly headers: IncomingHttpHeaders;
  /** `{}` when there was none, when it was not a JSON object, and when it is forgotten. */
  readonly body: JsonObject;
  /** The body as it came over the wire; only while `RequestMemory.rawBodies` is on and until it is forgotten. */
  readonly rawBody?: Buffer;
  readonly requestId: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** When the answer was complete or the client was gone; absent while it is being written. */
  readonly closedAt?: number;
  /** The client left before the answer was complete. */
  readonly aborted: boolean;
  /** How it ended: answered to its end, broken off by the sandbox, or left by the client. Absent while it is open. */
  readonly ending?: Ending;
  /** Of the answer; absent until it begins, and when the connection was reset instead. */
  readonly status?: number;
  /** What the body names. */
  readonly model?: string;
  /** The fault that befell it, from its script or by chance. */
  readonly fault?: string;
  /** What the answer says was counted; absent where nothing was generated. */
  readonly tokens?: SimulatedUsage;
}

type Ending = 'complete' | 'cut' | 'aborted';

/** A request that is being answered. */
export type OpenEntry = { -readonly [K in keyof LoggedRequest]: LoggedRequest[K] };

/** How much of past requests is kept. */
export interface RequestMemory {
  /** How many requests are listed; the oldest go first. */
  requests: number;
  /** Bytes of bodies in all. The oldest bodies are forgotten first; their requests stay listed. */
  bodyBytes: number;
  /** Whether bodies are also kept as the bytes that came. */
  rawBodies: boolean;
}

export const DEFAULT_MEMORY: RequestMemory = { requests: 1_000, bodyBytes: 64 * 1024 * 1024, rawBodies: false };
const ADMIN_PREFIX = '/sandbox/';
const UNLISTED = 0;
const SECRET_HEADERS = ['authorization', 'cookie', 'x-api-key', 'x-sfc-session', 'proxy-authorization'];

/** The newest requests, oldest first. */
export class RequestLog {
  readonly #entries: OpenEntry[] = [];
  /** Entries that still have their bodies, with the size of each, oldest first. */
  readonly #bodies = new Map<OpenEntry, number>();
  #memory: RequestMemory;
  #bodyBytes = 0;
  #open = 0;
  #count = 0;

  constructor(memory: Partial<RequestMemory> = {}) {
    this.#memory = { ...DEFAULT_MEMORY, ...memory };
  }

  get entries(): readonly LoggedRequest[] {
    return this.#entries;
  }

  /** Requests whose answers are not complete. */
  get open(): number {
    return this.#open;
  }

  get memory(): RequestMemory {
    return this.#memory;
  }

  /** Changes what is kept from now on, and forgets at once what is too much. */
  remember(memory: Partial<RequestMemory>): void {
    this.#memory = { ...this.#memory, ...memory };
    this.#forget();
  }

  /** The sandbox's own calls are not listed and not counted. */
  begin(seen: Pick<LoggedRequest, 'method' | 'path' | 'headers' | 'requestId' | 'startedAt'>): OpenEntry {
    const entry: OpenEntry = {
      number: UNLISTED,
      ...seen,
      headers: withoutSecrets(seen.headers),
      body: {},
      aborted: false,
    };
    if (seen.path.startsWith(ADMIN_PREFIX)) return entry;
    this.#count += 1;
    entry.number = this.#count;
    this.#entries.push(entry);
    this.#open += 1;
    this.#forget();
    return entry;
  }

  /** Adds what was sent. */
  keepBody(entry: OpenEntry, read: ReadBody): void {
    const oldest = this.#entries[0];
    if (read.kind === 'too-large' || oldest === undefined || entry.number < oldest.number) return;
    if (read.kind === 'object') {
      entry.body = read.body;
      if (typeof read.body.model === 'string') entry.model = read.body.model;
    }
    if (this.#memory.rawBodies) entry.rawBody = read.raw;
    this.#bodies.set(entry, read.raw.length);
    this.#bodyBytes += read.raw.length;
    this.#forget();
  }

  end(entry: OpenEntry, at: number, ending: Ending): void {
    entry.closedAt = at;
    entry.ending = ending;
    entry.aborted = ending === 'aborted';
    if (entry.number !== UNLISTED) this.#open -= 1;
  }

  #forget(): void {
    const surplus = this.#entries.length - this.#memory.requests;
    if (surplus > 0) for (const entry of this.#entries.splice(0, surplus)) this.#forgetBody(entry);
    for (const entry of this.#bodies.keys()) {
      if (this.#bodyBytes <= this.#memory.bodyBytes) return;
      this.#forgetBody(entry);
    }
  }

  #forgetBody(entry: OpenEntry): void {
    const bytes = this.#bodies.get(entry);
    if (bytes === undefined) return;
    this.#bodies.delete(entry);
    this.#bodyBytes -= bytes;
    entry.body = {};
    delete entry.rawBody;
  }
}

function withoutSecrets(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const shown = { ...headers };
  for (const name of SECRET_HEADERS) if (shown[name] !== undefined) shown[name] = '[secret]';
  return shown;
}
