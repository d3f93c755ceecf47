/** How many may run at the same time under one name: all of them here, or some of them lent to this process (leased-bound.ts). */
export interface Bound {
  /** How many of `max` may run in this process. */
  most(max: number): number;
  /** There are more to run than that. */
  want(max: number): void;
  /** Places were asked for, and the answer is still on its way. */
  isAsking(): boolean;
  /** One that ran has ended. */
  vacated(): void;
  /** Nobody will ask it again. */
  close(): void;
}

/** The gate that a bound is of. */
export interface BoundUser {
  /** How many places are in use or kept for those who wait: others cannot have them. */
  needed: () => number;
  /** There may be more room, or word that there is none. */
  onRoom: () => void;
}

/** `name` is the same in every process for the same bound. */
export type OpenBound = (name: string, user: BoundUser) => Bound;

/** One process, which has all places. */
const EVERYTHING: Bound = {
  most: (max) => max,
  want: () => undefined,
  isAsking: () => false,
  vacated: () => undefined,
  close: () => undefined,
};

export const openLocalBound: OpenBound = () => EVERYTHING;
