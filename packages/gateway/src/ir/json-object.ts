import type { GatewayError } from '../errors/error.ts';
import type { StreamEvent } from './event.ts';
import { JsonObjectScanner } from './json-object-scanner.ts';
import type { Transducer } from './transducer.ts';

/**
 * Makes an answer that was asked to be one JSON object be exactly that: the object passes while it
 * streams, code fences and prose around it are dropped. An answer that ends of its own accord without a
 * valid object becomes an error; one cut by the token limit, refused, or made of tool calls keeps its
 * stop reason.
 * @param fail makes the error of an answer that is no object, told why
 */
export function jsonObjectOnly(fail: (what: string) => GatewayError): Transducer<StreamEvent, StreamEvent> {
  const scanner = new JsonObjectScanner();
  /** Text parts whose opening is held back until they have something to say. */
  const held = new Map<number, StreamEvent>();
  let failed = false;

  const guard = (events: StreamEvent[], fault = scanner.fault): StreamEvent[] => {
    if (fault === undefined) return events;
    failed = true;
    return [{ type: 'error', error: fail(fault) }];
  };
  const say = (at: number, text: string): StreamEvent[] => {
    if (text === '') return [];
    const opened = held.get(at);
    held.delete(at);
    return [...(opened === undefined ? [] : [opened]), { type: 'delta', at, delta: { text } }];
  };

  return {
    push(event) {
      if (failed) return [];
      if (event.type === 'open' && event.part.kind === 'text') {
        held.set(event.at, { ...event, part: { ...event.part, text: '' } });
        return guard(say(event.at, scanner.take(event.part.text)));
      }
      if (event.type === 'delta' && 'text' in event.delta) {
        return guard(say(event.at, scanner.take(event.delta.text)));
      }
      if (event.type === 'delta' && held.has(event.at)) return [];
      if (event.type === 'close' && held.has(event.at)) {
        const rest = say(event.at, scanner.end());
        held.delete(event.at);
        return rest.length === 0 ? [] : [...rest, event];
      }
      if (event.type === 'stop' && SAYS_IT_IS_DONE.has(event.reason)) return guard([event], scanner.finalFault);
      return [event];
    },
    end: () => [],
  };
}

const SAYS_IT_IS_DONE: ReadonlySet<string> = new Set(['end', 'unknown']);
