/** What a mend is: one quirk of an upstream that speaks a client's own dialect, and its remedy. */
import type { GatewayError } from '../../errors/error.ts';
import type { JsonObject } from '../../ir/json.ts';
import type { Note } from '../../ir/note.ts';
import type { Transducer } from '../../ir/transducer.ts';
import type { ModelCapabilities, WriterOptions } from '../../protocols/codec.ts';

/** What is mended for: a deployment, as far as quirks depend on it. */
export interface MendTarget {
  provider: 'cortex' | 'openai' | 'anthropic';
  /** The upstream's name for the model. */
  model: string;
  capabilities: ModelCapabilities;
  /** Ids of mends that the operator switched off. */
  disabledMends: readonly string[];
}

/** What was asked, as far as it decides how the answer is mended. Filled by the request's mends. */
export interface MendReading {
  /** The limit that was sent: an answer as long as that was cut off. */
  maxOutputTokens?: number;
  /** Stop sequences that the upstream does not honour and the gateway does. */
  stop: string[];
  /** The answer was asked to be one JSON object by instruction only. */
  jsonObject?: true;
  /** Tools that went out under another name: theirs → the client's. */
  toolNames?: ReadonlyMap<string, string>;
  /** The client asked with `functions` and reads `function_call`. */
  legacyFunctions: boolean;
  /** How many answers the client wants: several requests make one completion, so they share id and time. */
  choices: number;
}

export interface MendOptions extends WriterOptions {
  reading: MendReading;
  watch?: {
    /** Hears each chunk of the upstream before it is mended, parsed. */
    chunk?(chunk: JsonObject): void;
    /** Hears the error a stream ends in. */
    failure?(error: GatewayError): void;
    /** Hears of each chunk what it says if it says nothing else, else "". Not called where a mend heeds words. */
    text?(words: string): void;
  };
}

export interface AnswerContext extends MendOptions {
  /** What earlier mends found out about this answer, for later ones. */
  findings: { stopSequence?: true };
}

export interface Mend {
  /** Kebab case; the operator's handle to switch it off. */
  id: string;
  /** When the quirk was last seen (year and month), for the day somebody asks whether it can go. */
  since: string;
  /** An anchor of docs/cortex-quirks.md. */
  evidence: string;
  applies(target: MendTarget): boolean;
}

/** `body` is a shallow copy: its fields may be set and deleted, what they hold is replaced, never edited. */
export interface RequestMend extends Mend {
  request(body: JsonObject, target: MendTarget, reading: MendReading): Note[];
}

/**
 * The answer is ours to edit in place. At least one of the three is there; the first two give nothing where the
 * mend has nothing to do in this answer. A GatewayError that one of
 * them throws is what the client gets instead of the rest of the answer.
 */
export interface AnswerMend extends Mend {
  /** For what looks the same in a whole answer and in a chunk. Called once per answer; the function it returns, per object. */
  edit?(context: AnswerContext): ((answer: JsonObject) => void) | undefined;
  /** For what needs memory or adds and removes chunks. `end` is called when the upstream said `[DONE]`. */
  stream?(context: AnswerContext): Transducer<JsonObject, JsonObject> | undefined;
  message?(answer: JsonObject, context: AnswerContext): void;
  /** True where what it does to a chunk depends on the words in it: then none is passed on unread (`exchange/running-text.ts`). */
  heedsWords?(context: AnswerContext): boolean;
}

/** Quirks are Cortex's; other providers of this dialect are believed. */
export function onCortex(target: MendTarget): boolean {
  return target.provider === 'cortex';
}
