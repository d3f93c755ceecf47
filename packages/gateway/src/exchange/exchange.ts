import type { IncomingHttpHeaders } from 'node:http';
import type { GatewayError } from '../errors/error.ts';
import type { Dialect } from '../ir/request.ts';
import type { JsonObject } from '../ir/json.ts';
import type { Note } from '../ir/note.ts';
import type { StopReason } from '../ir/event.ts';
import type { Usage } from '../ir/usage.ts';
import type { Spans } from '../kit/json-span.ts';
import type { Caller } from '../policy/identify.ts';
import type { ClientCodec } from '../protocols/codec.ts';
import type { Deployment } from '../upstream/deployment.ts';
import type { RequestHead } from './peek.ts';
import type { AnswerHistory } from './response-history.ts';
import type { Reply } from './reply.ts';
import type { ImageFetches } from './remote-images.ts';
import type { Trace } from '../telemetry/trace.ts';
import type { RoutingWishes } from './routing-wishes.ts';

/** A client protocol as the exchange needs to know it. */
export interface ClientDialect {
  /** `cursor`: any mixture of the others on the chat path, answered in chat chunks. */
  name: Dialect | 'cursor';
  codec: ClientCodec;
  /** What the ids of its answers begin with (`chatcmpl-`). */
  idPrefix: string;
  /** What keeps a silent stream alive. */
  keepAlive: string;
  /** What later requests may refer to; absent where every request stands for itself. */
  history?: AnswerHistory;
  /** The bodies of the prompts in one body, where it may hold several. */
  split?: (body: JsonObject) => JsonObject[];
  /** True where `n` asks for several answers. */
  manyChoices: boolean;
  /** Picks another dialect by what the body looks like and who sent it; absent where the path says it all. */
  sniff?: (request: SniffedRequest) => ClientDialect;
  /** A better word than "unknown model", where the dialect has one. */
  explainUnknownModel?: (body: Buffer, model: string, names: readonly string[]) => GatewayError | undefined;
}

interface SniffedRequest {
  body: Buffer;
  spans: Spans;
  headers: IncomingHttpHeaders;
  path: string;
}

/** What is known about one request, from its first byte to its log line. Filled in by the steps of `run.ts`. */
export interface Exchange {
  readonly requestId: string;
  /** By its path; `run` replaces it when the body turns out to be of another. */
  dialect: ClientDialect;
  readonly path: string;
  /** Remote images of the body, fetched once for all attempts and choices. */
  readonly images: ImageFetches;
  /** The model that the path names (Azure's deployments), which wins over the body's. */
  readonly modelInPath: string | undefined;
  /** Headers that lanes pass on or filter (`anthropic-beta`). */
  readonly headers: IncomingHttpHeaders;
  /** From `Authorization: Bearer` or `x-api-key`. */
  readonly credential: string | undefined;
  /** @throws GatewayError `too-large` or `client-left` */
  readBody(): Promise<Buffer>;
  readonly reply: Reply;
  /** Aborted with a GatewayError: the client left, the deadline passed, or the gateway shuts down. */
  readonly signal: AbortSignal;
  /** When the whole request must be over, in the clock's milliseconds. */
  deadlineAtMs: number;
  /** Ends the request with this error. */
  cancel(reason: GatewayError): void;
  /** Clock readings at arrival. */
  readonly receivedAtMs: number;
  readonly receivedAtMicros: number;

  caller?: Caller;
  body?: Buffer;
  head?: RequestHead;
  /** The upstream refused a thought of the history (another model's, or altered): they stay out from here on. */
  withoutThoughts?: boolean;
  /** What the client says about the way its request takes. */
  wishes: RoutingWishes;
  /** Where a collector is configured. */
  trace?: Trace;
  /** What came of it, for `settle`. */
  readonly record: ExchangeRecord;
}

interface ExchangeRecord {
  deployment?: Deployment;
  /** Name of the lane. */
  lane?: string;
  attempts: number;
  /** How each of them ended: `ok`, or the kind of its error. Without those that still run. */
  tries: { deployment: string; outcome: string }[];
  /** Time spent waiting for a place and for room in rate limits, in milliseconds. */
  queuedMs: number;
  notes: Note[];
  usage?: Usage;
  stop?: StopReason;
  error?: GatewayError;
  /** HTTP status of the upstream's last answer, and Snowflake's id of it. */
  upstreamStatus?: number;
  upstreamRequestId?: string;
  /** Its ids of the calls it answered, which are those it bills: several where `n` asked so, or after an empty answer. */
  answeredRequestIds: string[];
  /** The upstream was the sandbox. */
  simulated: boolean;
  /** Microseconds spent waiting for the upstream before the answer's first byte: the rest is our overhead. */
  upstreamWaitMicros: number;
  /** What the gateway itself took before the answer's first byte. */
  overheadMicros?: number;
  firstContentAtMicros?: number;
}
