/**
 * The whole streaming kernel: a synchronous state machine. `push` may answer with any number of
 * outputs; `end` is called exactly once, when the input is over, and closes what a cut input left open.
 */
export interface Transducer<I, O> {
  push(input: I): O[];
  end(): O[];
}

/** Changes every item, one for one. */
export function each<T>(change: (item: T) => T): Transducer<T, T> {
  return { push: (item) => [change(item)], end: () => [] };
}

/** Feeds what `first` says to `second`. */
export function compose<A, B, C>(first: Transducer<A, B>, second: Transducer<B, C>): Transducer<A, C> {
  const pass = (middles: B[]): C[] => {
    // One in, one out is what happens in nearly every stage to nearly every event.
    if (middles.length === 1) return second.push(middles[0]!);
    return middles.length === 0 ? [] : middles.flatMap((middle) => second.push(middle));
  };
  return {
    push: (input) => pass(first.push(input)),
    end: () => [...pass(first.end()), ...second.end()],
  };
}
