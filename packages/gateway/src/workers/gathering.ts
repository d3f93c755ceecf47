import type { Clock } from '../kit/clock.ts';
import type { Reading } from './messages.ts';

/** A worker that is busy for longer is left out. */
const PATIENCE_MS = 1_000;

interface Open {
  left: number;
  readings: Reading[];
  done: (readings: Reading[]) => void;
}

/** Questions to several workers whose answers are awaited together. */
export class Gathering {
  readonly #clock: Pick<Clock, 'after'>;
  readonly #open = new Map<number, Open>();
  #lastId = 0;

  constructor(clock: Pick<Clock, 'after'>) {
    this.#clock = clock;
  }

  /** @param ask puts the question with this id to each, and returns how many there are */
  start(ask: (id: number) => number): Promise<Reading[]> {
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve) => {
      const stop = this.#clock.after(PATIENCE_MS, () => open.done(open.readings));
      const open: Open = {
        left: Infinity,
        readings: [],
        done: (readings) => {
          stop();
          this.#open.delete(id);
          resolve(readings);
        },
      };
      this.#open.set(id, open);
      open.left = ask(id);
      if (open.left === 0) open.done([]);
    });
  }

  /** Somebody else has gathered them. */
  finish(id: number, readings: Reading[]): void {
    this.#open.get(id)?.done(readings);
  }

  answer(id: number, reading: Reading): void {
    const open = this.#open.get(id);
    if (open === undefined) return;
    open.readings.push(reading);
    open.left -= 1;
    if (open.left <= 0) open.done(open.readings);
  }
}
