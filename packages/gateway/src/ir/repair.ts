/** Says what the history repair changed: where, and what it did about it. */
export type Repair = (path: string, because: string) => void;
