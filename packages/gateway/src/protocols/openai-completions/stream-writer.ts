/** The streaming answer, IR events → `text_completion` chunks. */
import type { StopReason, StreamEvent } from '../../ir/event.ts';
import type { Transducer } from '../../ir/transducer.ts';
import { mergeUsage, type Usage } from '../../ir/usage.ts';
import type { SseEvent } from '../../kit/sse.ts';
import { createStopMatcher, type StopMatcher } from '../../kit/stop-matcher.ts';
import type { WriterOptions } from '../codec.ts';
import { cutError, writeErrorEvents } from '../openai-error.ts';
import { completionOf, finishReasonOf, usageOf } from './answer.ts';
import { readStop } from './stop.ts';
import type { TextCompletion } from './wire.ts';

/**
 * The text as it comes, one finish reason, usage only when asked for, then `[DONE]`. Input that ends
 * without its end becomes an error event, never a finish reason.
 */
export function streamWriter(options: WriterOptions): Transducer<StreamEvent, SseEvent> {
  const writing = new Writing(options);
  return { push: (event) => writing.push(event), end: () => writing.end() };
}

class Writing {
  readonly #options: WriterOptions;
  readonly #matcher: StopMatcher;
  readonly #texts = new Set<number>();
  /** A stop sequence was found: the rest is read for its token counts only. */
  #stopped = false;
  #over = false;
  #usage: Usage | undefined;
  #stop: StopReason | undefined;

  constructor(options: WriterOptions) {
    this.#options = options;
    this.#matcher = createStopMatcher(readStop(options.body?.stop).ours);
  }

  push(event: StreamEvent): SseEvent[] {
    if (this.#over) return [];
    switch (event.type) {
      case 'open':
        if (event.part.kind !== 'text') return [];
        this.#texts.add(event.at);
        return this.#say(event.part.text);
      case 'delta':
        return this.#texts.has(event.at) && 'text' in event.delta ? this.#say(event.delta.text) : [];
      case 'usage':
        this.#usage = mergeUsage(this.#usage, event.usage);
        return [];
      case 'stop':
        this.#stop = event.reason;
        return [];
      case 'end':
        return this.#finish();
      case 'error':
        this.#over = true;
        return writeErrorEvents(event.error, this.#options.requestId);
      case 'start':
      case 'close':
      case 'ping':
      case 'note':
      case 'opaque':
        return [];
    }
  }

  end(): SseEvent[] {
    return this.#over ? [] : writeErrorEvents(cutError(), this.#options.requestId);
  }

  #say(piece: string): SseEvent[] {
    if (this.#stopped) return [];
    const { text, matched } = this.#matcher.push(piece);
    this.#stopped = matched !== undefined;
    return this.#write(text);
  }

  #write(text: string): SseEvent[] {
    return text === '' ? [] : [chunk(completionOf(this.#options, text, null))];
  }

  #finish(): SseEvent[] {
    this.#over = true;
    const rest = this.#stopped ? '' : this.#matcher.flush();
    const reason = this.#stopped ? 'stop' : finishReasonOf(this.#stop);
    const last = completionOf(this.#options, '', reason);
    const usage = this.#options.includeUsage ? usageOf(this.#usage) : undefined;
    return [
      ...this.#write(rest),
      chunk(last),
      ...(usage === undefined ? [] : [chunk({ ...last, choices: [], usage })]),
      { data: '[DONE]' },
    ];
  }
}

function chunk(completion: TextCompletion): SseEvent {
  return { data: JSON.stringify(completion) };
}
