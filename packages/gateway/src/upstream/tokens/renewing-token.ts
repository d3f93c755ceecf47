import type { Clock } from '../../kit/clock.ts';
import { joinAborted } from './join-aborted.ts';

/** A token for a while. */
export interface Lease {
  token: string;
  /** Milliseconds since the epoch, by the clock the token is kept with. Infinity when nobody knows. */
  expiresAtMs: number;
}

interface RenewingTokenOptions {
  /** Mints or fetches the next one. Never called twice at a time. */
  obtain(): Lease | Promise<Lease>;
  clock: Pick<Clock, 'now'>;
  /** Held from the start, where one was given. */
  first?: Lease;
}

const LONGEST_MARGIN_MS = 5 * 60_000;
const PAUSE_AFTER_FAILURE_MS = 5_000;
/** A credential that is refused for good must not turn every request into a request for a token. */
const FORCED_RENEWALS_A_MINUTE = 6;

/**
 * A token that is renewed in the background while the old one still holds, so that no request waits for it or
 * fails with it. Whoever needs one when there is none joins the one renewal that is under way.
 */
export class RenewingToken {
  readonly #options: RenewingTokenOptions;
  #lease: Lease | undefined;
  #renewAtMs = 0;
  #underWay: Promise<Lease> | undefined;
  #forcedAtMs: number[] = [];

  constructor(options: RenewingTokenOptions) {
    this.#options = options;
    if (options.first !== undefined) this.#keep(options.first);
  }

  /** @throws what `obtain` threw, when no valid token is left; the signal's reason when aborted */
  async get(signal?: AbortSignal): Promise<string> {
    const now = this.#options.clock.now();
    if (this.#lease === undefined || now >= this.#lease.expiresAtMs) {
      const { token } = await joinAborted(this.#renew(), signal);
      return token;
    }
    if (now >= this.#renewAtMs) {
      this.#renew().catch(() => {
        this.#renewAtMs = this.#options.clock.now() + PAUSE_AFTER_FAILURE_MS;
      });
    }
    return this.#lease.token;
  }

  /** The upstream refused this token. @returns whether `get` will come up with another one */
  invalidate(isRefused: (token: string) => boolean): boolean {
    // Somebody else was refused first: the next one is here or on its way.
    if (this.#lease === undefined || !isRefused(this.#lease.token)) return true;
    const now = this.#options.clock.now();
    this.#forcedAtMs = this.#forcedAtMs.filter((at) => now - at < 60_000);
    if (this.#forcedAtMs.length >= FORCED_RENEWALS_A_MINUTE) return false;
    this.#forcedAtMs.push(now);
    this.#lease = undefined;
    return true;
  }

  #renew(): Promise<Lease> {
    this.#underWay ??= this.#obtain().finally(() => (this.#underWay = undefined));
    return this.#underWay;
  }

  async #obtain(): Promise<Lease> {
    const lease = await this.#options.obtain();
    this.#keep(lease);
    return lease;
  }

  #keep(lease: Lease): void {
    this.#lease = lease;
    const lifeMs = lease.expiresAtMs - this.#options.clock.now();
    this.#renewAtMs = lease.expiresAtMs - Math.min(LONGEST_MARGIN_MS, lifeMs / 4);
  }
}
