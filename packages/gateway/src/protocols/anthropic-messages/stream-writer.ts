/** The streaming answer, IR events → Anthropic's events. */
import type { StreamEvent } from '../../ir/event.ts';
import type { JsonObject } from '../../ir/json.ts';
import { sequential } from '../../ir/sequential.ts';
import { compose, type Transducer } from '../../ir/transducer.ts';
import { mergeUsage, type Usage } from '../../ir/usage.ts';
import type { SseEvent } from '../../kit/sse.ts';
import type { WriterOptions } from '../codec.ts';
import { answerId } from './answer-id.ts';
import { writeErrorEvents } from './client-errors.ts';
import { estimateTokens } from './count-tokens.ts';
import { brokenAnswer } from './errors.ts';
import { type BlockStep, type OpenBlock, openBlock } from './open-block.ts';
import type { WireMessageAnswer } from './wire-answer.ts';
import { writeStopReason } from './write-stop.ts';
import { writeUsage } from './write-usage.ts';

/**
 * `message_start`, content blocks one after the other, `message_delta` with the stop reason and the usage,
 * `message_stop`; every event has its name. Input that ends without its end becomes an error event.
 */
export function streamWriter(options: WriterOptions): Transducer<StreamEvent, SseEvent> {
  const writing = new Writing(options);
  return compose(sequential(), { push: (event) => writing.push(event), end: () => writing.end() });
}

type Stop = Extract<StreamEvent, { type: 'stop' }>;

/** Events that this writer writes by itself; an opaque one of the upstream's may not pose as them. */
const OWN_EVENTS: ReadonlySet<string> = new Set([
  'message_start',
  'content_block_start',
  'content_block_stop',
  'message_delta',
  'message_stop',
  'ping',
  'error',
]);

class Writing {
  readonly #options: WriterOptions;
  #id: string;
  #begun = false;
  #over = false;
  #usage: Usage | undefined;
  #stop: Stop | undefined;
  /** The part that speaks: where the upstream had it, and its block. */
  #open: { at: number; block: OpenBlock } | undefined;
  #blocks = 0;
  #hasCalls = false;

  constructor(options: WriterOptions) {
    this.#options = options;
    this.#id = options.id;
  }

  push(event: StreamEvent): SseEvent[] {
    if (this.#over) return [];
    switch (event.type) {
      case 'start':
        this.#id = answerId(event.id, this.#options.id);
        return [];
      case 'usage':
        this.#usage = mergeUsage(this.#usage, event.usage);
        return [];
      case 'note':
        return [];
      case 'stop':
        this.#stop = event;
        return [];
      case 'open': {
        const block = openBlock(event.part);
        this.#open = block === undefined ? undefined : { at: event.at, block };
        this.#hasCalls ||= block?.kind === 'call';
        return [...this.#begin(), ...this.#write(block?.open() ?? [])];
      }
      case 'delta':
        return this.#write(this.#open?.block.delta(event.delta) ?? []);
      case 'close': {
        const steps = this.#open?.block.close() ?? [];
        this.#open = undefined;
        return this.#write(steps);
      }
      case 'ping':
        return [...this.#begin(), namedEvent('ping', {})];
      case 'opaque':
        return event.dialect === 'anthropic-messages' ? this.#pass(event.value) : [];
      case 'end':
        return this.#finish();
      case 'error':
        this.#over = true;
        return writeErrorEvents(event.error, this.#options.requestId);
    }
  }

  end(): SseEvent[] {
    return this.#over ? [] : writeErrorEvents(brokenAnswer('it stops before its end'), this.#options.requestId);
  }

  /** Held back until something follows the start, because the counts of the prompt come after it. */
  #begin(): SseEvent[] {
    if (this.#begun) return [];
    this.#begun = true;
    const message: WireMessageAnswer = {
      id: this.#id,
      type: 'message',
      role: 'assistant',
      model: this.#options.model,
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: writeUsage(this.#usage ?? this.#estimate()),
    };
    return [namedEvent('message_start', { message })];
  }

  /**
   * Upstreams of other dialects count at the end, but clients show and budget by what the start says:
   * until `message_delta` tells the true counts an estimate is better than an empty prompt.
   */
  #estimate(): Usage | undefined {
    const { body } = this.#options;
    return body === undefined ? undefined : { input: estimateTokens(body), raw: [], estimated: true };
  }

  #write(steps: BlockStep[]): SseEvent[] {
    return steps.map((step) => {
      if ('start' in step) {
        this.#blocks += 1;
        return namedEvent('content_block_start', { index: this.#blocks - 1, content_block: step.start });
      }
      const index = this.#blocks - 1;
      if ('delta' in step) return namedEvent('content_block_delta', { index, delta: step.delta });
      return namedEvent('content_block_stop', { index });
    });
  }

  /** An event that nobody here knows passes as it is; a delta of the open block with that block's index. */
  #pass(value: JsonObject): SseEvent[] {
    const { type, index, ...rest } = value;
    if (typeof type !== 'string' || OWN_EVENTS.has(type)) return [];
    if (type !== 'content_block_delta') return [...this.#begin(), { event: type, data: JSON.stringify(value) }];
    if (this.#open === undefined || index !== this.#open.at) return [];
    return [namedEvent(type, { index: this.#blocks - 1, ...rest })];
  }

  #finish(): SseEvent[] {
    this.#over = true;
    const begun = this.#begin();
    const delta = {
      stop_reason: writeStopReason(this.#stop?.reason ?? 'unknown', this.#hasCalls, this.#stop?.raw),
      stop_sequence: this.#stop?.sequence ?? null,
    };
    return [
      ...begun,
      namedEvent('message_delta', { delta, usage: writeUsage(this.#usage) }),
      namedEvent('message_stop', {}),
    ];
  }
}

function namedEvent(type: string, fields: JsonObject): SseEvent {
  return { event: type, data: JSON.stringify({ type, ...fields }) };
}
