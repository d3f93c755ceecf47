import type { StreamEvent } from './event.ts';
import type { Transducer } from './transducer.ts';

type PartEvent = Extract<StreamEvent, { type: 'open' | 'delta' | 'close' }>;

/**
 * One part after the other, for dialects whose parts may not interleave: what is said of another part
 * than the open one waits until that one is closed; of several that wait, the first by position goes
 * on. Everything that belongs to no part passes at once, and an error before whatever still waits.
 */
export function sequential(): Transducer<StreamEvent, StreamEvent> {
  let speaking: number | undefined;
  const waiting = new Map<number, PartEvent[]>();

  /** What the part that may speak now has to say; when that closes it, the next one's turn comes. */
  function release(events: PartEvent[]): StreamEvent[] {
    if (events.at(-1)?.type !== 'close') return events;
    speaking = waiting.size === 0 ? undefined : Math.min(...waiting.keys());
    if (speaking === undefined) return events;
    const next = waiting.get(speaking) ?? [];
    waiting.delete(speaking);
    return [...events, ...release(next)];
  }

  return {
    push(event) {
      if (event.type !== 'open' && event.type !== 'delta' && event.type !== 'close') return [event];
      speaking ??= event.at;
      if (event.at === speaking) return release([event]);
      const queue = waiting.get(event.at);
      if (queue === undefined) waiting.set(event.at, [event]);
      else queue.push(event);
      return [];
    },
    end: () => [],
  };
}
