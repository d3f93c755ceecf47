/** The contract between the sandbox's server and its API surfaces (`chat-completions/`, `messages/`, `models.ts`). */
import type { IncomingHttpHeaders } from 'node:http';
import type { JsonObject } from '../ir/json.ts';
import type { Clock } from '../kit/clock.ts';
import type { SseEvent } from '../kit/sse.ts';
import type { PromptCache } from './prompt-cache.ts';
import type { Switches } from './switches.ts';
import type { SimulatedUsage, Timing } from './turn.ts';

export interface SandboxRequest {
  headers: IncomingHttpHeaders;
  /** Already authenticated and parsed; GET requests have `{}`. */
  body: JsonObject;
  /** The uuid that goes into `X-Snowflake-Request-ID`. */
  requestId: string;
  /** Size of the body in bytes, for the 20 MiB limit. */
  bytes: number;
}

/** Script text by model name, used when the prompt brings none. Turns then count over the whole conversation. */
export type Scenario = Record<string, string>;

/** What surfaces share: time, the prompt cache, the switches, and the seed every generated id and text comes from. */
export interface SandboxWorld {
  clock: Clock;
  cache: PromptCache;
  switches: Switches;
  seed: string;
  /** Scripts by model name, for prompts that bring none. */
  scenario?: Scenario;
  /** Gets what was decided for a turn: its counts, and the fault that takes the place of its answer or breaks it. */
  observe?: (turn: { usage: SimulatedUsage; fault?: string }) => void;
  /** The fault that befalls this request unless its script has one of its own. */
  fault?: string;
  /** How many times this very request was seen before (`fail 503 x2`); counts it. */
  attempt(fingerprint: string): number;
}

export type SandboxReply =
  | { kind: 'json'; status: number; body: JsonObject; timing?: Timing; headers?: Record<string, string> }
  /** A 200 `text/event-stream`. */
  | { kind: 'stream'; events: SseEvent[]; timing: Timing; headers?: Record<string, string> }
  /** Anything that is neither Cortex's JSON nor its stream: a load balancer's page, half a JSON text. */
  | { kind: 'page'; status: number; contentType: string; body: string }
  /** Close the connection without an answer. */
  | { kind: 'reset' };

/** What a model answers. It knows nothing of accounts: `gate.ts` stands before it. */
export type Surface = (request: SandboxRequest, world: SandboxWorld) => SandboxReply;
