/**
 * The whole streaming kernel: a synchronous state machine. `push` may answer with any number of
 * outputs; `end` is called exactly once, when the input is over, and closes what a cut input left open.
 */
export interface Transducer<I, O> {
  push(input: I): O[];
  end(): O[];
}

/** Feeds what `first` says to `second`. */
export function compose<A, B, C>(first: Transducer<A, B>, second: Transducer<B, C>): Transducer<A, C> {
  return {
    push: (input) => first.push(input).flatMap((middle) => second.push(middle)),
    end: () => [...first.end().flatMap((middle) => second.push(middle)), ...second.end()],
  };
}
