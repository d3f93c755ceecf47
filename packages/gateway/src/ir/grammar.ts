import type { GatewayError } from '../errors/error.ts';
import type { Delta, StreamEvent } from './event.ts';
import type { Part } from './request.ts';
import type { Transducer } from './transducer.ts';

/** More parts than any model answers with; an index beyond it is a broken upstream, not a long answer. */
const MOST_PARTS = 10_000;

/**
 * What is wrong with a sequence of events, in words; undefined when it is a whole, legal answer by the
 * grammar of `ir/event.ts`.
 */
export function checkGrammar(events: StreamEvent[]): string | undefined {
  const grammar = new Grammar();
  for (const event of events) {
    const violation = grammar.accept(event);
    if (violation !== undefined) return violation;
  }
  return grammar.over ? undefined : grammar.missing();
}

/**
 * Lets a legal answer through untouched. The first illegal event becomes one terminal `error` and
 * everything after it is swallowed; an input that ends early gets the same error at its end.
 * @param fail makes the error out of the violation, a clause in plain words
 */
export function guardGrammar(fail: (violation: string) => GatewayError): Transducer<StreamEvent, StreamEvent> {
  const grammar = new Grammar();
  let failed = false;
  const stopWith = (violation: string): StreamEvent[] => {
    failed = true;
    return [{ type: 'error', error: fail(violation) }];
  };
  return {
    push(event) {
      if (failed) return [];
      const violation = grammar.accept(event);
      if (violation !== undefined) return stopWith(violation);
      failed = event.type === 'error';
      return [event];
    },
    end() {
      return failed || grammar.over ? [] : stopWith(grammar.missing());
    },
  };
}

class Grammar {
  #phase: 'before' | 'inside' | 'stopped' | 'over' | 'failed' = 'before';
  /** Kinds of the parts seen, by position; undefined once closed. */
  readonly #parts = new Map<number, Part['kind'] | undefined>();
  #open = 0;

  /** True when nothing more is needed. */
  get over(): boolean {
    return this.#phase === 'over' || this.#phase === 'failed';
  }

  missing(): string {
    if (this.#phase === 'before') return 'the answer ended before it began';
    return this.#phase === 'stopped' ? 'the answer stopped but did not end' : 'the answer was cut off';
  }

  accept(event: StreamEvent): string | undefined {
    if (this.#phase === 'failed') return `${event.type} after an error`;
    if (event.type === 'error') {
      this.#phase = 'failed';
      return undefined;
    }
    if (this.#phase === 'over') return `${event.type} after the end`;
    if (this.#phase === 'stopped') return this.#acceptEnd(event);
    if (this.#phase === 'inside') return this.#acceptInside(event);
    if (event.type !== 'start') return `${event.type} before the start`;
    this.#phase = 'inside';
    return undefined;
  }

  #acceptEnd(event: StreamEvent): string | undefined {
    if (event.type !== 'end') return `${event.type} after the stop`;
    this.#phase = 'over';
    return undefined;
  }

  #acceptInside(event: StreamEvent): string | undefined {
    switch (event.type) {
      case 'open':
        return this.#acceptOpen(event.at, event.part);
      case 'delta':
        return this.#acceptDelta(event.at, event.delta);
      case 'close':
        return this.#acceptClose(event.at);
      case 'stop':
        if (this.#open > 0) return 'a stop while a part is open';
        this.#phase = 'stopped';
        return undefined;
      case 'end':
        return 'an end without a stop';
      case 'start':
        return 'a second start';
      case 'usage':
      case 'ping':
      case 'note':
      case 'opaque':
      case 'error':
        return undefined;
    }
  }

  #acceptOpen(at: number, part: Part): string | undefined {
    if (!Number.isInteger(at) || at < 0 || at >= MOST_PARTS) return `a part at the impossible position ${at}`;
    if (this.#parts.has(at)) return `part ${at} is opened twice`;
    this.#parts.set(at, part.kind);
    this.#open += 1;
    return undefined;
  }

  #acceptDelta(at: number, delta: Delta): string | undefined {
    const kind = this.#parts.get(at);
    if (kind === undefined) return `a delta to part ${at}, which is not open`;
    return fits(kind, delta) ? undefined : `a delta of the wrong kind to part ${at}`;
  }

  #acceptClose(at: number): string | undefined {
    if (this.#parts.get(at) === undefined) return `a close of part ${at}, which is not open`;
    this.#parts.set(at, undefined);
    this.#open -= 1;
    return undefined;
  }
}

function fits(kind: Part['kind'], delta: Delta): boolean {
  if (kind === 'text') return 'text' in delta || 'citation' in delta;
  if (kind === 'thinking') return 'thinking' in delta || 'seal' in delta;
  return kind === 'tool-call' && 'args' in delta;
}
