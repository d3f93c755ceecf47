import { type Quantiles, Samples } from './statistics.ts';

/** What a window of load saw. Times in microseconds. */
export interface LoadResult {
  /** Answers that became complete. */
  requests: number;
  /** Stamped events that arrived. */
  events: number;
  seconds: number;
  /** From the request's first byte to the answer's last. */
  answers: Quantiles | undefined;
  /** From the request's first byte to the first event with text. */
  firstEvents: Quantiles | undefined;
  /** From the upstream's sending of an event to its arrival. */
  delays: Quantiles | undefined;
  /** Between two events of a stream. */
  gaps: Quantiles | undefined;
  /** `x-couloir-lane` of the answers. */
  lane: string | undefined;
}

/** Collects what the connections see. */
export class Measurements {
  readonly answers = new Samples();
  readonly firstEvents = new Samples();
  readonly delays = new Samples();
  readonly gaps = new Samples();
  requests = 0;
  events = 0;
  lane: string | undefined;

  /** Forgets the warm-up. */
  clear(): void {
    this.requests = 0;
    this.events = 0;
    for (const samples of [this.answers, this.firstEvents, this.delays, this.gaps]) samples.clear();
  }

  result(seconds: number): LoadResult {
    return {
      requests: this.requests,
      events: this.events,
      seconds,
      answers: this.answers.summary(),
      firstEvents: this.firstEvents.summary(),
      delays: this.delays.summary(),
      gaps: this.gaps.summary(),
      lane: this.lane,
    };
  }
}
