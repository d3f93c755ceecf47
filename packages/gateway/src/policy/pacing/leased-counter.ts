import type { Correction, FromBank, ToBank } from './lease-messages.ts';
import { SlidingWindow, windowOf } from './sliding-window.ts';
import type { CounterView, PaceLimits, Shortage, WindowCounter } from './window-counter.ts';

/** A bank that does not answer for so long is asked again: it may have been started anew. */
const ASK_AGAIN_MS = 1_000;

interface LeaseOptions {
  key: string;
  send: (message: ToBank) => void;
  onRoom: () => void;
  onClose: () => void;
}

/**
 * A worker's part of a window that another process counts (counter-bank.ts). It spends slices that are counted already
 * when it gets them, and only in the window in which they were counted: so all workers together never let in what one
 * counter would have refused. A request is let in at once while the slice lasts, else it waits for an answer.
 */
export class LeasedCounter implements WindowCounter {
  readonly #options: LeaseOptions;
  /** What this worker let in, for the view. */
  readonly #ownRequests = new SlidingWindow();
  readonly #ownTokens = new SlidingWindow();
  #slice = { countedAtMs: 0, requests: 0, tokens: 0 };
  /** What the last grant had beyond the need. More than twice of it is not hoarded. */
  #spareTokens = 0;
  #askedAtMs = -Infinity;
  #refusal: { untilMs: number; tokens: number; shortage: Shortage } | undefined;
  #heldUntilMs = 0;

  constructor(options: LeaseOptions) {
    this.#options = options;
  }

  tryTake(nowMs: number, tokens: number, limits: PaceLimits): number {
    if (nowMs < this.#heldUntilMs) return this.#heldUntilMs - nowMs;
    this.#endSlice(nowMs);
    if (this.#slice.requests >= 1 && this.#slice.tokens >= tokens) {
      this.#slice.requests -= 1;
      this.#slice.tokens -= tokens;
      this.#ownRequests.add(nowMs, 1);
      this.#ownTokens.add(nowMs, tokens);
      return 0;
    }
    const { untilMs, tokens: refused } = this.#refusal ?? { untilMs: 0, tokens: 0 };
    if (nowMs < untilMs && tokens >= refused) return untilMs - nowMs;
    const askAgainMs = this.#askedAtMs + ASK_AGAIN_MS - nowMs;
    if (askAgainMs > 0) return askAgainMs;
    this.#askedAtMs = nowMs;
    const unused = this.#takeUnused();
    this.#options.send({
      type: 'ask',
      key: this.#options.key,
      tokens,
      limits,
      ...(unused === undefined ? {} : { unused }),
    });
    return ASK_AGAIN_MS;
  }

  /** Only the bank can foresee: this repeats what it said last, without those ahead here. */
  shortage(nowMs: number, _ahead: Iterable<number>, tokens: number, { rpm = 0 }: PaceLimits): Shortage {
    if (nowMs < this.#heldUntilMs) return { waitMs: this.#heldUntilMs - nowMs, by: 'upstream', limit: 0, taught: true };
    const told = this.#refusal;
    return told !== undefined && nowMs < told.untilMs && tokens >= told.tokens
      ? { ...told.shortage, waitMs: told.untilMs - nowMs }
      : { waitMs: 0, by: 'requests', limit: rpm, taught: false };
  }

  correct(nowMs: number, takenAtMs: number, requests: number, tokens: number): void {
    if (requests < 0) this.#ownRequests.takeBack(nowMs, takenAtMs, -requests);
    if (tokens < 0) this.#ownTokens.takeBack(nowMs, takenAtMs, -tokens);
    else this.#ownTokens.add(nowMs, tokens);
    this.#endSlice(nowMs);
    const isCurrent = windowOf(takenAtMs) === windowOf(nowMs) && windowOf(this.#slice.countedAtMs) === windowOf(nowMs);
    if (isCurrent && tokens <= this.#slice.tokens) {
      this.#slice.requests -= requests;
      this.#slice.tokens -= tokens;
      this.#refusal = undefined;
      const surplus = this.#slice.tokens - this.#spareTokens;
      if (surplus <= this.#spareTokens) return;
      this.#slice.tokens -= surplus;
      this.#tell({ takenAtMs: this.#slice.countedAtMs, requests: 0, tokens: -surplus });
    } else {
      this.#tell({ takenAtMs, requests, tokens });
    }
  }

  /** The bank tells everybody, this worker too, when nothing may be sent. */
  limited(_nowMs: number, takenAtMs: number, retryAfterMs: number | undefined, limits: PaceLimits): void {
    const { key, send } = this.#options;
    const unused = this.#takeUnused();
    if (unused !== undefined) this.#tell(unused);
    send({ type: 'limited', key, takenAtMs, limits, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) });
  }

  /** The bank's word. Whatever else it is, whoever waits should try again. */
  receive(message: FromBank, nowMs: number): void {
    if (message.type === 'recall') {
      const unused = this.#takeUnused();
      if (unused !== undefined) this.#tell(unused);
      return;
    }
    if (message.type === 'grant') {
      this.#askedAtMs = -Infinity;
      this.#refusal = undefined;
      this.#endSlice(nowMs);
      const { countedAtMs, requests, tokens, spareTokens } = message;
      if (windowOf(countedAtMs) === windowOf(nowMs)) {
        this.#slice.requests += requests;
        this.#slice.tokens += tokens;
        this.#spareTokens = spareTokens;
      } else {
        this.#tell({ takenAtMs: countedAtMs, requests: -requests, tokens: -tokens });
      }
    } else if (message.type === 'refusal') {
      this.#askedAtMs = -Infinity;
      const { atMs, tokens, shortage } = message;
      this.#refusal = { untilMs: atMs + shortage.waitMs, tokens, shortage };
    } else if (message.type === 'room') {
      this.#refusal = undefined;
    } else {
      this.#heldUntilMs = Math.max(this.#heldUntilMs, message.untilMs);
    }
    this.#options.onRoom();
  }

  view(nowMs: number, { rpm, tpm }: PaceLimits): CounterView {
    return {
      requests: Math.round(this.#ownRequests.rate(nowMs)),
      tokens: Math.round(this.#ownTokens.rate(nowMs)),
      ...(rpm === undefined ? {} : { rpm }),
      ...(tpm === undefined ? {} : { tpm }),
      heldMs: Math.max(0, this.#heldUntilMs - nowMs),
    };
  }

  close(): void {
    this.#options.onClose();
  }

  /** What was not spent in its own window is given back: it was counted for nothing. */
  #endSlice(nowMs: number): void {
    if (windowOf(this.#slice.countedAtMs) === windowOf(nowMs)) return;
    const unused = this.#takeUnused();
    if (unused !== undefined) this.#tell(unused);
    this.#slice.countedAtMs = nowMs;
  }

  #tell(correction: Correction): void {
    this.#options.send({ type: 'correct', key: this.#options.key, ...correction });
  }

  #takeUnused(): Correction | undefined {
    const { countedAtMs, requests, tokens } = this.#slice;
    if (requests === 0 && tokens === 0) return undefined;
    this.#slice.requests = 0;
    this.#slice.tokens = 0;
    return { takenAtMs: countedAtMs, requests: -requests, tokens: -tokens };
  }
}
