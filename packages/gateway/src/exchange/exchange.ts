import type { GatewayError } from '../errors/error.ts';
import type { Dialect } from '../ir/request.ts';
import type { Note } from '../ir/note.ts';
import type { StopReason } from '../ir/event.ts';
import type { Usage } from '../ir/usage.ts';
import type { Caller } from '../policy/identify.ts';
import type { ClientCodec } from '../protocols/codec.ts';
import type { Deployment } from '../upstream/deployment.ts';
import type { LaneName } from './lanes.ts';
import type { RequestHead } from './peek.ts';
import type { Reply } from './reply.ts';

/** A client protocol as the exchange needs to know it: its codec and which upstream dialects are its own. */
export interface ClientDialect {
  name: Dialect;
  codec: ClientCodec;
}

/** What is known about one request, from its first byte to its log line. Filled in by the steps of `run.ts`. */
export interface Exchange {
  readonly requestId: string;
  readonly dialect: ClientDialect;
  readonly path: string;
  /** From `Authorization: Bearer` or `x-api-key`. */
  readonly credential: string | undefined;
  /** @throws GatewayError `too-large` or `client-left` */
  readBody(): Promise<Buffer>;
  readonly reply: Reply;
  /** Aborted with a GatewayError: the client left, the deadline passed, or the gateway shuts down. */
  readonly signal: AbortSignal;
  /** Clock readings at arrival. */
  readonly receivedAtMs: number;
  readonly receivedAtMicros: number;

  caller?: Caller;
  body?: Buffer;
  head?: RequestHead;
  /** What came of it, for `settle`. */
  readonly record: ExchangeRecord;
}

interface ExchangeRecord {
  deployment?: Deployment;
  lane?: LaneName;
  attempts: number;
  notes: Note[];
  usage?: Usage;
  stop?: StopReason;
  error?: GatewayError;
  /** HTTP status of the upstream's last answer, and Snowflake's id of it. */
  upstreamStatus?: number;
  upstreamRequestId?: string;
  /** The upstream was the sandbox. */
  simulated: boolean;
  /** Microseconds spent waiting for the upstream before the answer's first byte: the rest is our overhead. */
  upstreamWaitMicros: number;
  /** What the gateway itself took before the answer's first byte. */
  overheadMicros?: number;
  firstContentAtMicros?: number;
}
