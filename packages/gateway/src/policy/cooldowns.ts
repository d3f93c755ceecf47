import type { CooldownSettings, FailureClass } from '../config/settings.ts';
import type { GatewayError } from '../errors/error.ts';
import type { ErrorKind } from '../errors/table.ts';
import { failureClass, isDeploymentsFault } from './routing/failure-class.ts';

/**
 * A circuit breaker for each deployment, with LiteLLM's settings and thresholds: `closed`, `open` while it cools down, then
 * `half-open` until one request has shown that it works again. It decides nobody's fate: it only says who goes last.
 */
export interface Cooldowns {
  /** The same ids: those that cool down last, the one that recovers soonest first. Who is half-open stands in front for one request only. */
  order(ids: readonly string[]): string[];
  /**
   * A try of this deployment failed. What is the client's fault is not counted.
   * @param alone no other deployment could have been tried: then a rate limit is no reason to pass it over
   */
  failed(id: string, error: GatewayError, alone?: boolean): void;
  succeeded(id: string): void;
  isCooling(id: string): boolean;
  /** Deployments that are not closed. */
  view(): CooldownView[];
  /** Other settings, for a reload. What is known stays known. */
  limit(settings: BreakerSettings): void;
}

interface CooldownView {
  id: string;
  state: 'open' | 'half-open';
  /** When it may be tried first again, in milliseconds since the epoch. */
  untilMs: number;
}

interface Breaker {
  minute: number;
  /** Of the running minute. */
  requests: number;
  failures: number;
  failuresByClass: Map<FailureClass, number>;
  /** Zero: closed. In the past: half-open. */
  openUntilMs: number;
  /** While half-open: when the request that tries it out is given up for lost. */
  probedUntilMs: number;
}

/** No further request can do better: one is enough. */
const AT_ONCE: ReadonlySet<ErrorKind> = new Set(['upstream-refused-us', 'upstream-spent']);

const MINUTE_MS = 60_000;
/** LiteLLM's thresholds where `allowed_fails` does not say: more than half of at least five, where there is another. */
const FEWEST_REQUESTS = 5;
const SHARE = 0.5;
/** … and all of a thousand, where there is not. */
const FEWEST_REQUESTS_ALONE = 1_000;
/** Whatever time an upstream names, after so long it is tried again. */
const LONGEST_MS = 10 * 60_000;

type BreakerSettings = Pick<CooldownSettings, 'enabled' | 'timeMs' | 'allowedFails' | 'allowedFailsPolicy'>;

/** @param now milliseconds */
export function createCooldowns(initial: BreakerSettings, now: () => number): Cooldowns {
  let settings = initial;
  const breakers = new Map<string, Breaker>();
  /** Those that are not closed: empty nearly always, which makes everything below cheap. */
  const tripped = new Map<string, Breaker>();

  const breakerOf = (id: string): Breaker => {
    const minute = Math.floor(now() / MINUTE_MS);
    let breaker = breakers.get(id);
    if (breaker === undefined) {
      breaker = { minute, requests: 0, failures: 0, failuresByClass: new Map(), openUntilMs: 0, probedUntilMs: 0 };
      breakers.set(id, breaker);
    } else if (breaker.minute !== minute) {
      breaker.minute = minute;
      forgetCounts(breaker);
    }
    return breaker;
  };

  const coolingUntilMs = (id: string): number => {
    const breaker = tripped.get(id);
    return breaker === undefined ? 0 : Math.max(breaker.openUntilMs, breaker.probedUntilMs);
  };

  const isTooMuch = (breaker: Breaker, error: GatewayError, alone: boolean): boolean => {
    const type = failureClass(error);
    const allowedOfClass = type === undefined ? undefined : settings.allowedFailsPolicy[type];
    if (type !== undefined && allowedOfClass !== undefined)
      return (breaker.failuresByClass.get(type) ?? 0) > allowedOfClass;
    if (settings.allowedFails !== undefined) return breaker.failures > settings.allowedFails;
    if (AT_ONCE.has(error.kind)) return true;
    const { requests, failures } = breaker;
    if (alone) return requests >= FEWEST_REQUESTS_ALONE && failures === requests;
    return error.kind === 'upstream-limited' || (requests >= FEWEST_REQUESTS && failures > requests * SHARE);
  };

  return {
    order(ids) {
      if (tripped.size === 0 || ids.length < 2) return [...ids];
      const nowMs = now();
      const ready = ids.filter((id) => coolingUntilMs(id) <= nowMs);
      const cooling = ids.filter((id) => coolingUntilMs(id) > nowMs);
      const first = tripped.get(ready[0] ?? '');
      if (first !== undefined) first.probedUntilMs = nowMs + settings.timeMs;
      return [...ready, ...cooling.sort((one, other) => coolingUntilMs(one) - coolingUntilMs(other))];
    },
    failed(id, error, alone = false) {
      if (!settings.enabled || !isDeploymentsFault(error)) return;
      const nowMs = now();
      const breaker = breakerOf(id);
      breaker.requests += 1;
      breaker.failures += 1;
      const type = failureClass(error);
      if (type !== undefined) breaker.failuresByClass.set(type, (breaker.failuresByClass.get(type) ?? 0) + 1);
      const namedMs = error.detail.retryAfterMs;
      const untilMs = nowMs + Math.min(LONGEST_MS, namedMs ?? settings.timeMs);
      if (breaker.openUntilMs > nowMs) {
        // It was on its way when the breaker opened, and knows nothing newer unless the upstream named a time.
        if (namedMs !== undefined) breaker.openUntilMs = Math.max(breaker.openUntilMs, untilMs);
      } else if (breaker.openUntilMs > 0 || isTooMuch(breaker, error, alone)) {
        breaker.openUntilMs = untilMs;
        breaker.probedUntilMs = 0;
        tripped.set(id, breaker);
      }
    },
    succeeded(id) {
      if (!settings.enabled) return;
      const breaker = breakerOf(id);
      breaker.requests += 1;
      // While it is open, this was on its way already.
      if (breaker.openUntilMs === 0 || breaker.openUntilMs > now()) return;
      breaker.openUntilMs = 0;
      breaker.probedUntilMs = 0;
      forgetCounts(breaker);
      tripped.delete(id);
    },
    limit(other) {
      settings = other;
      // Switched off, nothing would ever close them.
      if (settings.enabled) return;
      tripped.clear();
      breakers.clear();
    },
    isCooling: (id) => coolingUntilMs(id) > now(),
    view: () =>
      Array.from(tripped, ([id, { openUntilMs }]) => ({
        id,
        state: openUntilMs > now() ? 'open' : 'half-open',
        untilMs: coolingUntilMs(id),
      })),
  };
}

function forgetCounts(breaker: Breaker): void {
  breaker.requests = 0;
  breaker.failures = 0;
  breaker.failuresByClass.clear();
}
