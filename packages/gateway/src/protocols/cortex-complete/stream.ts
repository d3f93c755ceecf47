import type { GatewayError } from '../../errors/error.ts';
import type { StopReason, StreamEvent } from '../../ir/event.ts';
import { jsonObjectOnly } from '../../ir/json-object.ts';
import { isObject, type Json, type JsonObject, parseObject } from '../../ir/json.ts';
import { compose, type Transducer } from '../../ir/transducer.ts';
import type { Usage } from '../../ir/usage.ts';
import type { SseEvent } from '../../kit/sse.ts';
import { brokenAnswer, readAnswerError } from '../answer-error.ts';
import type { ReaderOptions } from '../codec.ts';
import { cutError } from '../openai-error.ts';
import { PieceReader } from './piece-reader.ts';
import { type Piece, piecesOf } from './pieces.ts';
import { readUsage } from './usage.ts';

/**
 * The endpoint's stream. It has no terminal event: the end of the body is the end of the answer, when
 * usage is complete and no call is cut inside its arguments. A stream that ends otherwise becomes an
 * error. What cannot be known is told in docs/cortex-quirks.md#complete-no-terminal-event.
 */
export function completeReader(options: ReaderOptions): Transducer<SseEvent, StreamEvent> {
  const reader = new AnswerReader(options);
  const events: Transducer<SseEvent, StreamEvent> = {
    push({ event, data }) {
      const text = data.trim();
      if (text === '') return [];
      // No recording has one, but it could mean only one thing.
      if (text === '[DONE]') return reader.finish();
      const chunk = parseObject(text);
      if (chunk === undefined) return reader.fail(brokenAnswer('a piece of it is not a JSON object'));
      return reader.push(chunk, event);
    },
    end: () => reader.finish(),
  };
  return compose(events, onlyJsonIfAsked(options));
}

/** Cuts away what is not the one JSON object that was asked for; passes everything when none was. */
export function onlyJsonIfAsked({ jsonObject }: ReaderOptions): Transducer<StreamEvent, StreamEvent> {
  if (jsonObject !== true) return { push: (event) => [event], end: () => [] };
  return jsonObjectOnly(brokenAnswer);
}

/** The answer as its chunks tell it. Nothing comes out after the end or an error. */
export class AnswerReader {
  readonly #pieces: PieceReader;
  readonly #outputLimit: number | undefined;
  #begun = false;
  #over = false;
  #id = '';
  #usage: Usage | undefined;
  #finishReason: string | undefined;

  constructor(options: ReaderOptions) {
    this.#pieces = new PieceReader(options, () => this.#id.replaceAll(/[^a-zA-Z0-9]/g, '').slice(0, 24));
    this.#outputLimit = options.outputLimit;
  }

  push(chunk: JsonObject, event?: string): StreamEvent[] {
    if (this.#over) return [];
    const error = readAnswerError(chunk, event);
    if (error !== undefined) return this.fail(error);
    const [choice] = Array.isArray(chunk.choices) ? chunk.choices.filter(isObject) : [];
    const begun = this.#begin(chunk);
    this.#note(chunk, choice);
    return choice !== undefined && isObject(choice.delta) ? [...begun, ...this.read(piecesOf(choice.delta))] : begun;
  }

  /** @returns the events of the pieces; an error among them ends the answer */
  read(pieces: Piece[]): StreamEvent[] {
    const events: StreamEvent[] = [];
    for (const piece of pieces) {
      events.push(...this.#pieces.read(piece));
      const last = events.at(-1);
      if (last?.type !== 'error') continue;
      this.#over = true;
      return events;
    }
    return events;
  }

  /** The input is over. A body of JSON is whole by its syntax, and may lack usage; a stream that does was cut. */
  finish(isWhole = false): StreamEvent[] {
    if (this.#over) return [];
    if (!this.#begun || (this.#usage === undefined && !isWhole)) return this.fail(cutError());
    const closing = this.#pieces.close();
    const reason = this.#stopReason();
    if (this.#pieces.endsInsideCall && reason !== 'length') return [...closing, ...this.fail(cutError())];
    this.#over = true;
    const { matched } = this.#pieces;
    return [
      ...closing,
      ...this.#usageEvents(),
      {
        type: 'stop',
        reason,
        ...(this.#finishReason === undefined ? {} : { raw: this.#finishReason }),
        ...(matched === undefined ? {} : { sequence: matched }),
      },
      { type: 'end' },
    ];
  }

  fail(error: GatewayError): StreamEvent[] {
    if (this.#over) return [];
    this.#over = true;
    return [...(this.#begun ? this.#usageEvents() : []), { type: 'error', error }];
  }

  #usageEvents(): StreamEvent[] {
    return this.#usage === undefined ? [] : [{ type: 'usage', usage: this.#usage }];
  }

  #begin({ id, model }: JsonObject): StreamEvent[] {
    if (this.#begun) return [];
    this.#begun = true;
    this.#id = typeof id === 'string' ? id : '';
    return [
      {
        type: 'start',
        ...(this.#id === '' ? {} : { id: this.#id }),
        ...(typeof model === 'string' && model !== '' ? { model } : {}),
      },
    ];
  }

  /** Every chunk may bring the counts so far, and the reason for the end, should Snowflake ever send one. */
  #note(chunk: JsonObject, choice: JsonObject | undefined): void {
    const usage = isObject(chunk.usage) ? readUsage(chunk.usage) : undefined;
    if (usage !== undefined) this.#usage = usage;
    this.#finishReason = wordOf(chunk.finish_reason) ?? wordOf(choice?.finish_reason) ?? this.#finishReason;
  }

  /** The endpoint gives none (docs/cortex-quirks.md#complete-no-finish-reason): what was said and counted decides. */
  #stopReason(): StopReason {
    if (this.#pieces.matched !== undefined) return 'stop-sequence';
    const told = this.#finishReason === undefined ? undefined : REASONS[this.#finishReason];
    const full = this.#outputLimit !== undefined && (this.#usage?.output ?? 0) >= this.#outputLimit;
    if (told === 'filtered' || told === 'length') return told;
    if (full && (!this.#pieces.hasCalls || this.#pieces.endsInsideCall)) return 'length';
    return this.#pieces.hasCalls ? 'tool-calls' : 'end';
  }
}

const REASONS: Partial<Record<string, StopReason>> = { length: 'length', content_filter: 'filtered' };

function wordOf(value: Json | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
