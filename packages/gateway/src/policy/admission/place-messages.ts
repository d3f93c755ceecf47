/** What workers and the process that lends them places tell each other: plain values, in order, so that any channel will do. */
export type ToPlaceBank =
  /** One more than the places lent is wanted of `max`. */
  | { type: 'want'; name: string; max: number }
  /** The bound is another now. */
  | { type: 'max'; name: string; max: number }
  /** Places given back. As the answer to a recall also none. */
  | { type: 'give'; name: string; count: number };

export type FromPlaceBank =
  | { type: 'lend'; name: string; count: number }
  /** Nobody has an idle place: when one ends somewhere it is lent here. */
  | { type: 'none'; name: string }
  /** Others want places: idle ones are to be given back, now or when one ends. */
  | { type: 'recall'; name: string };
