import { BelievedLimit } from './believed-limit.ts';
import { SlidingWindow } from './sliding-window.ts';
import type { CounterView, PaceLimits, Shortage, WindowCounter } from './window-counter.ts';

/** Where no limit is known, a 429 teaches none below these: one agent alone must still be able to work. */
const LEAST_LEARNED_RPM = 10;
const LEAST_LEARNED_TPM = 100_000;
/** However far away the time is that an upstream names (clocks differ), after so long it is asked again. */
const LONGEST_HOLD_MS = 10 * 60_000;
/** A lowered limit shows its effect only when the window has moved on a little. */
const LESSON_MS = 10_000;

/** Counts one key's requests and tokens in this process. */
export class LocalCounter implements WindowCounter {
  readonly #requests = new SlidingWindow();
  readonly #tokens = new SlidingWindow();
  readonly #rpm = new BelievedLimit(LEAST_LEARNED_RPM);
  readonly #tpm = new BelievedLimit(LEAST_LEARNED_TPM);
  #heldUntilMs = 0;
  #taughtAtMs = -Infinity;

  tryTake(nowMs: number, tokens: number, limits: PaceLimits): number {
    return this.tryTakeSlice(nowMs, 1, tokens, limits);
  }

  /** Like `tryTake`, for several requests at once. */
  tryTakeSlice(nowMs: number, requests: number, tokens: number, limits: PaceLimits): number {
    const waitMs = Math.max(
      this.#heldUntilMs - nowMs,
      this.#requests.waitMs(nowMs, this.#rpmAt(nowMs, limits), requests),
      this.#tokens.waitMs(nowMs, this.#tpmAt(nowMs, limits), tokens),
    );
    if (waitMs > 0) return waitMs;
    this.#requests.add(nowMs, requests);
    this.#tokens.add(nowMs, tokens);
    return 0;
  }

  /** What may be taken now, as far as a limit is known. */
  room(nowMs: number, limits: PaceLimits): { requests: number; tokens: number } {
    return {
      requests: this.#requests.room(nowMs, this.#rpmAt(nowMs, limits)),
      tokens: this.#tokens.room(nowMs, this.#tpmAt(nowMs, limits)),
    };
  }

  shortage(nowMs: number, ahead: Iterable<number>, tokens: number, limits: PaceLimits): Shortage {
    const [rpm, tpm] = [this.#rpmAt(nowMs, limits), this.#tpmAt(nowMs, limits)];
    const [requestWindow, tokenWindow] = [this.#requests.copy(), this.#tokens.copy()];
    let atMs = Math.max(nowMs, this.#heldUntilMs);
    for (const before of ahead) {
      atMs += Math.max(requestWindow.waitMs(atMs, rpm, 1), tokenWindow.waitMs(atMs, tpm, before));
      requestWindow.add(atMs, 1);
      tokenWindow.add(atMs, before);
    }
    const forRequests = requestWindow.waitMs(atMs, rpm, 1);
    const forTokens = tokenWindow.waitMs(atMs, tpm, tokens);
    const waitMs = atMs - nowMs + Math.max(forRequests, forTokens);
    if (nowMs < this.#heldUntilMs && forRequests === 0 && forTokens === 0)
      return { waitMs, by: 'upstream', limit: 0, taught: true };
    return forTokens > forRequests || rpm === Infinity
      ? { waitMs, by: 'tokens', limit: tpm, taught: tpm !== limits.tpm }
      : { waitMs, by: 'requests', limit: rpm, taught: rpm !== limits.rpm };
  }

  correct(nowMs: number, takenAtMs: number, requests: number, tokens: number): void {
    correctWindow(this.#requests, nowMs, takenAtMs, requests);
    correctWindow(this.#tokens, nowMs, takenAtMs, tokens);
  }

  limited(nowMs: number, takenAtMs: number, retryAfterMs: number | undefined, limits: PaceLimits): void {
    if (retryAfterMs !== undefined) {
      this.#heldUntilMs = Math.max(this.#heldUntilMs, nowMs + Math.min(retryAfterMs, LONGEST_HOLD_MS));
      return;
    }
    // What was on its way when the limit was lowered, or followed soon after, says the same thing again.
    if (takenAtMs < this.#taughtAtMs + LESSON_MS) return;
    this.#taughtAtMs = nowMs;
    this.#rpm.lower(nowMs, limits.rpm ?? Infinity, this.#requests.rate(nowMs));
    this.#tpm.lower(nowMs, limits.tpm ?? Infinity, this.#tokens.rate(nowMs));
  }

  view(nowMs: number, limits: PaceLimits): CounterView {
    const [rpm, tpm] = [this.#rpmAt(nowMs, limits), this.#tpmAt(nowMs, limits)];
    return {
      requests: Math.round(this.#requests.rate(nowMs)),
      tokens: Math.round(this.#tokens.rate(nowMs)),
      ...(rpm === Infinity ? {} : { rpm }),
      ...(tpm === Infinity ? {} : { tpm }),
      heldMs: Math.max(0, this.#heldUntilMs - nowMs),
    };
  }

  close(): void {
    // It holds nothing but itself.
  }

  #rpmAt(nowMs: number, { rpm = Infinity }: PaceLimits): number {
    return this.#rpm.at(nowMs, rpm);
  }

  #tpmAt(nowMs: number, { tpm = Infinity }: PaceLimits): number {
    return this.#tpm.at(nowMs, tpm);
  }
}

/** An upstream knows of tokens beyond the estimate only when they are written: they count now. */
function correctWindow(window: SlidingWindow, nowMs: number, takenAtMs: number, amount: number): void {
  if (amount > 0) window.add(nowMs, amount);
  else if (amount < 0) window.takeBack(nowMs, takenAtMs, -amount);
}
