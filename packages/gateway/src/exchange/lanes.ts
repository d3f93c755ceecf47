import type { GatewayError } from '../errors/error.ts';
import type { StopReason } from '../ir/event.ts';
import type { JsonObject } from '../ir/json.ts';
import type { Note } from '../ir/note.ts';
import type { Transducer } from '../ir/transducer.ts';
import type { Usage } from '../ir/usage.ts';
import type { WriterOptions } from '../protocols/codec.ts';
import type { Deployment } from '../upstream/deployment.ts';
import type { ClientDialect } from './exchange.ts';
import type { StreamPiece } from './stream-out.ts';

/**
 * How one request's body is made for one deployment, and how its answer is turned back:
 * `verbatim` keeps the bytes, `mended` edits the JSON, `translated` goes through the IR.
 */
export type LaneName = 'verbatim' | 'mended' | 'translated';

export interface Lane {
  name: LaneName;
  /** The request as the upstream gets it, until it is on its way: whoever tries again prepares it anew. */
  body: string | Buffer;
  headers: Record<string, string>;
  notes: Note[];
  /** True when the upstream is asked to stream, whatever the client asked. */
  streams: boolean;
  /** Filled while the answer passes. */
  seen: Observation;
  /** For a client that wants a stream. `whole` is what the bytes hold when the upstream answered in plain JSON all the same. */
  stream(options: WriterOptions, whole?: JsonObject): Transducer<Uint8Array, StreamPiece>;
  /**
   * For a client that wants one whole answer.
   * @throws GatewayError when the bytes are no answer or an incomplete one
   */
  message(answer: WholeAnswer, options: WriterOptions): JsonObject | Buffer;
}

/** All of an upstream's answer. */
export interface WholeAnswer {
  bytes: Buffer;
  /** What they hold, parsed once; absent for an event stream. */
  json?: JsonObject;
}

/** What went by: `settle` turns it into the log line, `deliver` decides by it whether an answer was one. */
export interface Observation {
  /** Something a client would show or run has passed: text, thinking, a tool call. */
  content: boolean;
  usage?: Usage;
  stop?: StopReason;
  error?: GatewayError;
  /** The connection broke: what the lane says at its end is no end of an answer. */
  cut?: GatewayError;
}

/**
 * The rule of choice, pure. The same dialect keeps its bytes, except Cortex's Chat Completions, whose
 * quirks need the JSON; what differs is translated.
 */
export function chooseLane(
  client: ClientDialect['name'],
  { dialect, provider }: Pick<Deployment, 'dialect' | 'provider'>,
): LaneName {
  if (client !== dialect) return 'translated';
  return provider === 'cortex' && dialect === 'openai-chat' ? 'mended' : 'verbatim';
}
