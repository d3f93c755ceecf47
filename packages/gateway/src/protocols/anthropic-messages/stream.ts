import type { StopReason, StreamEvent } from '../../ir/event.ts';
import { guardGrammar } from '../../ir/grammar.ts';
import { jsonObjectOnly } from '../../ir/json-object.ts';
import { isObject, type JsonObject, parseJson } from '../../ir/json.ts';
import { compose, type Transducer } from '../../ir/transducer.ts';
import type { SseEvent } from '../../kit/sse.ts';
import type { ReaderOptions } from '../codec.ts';
import { readBlock, type BlockReader } from './block-reader.ts';
import { brokenAnswer, readErrorBody } from './errors.ts';
import { readStopReason } from './stop.ts';
import { readUsage } from './usage.ts';

/**
 * Anthropic's events in, a legal answer out: an upstream that breaks the protocol, reports an error in
 * any of its forms or stops in the middle yields one `error` at the end, never a stop.
 */
export function messagesReader(options: ReaderOptions): Transducer<SseEvent, StreamEvent> {
  return compose(sseParser(), eventsReader(options));
}

/** The same from the parsed data of the events; a unary answer takes this way too. */
export function eventsReader(options: ReaderOptions): Transducer<JsonObject, StreamEvent> {
  const guard = guardGrammar(brokenAnswer);
  const reader = new MessageReader(options);
  const events: Transducer<JsonObject, StreamEvent> = { push: (body) => reader.read(body), end: () => [] };
  if (options.jsonObject !== true) return compose(events, guard);
  return compose(compose(events, jsonObjectOnly(brokenAnswer)), guard);
}

/** Parses the data. The name of an event counts only where the data has no type of its own. */
function sseParser(): Transducer<SseEvent, JsonObject> {
  return {
    push({ event, data }) {
      const text = data.trim();
      if (text === '' || text === '[DONE]') return [];
      const body = parseJson(text);
      if (!isObject(body)) {
        const message = event === 'error' ? text : `an event that is no JSON object: ${text.slice(0, 100)}`;
        return [{ type: 'error', error: { message } }];
      }
      const named = event === 'error' || (event !== undefined && typeof body.type !== 'string');
      return [named ? { ...body, type: event } : body];
    },
    end: () => [],
  };
}

class MessageReader {
  readonly #options: ReaderOptions;
  readonly #blocks = new Map<number, BlockReader>();
  readonly #kinds = new Set<BlockReader['kind']>();
  #started = false;
  #ended = false;
  #stop: { raw: string; sequence?: string } | undefined;

  constructor(options: ReaderOptions) {
    this.#options = options;
  }

  read(body: JsonObject): StreamEvent[] {
    const error = readErrorBody(body);
    if (error !== undefined) return [{ type: 'error', error }];
    const type = typeof body.type === 'string' ? body.type : '';
    const at = typeof body.index === 'number' ? body.index : -1;
    // What follows the end is none of the answer's business, unless it is another answer.
    if (this.#ended && type !== 'message_start') return [];
    switch (type) {
      case 'message_start':
        return this.#readStart(isObject(body.message) ? body.message : {});
      case 'content_block_start':
        return this.#openBlock(at, isObject(body.content_block) ? body.content_block : {});
      case 'content_block_delta':
        return this.#block(at, (block) => block.delta(isObject(body.delta) ? body.delta : {}));
      case 'content_block_stop':
        return this.#closeBlock(at);
      case 'message_delta':
        return this.#readDelta(body);
      case 'message_stop':
        return this.#end();
      case 'ping':
        return this.#started ? [{ type: 'ping' }] : [];
      default:
        return this.#started ? [{ type: 'opaque', dialect: 'anthropic-messages', value: body }] : [];
    }
  }

  #readStart(message: JsonObject): StreamEvent[] {
    this.#started = true;
    const { id, model } = message;
    return [
      {
        type: 'start',
        ...(typeof id === 'string' && id !== '' ? { id } : {}),
        ...(typeof model === 'string' && model !== '' ? { model } : {}),
      },
      ...usageOf(message),
    ];
  }

  #openBlock(at: number, content: JsonObject): StreamEvent[] {
    if (this.#blocks.has(at)) return broken(`block ${at} starts twice`);
    const block = readBlock(at, content, this.#options);
    this.#blocks.set(at, block);
    this.#kinds.add(block.kind);
    return block.start();
  }

  #closeBlock(at: number): StreamEvent[] {
    const events = this.#block(at, (block) => block.stop());
    this.#blocks.delete(at);
    return events;
  }

  #block(at: number, read: (block: BlockReader) => StreamEvent[]): StreamEvent[] {
    const block = this.#blocks.get(at);
    return block === undefined ? broken(`block ${at} goes on but is not open`) : read(block);
  }

  #readDelta(body: JsonObject): StreamEvent[] {
    const delta = isObject(body.delta) ? body.delta : {};
    if (typeof delta.stop_reason === 'string') {
      const sequence = delta.stop_sequence;
      this.#stop = { raw: delta.stop_reason, ...(typeof sequence === 'string' ? { sequence } : {}) };
    }
    return usageOf(body);
  }

  /** The stop is held back until here, so that a stream cut before its end has none. */
  #end(): StreamEvent[] {
    if (this.#blocks.size > 0) return broken('it ends inside a block');
    this.#ended = true;
    return [{ type: 'stop', reason: this.#stopReason(), ...this.#stop }, { type: 'end' }];
  }

  #stopReason(): StopReason {
    const called = this.#kinds.has('call');
    if (this.#stop === undefined) return called ? 'tool-calls' : 'unknown';
    const reason = readStopReason(this.#stop.raw);
    return reason === 'tool-calls' && !called && this.#kinds.has('json') ? 'end' : reason;
  }
}

function usageOf({ usage: raw }: JsonObject): StreamEvent[] {
  const usage = isObject(raw) ? readUsage(raw) : undefined;
  return usage === undefined ? [] : [{ type: 'usage', usage }];
}

function broken(what: string): StreamEvent[] {
  return [{ type: 'error', error: brokenAnswer(what) }];
}
