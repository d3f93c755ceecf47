import type { RoutingSettings } from '../config/settings.ts';
import { type GatewayError, toGatewayError } from '../errors/error.ts';
import type { Clock } from '../kit/clock.ts';
import type { Random } from '../kit/random.ts';
import { failureClass } from '../policy/routing/failure-class.ts';
import type { Deployment } from '../upstream/deployment.ts';

const FIRST_BACKOFF_MS = 400;
const LONGEST_BACKOFF_MS = 8_000;

export interface AttemptOptions {
  /** At least one, the best first. */
  deployments: Deployment[];
  /** Further tries after the first. */
  retries: number;
  /** The same by kind of failure, where an operator says so. */
  retryPolicy: RoutingSettings['retryPolicy'];
  /** False once a piece of an answer has reached the client. */
  mayRetry: () => boolean;
  /** When the whole request must be over, in the clock's milliseconds: no pause goes beyond it. */
  deadlineAtMs: number;
  signal: AbortSignal;
  clock: Clock;
  random: Random;
}

/** What one try is told. */
export interface Try {
  deployment: Deployment;
  /** Another that could be asked as well; whoever asks it calls `tookBackup`. */
  backup?: Deployment;
  tookBackup: () => void;
  /** The connection before broke: pooled ones of the same age may be dead, too. */
  fresh: boolean;
}

/**
 * Tries deployments until one answers, only before the first byte of the answer. Another deployment is
 * tried at once; the same ones again after a pause (full jitter, or as long as the upstream asked for).
 * @returns what the try that succeeded came to
 * @throws the last failure; of several limits the one that is over first
 */
export async function attempts<T>(options: AttemptOptions, tryOnce: (one: Try) => Promise<T>): Promise<T> {
  const { clock, signal } = options;
  let worthTrying = options.deployments;
  let untried = worthTrying;
  let fresh = false;
  let soonest: GatewayError | undefined;
  for (let failures = 0; ; failures += 1) {
    const [deployment, backup] = untried as [Deployment, Deployment?];
    untried = untried.slice(1);
    try {
      const tookBackup = () => {
        untried = untried.slice(1);
      };
      return await tryOnce({ deployment, fresh, tookBackup, ...(backup === undefined ? {} : { backup }) });
    } catch (cause) {
      signal.throwIfAborted();
      const error = toGatewayError(cause);
      soonest = sooner(soonest, error);
      const { retry, most } = allowance(error, options);
      if (retry === 'never' || failures >= most || !options.mayRetry()) throw soonest;
      fresh = wasCut(error);
      if (retry === 'other') worthTrying = worthTrying.filter((one) => one !== deployment);
      if (untried.length > 0) continue;
      const pauseMs = backoffMs(failures, error, options.random);
      const ends = clock.now() + pauseMs;
      if (worthTrying.length === 0 || pauseMs > LONGEST_BACKOFF_MS || ends >= options.deadlineAtMs) throw soonest;
      await clock.sleep(pauseMs, signal);
      untried = worthTrying;
    }
  }
}

/** What to tell: the newer of two failures, unless both are limits and the older one is over before. */
function sooner(before: GatewayError | undefined, error: GatewayError): GatewayError {
  const isLimit = error.kind === 'upstream-limited' && before?.kind === 'upstream-limited';
  if (!isLimit) return error;
  const isOverFirst = (before.detail.retryAfterMs ?? Infinity) < (error.detail.retryAfterMs ?? Infinity);
  return isOverFirst ? before : error;
}

/** What another try could mend, and how many there may be. An operator's word counts for more than the failure's kind. */
function allowance(
  error: GatewayError,
  { retries, retryPolicy }: AttemptOptions,
): { retry: 'same' | 'other' | 'never'; most: number } {
  const kind = failureClass(error);
  const said = kind === undefined ? undefined : retryPolicy[kind];
  const retry = error.detail.retry ?? 'never';
  return said === undefined ? { retry, most: retries } : { retry: said > 0 ? 'same' : retry, most: said };
}

/** Codes of a connection that the other side closed under us. */
const CUT = /^(ECONNRESET|EPIPE|UPSTREAM_CLOSED)$/;

function wasCut({ detail }: GatewayError): boolean {
  return CUT.test(detail.upstream?.code ?? '');
}

function backoffMs(failures: number, error: GatewayError, random: Random): number {
  const ceiling = Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** failures);
  return Math.max(random.float() * ceiling, error.detail.retryAfterMs ?? 0);
}
