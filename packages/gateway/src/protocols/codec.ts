/**
 * The two halves of a protocol. Codecs are pure: they ask no clock, no generator and no network; what
 * they need from the world comes in as plain values in the options.
 */
import type { GatewayError } from '../errors/error.ts';
import type { StreamEvent } from '../ir/event.ts';
import type { JsonObject } from '../ir/json.ts';
import type { Note } from '../ir/note.ts';
import type { RenamedProperties } from '../ir/property-names.ts';
import type { GenerateRequest } from '../ir/request.ts';
import type { Transducer } from '../ir/transducer.ts';
import type { SseEvent } from '../kit/sse.ts';

/** How we talk to our callers. */
export interface ClientCodec {
  /** Validates and reads a body. @throws GatewayError `invalid-request` naming the field. */
  readRequest(body: JsonObject): { request: GenerateRequest; notes: Note[] };
  /** The streaming answer. Input events follow the grammar of `ir/event.ts`; output is complete and legal even when input is cut. */
  writer(options: WriterOptions): Transducer<StreamEvent, SseEvent>;
  /** The writer keeps nothing of the texts and arguments that pass it, so that what it makes of them does not depend on what they say. */
  passesWords?: true;
  /** The unary answer: the fold of the same events. @throws GatewayError when they end in an error or are cut. */
  writeMessage(events: StreamEvent[], options: WriterOptions): JsonObject;
  /** The body of an error answer, before headers. */
  writeError(error: GatewayError, requestId: string): JsonObject;
  /** The events that end a stream in an error, perhaps before its first event. */
  writeErrorEvents(error: GatewayError, requestId: string, asked: AskedAnswer): SseEvent[];
  /** The HTTP status of an error before headers, for a client that reads statuses in its own way; the error's own when absent. */
  statusOf?(error: GatewayError): number;
}

/** What is known of an answer before it begins. */
export type AskedAnswer = Pick<WriterOptions, 'model' | 'createdAt'>;

/** How we talk to an upstream. */
export interface UpstreamCodec {
  /** `reading` must be handed to `reader` or `readMessage`: what was asked decides how the answer reads. */
  writeRequest(request: GenerateRequest, target: WriteTarget): WrittenRequest;
  /** Upstream events in, IR events out. `end()` without a terminal event yields an `error`: a cut stream is never a success. */
  reader(options: ReaderOptions): Transducer<SseEvent, StreamEvent>;
  /** A unary answer explodes into the short stream that would have said the same. */
  readMessage(body: JsonObject, options: ReaderOptions): StreamEvent[];
}

export interface WriterOptions {
  /** Used when the upstream gave no id: `chatcmpl-…`. */
  id: string;
  /** Unix seconds. */
  createdAt: number;
  /** What the client asked for; echoed. */
  model: string;
  /** The client asked for a usage chunk in the stream. */
  includeUsage: boolean;
  /** The client's body as it was read: what was asked decides how the answer is written (tool envelopes, echoed fields). */
  body?: JsonObject;
  /** Which of the `n` choices this answer is. */
  choiceIndex: number;
  requestId: string;
  /** The upstream's own id of this answer, told with an error inside it. */
  upstreamRequestId?: string;
  /** The client asked with `functions` and reads `function_call`: see `asksForFunctionCalls` of openai-chat. */
  legacyFunctions?: boolean;
}

export interface WrittenRequest {
  body: JsonObject;
  headers: Record<string, string>;
  notes: Note[];
  reading: ReaderOptions;
}

export interface ReaderOptions {
  /** Name of the tool that stands in for structured output: its arguments are the answer's text. */
  jsonTool?: string;
  /** The answer was asked to be one JSON object by instruction only: prose around it is cut off, and an answer without one is an error. */
  jsonObject?: true;
  /** Tools whose names the upstream does not take: its name → the client's. */
  toolNames?: ReadonlyMap<string, string>;
  /** By tool, the client's name of each property that went out under another: calls of these tools are read whole. */
  propertyNames?: RenamedProperties;
  /** Sequences that the upstream does not know and the reader cuts the answer at. */
  stopSequences?: readonly string[];
  /** The most tokens the answer may have: an upstream that gives no reason for the end is taken to have hit it. */
  outputLimit?: number;
}

/** What a request writer needs to know of the model it writes for. */
export interface WriteTarget {
  /** The upstream's name for the model. */
  model: string;
  capabilities: ModelCapabilities;
}

/** What a model can do and refuses, as data (`upstream/catalogue`). Unknown models get their family's defaults. */
export interface ModelCapabilities {
  family: 'claude' | 'openai' | 'other';
  contextWindow: number;
  /** Sent when the client names no limit. */
  defaultOutputTokens: number;
  /** The most the model is known to give; a larger wish is lowered with a note. */
  maxOutputTokens: number;
  tools: boolean;
  vision: boolean;
  /** True where an image may be a link; elsewhere its bytes must be in the request. False when absent. */
  imageUrls?: true;
  /** How JSON Schema output is asked for: a field of the request, a forced tool, or not at all. */
  structuredOutput: 'native' | 'tool' | 'none';
  /** `adaptive`: thinking {type: adaptive} with effort; `budget`: {type: enabled, budget_tokens}; `effort`: reasoning_effort. */
  reasoning: 'adaptive' | 'budget' | 'effort' | 'none';
  /** Effort words the model takes, weakest first. */
  efforts: readonly string[];
  /** False where temperature, top_p and top_k are refused (Claude Opus 4.7 and newer). */
  sampling: boolean;
  /** False where the model refuses to be made to call a tool (Claude 5.5): `tool_choice` any or by name. True when absent. */
  forcedTools?: boolean;
  /** False where tools are refused unless the request says that the model is not to reason. True when absent. */
  toolsWithReasoning?: false;
  /** True where an output limit of a few tokens is refused unless the request names an effort. */
  tinyOutputNeedsEffort?: true;
  /** False where an assistant turn may not come last (Claude 4.6 and newer). */
  prefill: boolean;
  /** Fewest tokens of prefix worth a cache mark; 0 where caching is not explicit. */
  cacheMinTokens: number;
}
