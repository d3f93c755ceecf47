import type { GatewayError } from '../errors/error.ts';
import type { StreamEvent } from './event.ts';
import type { Transducer } from './transducer.ts';

/**
 * Makes an answer that was asked to be one JSON object be exactly that: text passes from the first `{`
 * to its matching `}`; code fences and prose around it are dropped. An answer that ends of its own
 * accord without a whole object becomes an error; one cut by the token limit, refused, or made of tool
 * calls keeps its stop reason.
 * @param fail makes the error of an answer without an object
 */
export function jsonObjectOnly(fail: () => GatewayError): Transducer<StreamEvent, StreamEvent> {
  const scanner = new ObjectScanner();
  /** Text parts whose opening is held back until they have something to say. */
  const held = new Map<number, StreamEvent>();
  let failed = false;

  return {
    push(event) {
      if (failed) return [];
      if (event.type === 'open' && event.part.kind === 'text') {
        const text = scanner.take(event.part.text);
        const opened: StreamEvent = { ...event, part: { ...event.part, text } };
        if (text !== '') return [opened];
        held.set(event.at, opened);
        return [];
      }
      if (event.type === 'delta' && 'text' in event.delta) {
        const text = scanner.take(event.delta.text);
        if (text === '') return [];
        const opened = held.get(event.at);
        held.delete(event.at);
        return [...(opened === undefined ? [] : [opened]), { ...event, delta: { text } }];
      }
      if ((event.type === 'delta' || event.type === 'close') && held.has(event.at)) {
        if (event.type === 'close') held.delete(event.at);
        return [];
      }
      if (event.type === 'stop' && !scanner.whole && SAYS_IT_IS_DONE.has(event.reason)) {
        failed = true;
        return [{ type: 'error', error: fail() }];
      }
      return [event];
    },
    end: () => [],
  };
}

const SAYS_IT_IS_DONE: ReadonlySet<string> = new Set(['end', 'stop-sequence', 'unknown']);

/** Finds one object in text that comes in pieces. Braces inside strings do not count. */
class ObjectScanner {
  #depth = 0;
  #inString = false;
  #escaped = false;
  whole = false;

  /** The piece's share of the object. */
  take(piece: string): string {
    if (this.whole) return '';
    const start = this.#depth === 0 ? piece.indexOf('{') : 0;
    if (start === -1) return '';
    for (let at = start; at < piece.length; at += 1) {
      this.#step(piece.charAt(at));
      if (this.whole) return piece.slice(start, at + 1);
    }
    return piece.slice(start);
  }

  #step(character: string): void {
    if (this.#escaped) {
      this.#escaped = false;
    } else if (this.#inString) {
      if (character === '\\') this.#escaped = true;
      else if (character === '"') this.#inString = false;
    } else if (character === '"') {
      this.#inString = true;
    } else if (character === '{') {
      this.#depth += 1;
    } else if (character === '}') {
      this.#depth -= 1;
      this.whole = this.#depth === 0;
    }
  }
}
