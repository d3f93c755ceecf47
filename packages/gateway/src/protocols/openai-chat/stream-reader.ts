/** The streaming answer, chat chunks → IR events. */
import type { GatewayError } from '../../errors/error.ts';
import type { StopReason, StreamEvent } from '../../ir/event.ts';
import { isObject, type JsonObject, parseObject } from '../../ir/json.ts';
import type { Transducer } from '../../ir/transducer.ts';
import type { SseEvent } from '../../kit/sse.ts';
import type { ReaderOptions } from '../codec.ts';
import { cutError } from '../openai-error.ts';
import { brokenAnswer, readAnswerError } from '../answer-error.ts';
import { DeltaReader } from './delta-reader.ts';
import { readFinishReason } from './stop.ts';
import { readChatUsage } from './usage.ts';

const DONE = '[DONE]';

/**
 * Reads a mended stream and the plain ones of other providers. `[DONE]` or a finish reason make an answer
 * whole; one that ends without either becomes an error, never a stop.
 */
export function streamReader(options: ReaderOptions): Transducer<SseEvent, StreamEvent> {
  const chunks = new ChunkReader(options);
  return {
    push({ event, data }) {
      const text = data.trim();
      if (text === '') return [];
      if (text === DONE) return chunks.finish();
      const chunk = parseObject(text);
      if (chunk === undefined) return chunks.fail(brokenAnswer('a piece of it is not a JSON object'));
      return chunks.push(chunk, event);
    },
    end: () => chunks.end(),
  };
}

/** The answer as its chunks tell it, already parsed. Nothing comes out after a finish or an error. */
export class ChunkReader {
  readonly #deltas: DeltaReader;
  #begun = false;
  #over = false;
  #id = '';
  /** The first choice seen is the answer; others were not asked for. */
  #choice: unknown;
  #finishReason: string | undefined;
  #usage: JsonObject | undefined;

  constructor(options: ReaderOptions) {
    this.#deltas = new DeltaReader(options, () => this.#id);
  }

  push(chunk: JsonObject, event?: string): StreamEvent[] {
    if (this.#over) return [];
    const error = readAnswerError(chunk, event);
    if (error !== undefined) return this.fail(error);
    // Some providers count anew in every chunk: the last count is the whole one.
    if (isObject(chunk.usage)) this.#usage = chunk.usage;
    const choices = Array.isArray(chunk.choices) ? chunk.choices.filter(isObject) : [];
    if (choices.length > 0) this.#choice ??= choices[0]?.index ?? 0;
    const choice = choices.find(({ index }) => (index ?? 0) === this.#choice);
    return choice === undefined ? [] : this.#stopAtError([...this.#begin(chunk), ...this.#readChoice(choice)]);
  }

  /** The upstream said that this was all. */
  finish(): StreamEvent[] {
    if (this.#over) return [];
    const closing = this.#stopAtError([...this.#begin({}), ...this.#deltas.close()]);
    if (this.#over) return closing;
    this.#over = true;
    const raw = this.#finishReason;
    return [
      ...closing,
      ...this.#usageEvents(),
      { type: 'stop', reason: this.#stopReason(), ...(raw === undefined ? {} : { raw }) },
      { type: 'end' },
    ];
  }

  /** The input is over, whether the upstream said so or not. */
  end(): StreamEvent[] {
    if (this.#over) return [];
    return this.#finishReason === undefined ? this.fail(cutError()) : this.finish();
  }

  fail(error: GatewayError): StreamEvent[] {
    if (this.#over) return [];
    this.#over = true;
    return [...(this.#begun ? this.#usageEvents() : []), { type: 'error', error }];
  }

  #begin({ id, model }: JsonObject): StreamEvent[] {
    if (this.#begun) return [];
    this.#begun = true;
    if (typeof id === 'string') this.#id = id;
    const named = typeof model === 'string' && model !== '' ? { model } : {};
    return [{ type: 'start', ...(this.#id === '' ? {} : { id: this.#id }), ...named }];
  }

  #readChoice(choice: JsonObject): StreamEvent[] {
    const delta = isObject(choice.delta) ? choice.delta : choice.message;
    const events = isObject(delta) ? this.#deltas.read(delta) : [];
    if (typeof choice.finish_reason !== 'string' || choice.finish_reason === '') return events;
    this.#finishReason = choice.finish_reason;
    return [...events, ...this.#deltas.close()];
  }

  #stopAtError(events: StreamEvent[]): StreamEvent[] {
    const at = events.findIndex(({ type }) => type === 'error');
    if (at === -1) return events;
    this.#over = true;
    return events.slice(0, at + 1);
  }

  #usageEvents(): StreamEvent[] {
    return this.#usage === undefined ? [] : [{ type: 'usage', usage: readChatUsage(this.#usage) }];
  }

  /** A call is one whatever the provider calls its end. */
  #stopReason(): StopReason {
    const reason = readFinishReason(this.#finishReason) ?? 'unknown';
    return this.#deltas.hasCalls && (reason === 'end' || reason === 'unknown') ? 'tool-calls' : reason;
  }
}
