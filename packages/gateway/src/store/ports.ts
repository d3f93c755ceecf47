/** What the rest of the program asks of the embedded database. */
import type { JsonObject } from '../ir/json.ts';

/** An answer that its client may come back to: by `previous_response_id`, by a reference to one of its items, or to read it again. */
export interface StoredResponse {
  /** `resp_…` */
  id: string;
  /** Whose it is. Nobody else may read, continue or delete it. */
  callerId: string;
  /** Unix seconds. */
  createdAt: number;
  /** Everything the model was given as items, each with an id: the earlier answers it continued are part of it. */
  input: JsonObject[];
  /** The response as it was answered, with the seals of all thoughts whether or not the client asked for them. */
  response: JsonObject;
}

/** Answers of the Responses API that were asked for with `store`. They are forgotten after the retention time. */
export interface ResponseStore {
  /** Undefined when there is none of this id, when it is another caller's, and when its time is over. */
  get(callerId: string, id: string): Promise<StoredResponse | undefined>;
  /**
   * Keeps an answer for the retention time; one of the same id is replaced.
   * @param continues the id of an answer whose whole conversation, its output included, the input begins with
   */
  put(response: StoredResponse, continues?: string): Promise<void>;
  /** Nobody can read it any more; what later answers continue of it is kept for them. @returns false when there was none */
  delete(callerId: string, id: string): Promise<boolean>;
}

/** One exchange, as it is remembered: numbers and names, never a word of a prompt or an answer. */
export interface ExchangeRow {
  /** Ours: `x-couloir-request-id`. */
  requestId: string;
  /** Snowflake's, of every call that gave an answer and is therefore billed; else of the last that failed. */
  upstreamRequestIds: string[];
  /** Arrival, in milliseconds since the epoch. */
  receivedAtMs: number;
  durationMs: number;
  callerId: string;
  /** As the client asked; absent when the body could not be read. */
  modelAsked?: string | undefined;
  /** The upstream's name of what served it, or of the last that was tried. */
  modelServed?: string | undefined;
  deploymentId?: string | undefined;
  dialect: string;
  lane?: string | undefined;
  /** HTTP status that the outcome stands for; a stream that broke off had begun with 200. */
  status: number;
  /** `ok`, or the kind of the error. */
  outcome: string;
  /** Disjoint classes as in `Usage`; a class that nobody reported is absent. */
  tokens: ExchangeTokens;
  /** Some count is our own estimate. */
  estimated: boolean;
  costUsd?: number | undefined;
  /** A sandbox answered: nobody pays. */
  simulated: boolean;
  /** How it went; absent on rows of before it was written down. */
  course?: ExchangeCourse | undefined;
}

/** The course of an exchange, for whoever asks why it went as it did. */
export interface ExchangeCourse {
  /** Calls to an upstream, those that failed included. */
  attempts: number;
  /** The client wanted a stream; absent when the body could not be read. */
  stream?: boolean | undefined;
  /** Waiting for room, here and at the upstream. */
  queuedMs: number;
  /** From arrival to the first content of the answer. */
  firstContentMs?: number | undefined;
  /** What the gateway itself took before the answer's first byte. */
  overheadMicros?: number | undefined;
  /** Why the model ended. */
  stop?: string | undefined;
  /** What was not honoured as it was asked. */
  notes: { code: string; path: string; because: string }[];
  /** What the client was told of the error. */
  errorMessage?: string | undefined;
}

export interface ExchangeTokens {
  input?: number | undefined;
  cacheRead?: number | undefined;
  cacheWrite5m?: number | undefined;
  cacheWrite1h?: number | undefined;
  output?: number | undefined;
  /** The part of `output` spent on reasoning. */
  reasoning?: number | undefined;
}

/** Where exchanges are written down, off the path of requests. */
export interface ExchangeLog {
  /** Takes a row at once and writes it soon, together with others. Never throws. */
  add(row: ExchangeRow): void;
  /** Writes now what still waits. What cannot be written is told in the log. */
  flush(): void;
}

/** The place of a row in the order of arrival; ids settle what arrived in the same millisecond. */
export type ExchangePosition = Pick<ExchangeRow, 'receivedAtMs' | 'requestId'>;

interface ExchangeQuery {
  limit: number;
  /** Only rows that arrived before this one. */
  before?: ExchangePosition;
  /** Asked for or served. */
  model?: string;
  /** `ok`, the kind of an error, or `failed` for all but `ok`. */
  outcome?: string;
}

/** Looks rows up while the gateway writes them, on the thread that serves requests: every call is short. */
export interface ExchangeRecords {
  /**
   * Newest first. A call looks at so many rows and no more: it may find fewer than `limit`, and says where to go on.
   * @returns `next` is absent when no older row is left
   */
  page(query: ExchangeQuery): { rows: ExchangeRow[]; next?: ExchangePosition };
  find(requestId: string): ExchangeRow | undefined;
}

/** Reads what `ExchangeLog` wrote, from another process. */
export interface ExchangeHistory {
  /** Oldest first. */
  since(atMs: number): Iterable<ExchangeRow>;
  close(): void;
}
