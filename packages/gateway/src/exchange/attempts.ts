import { type GatewayError, toGatewayError } from '../errors/error.ts';
import type { Clock } from '../kit/clock.ts';
import type { Random } from '../kit/random.ts';
import type { Deployment } from '../upstream/deployment.ts';

const FIRST_BACKOFF_MS = 400;
const LONGEST_BACKOFF_MS = 8_000;

interface AttemptOptions {
  plan: Deployment[];
  /** Further tries after the first. */
  retries: number;
  /** False once a piece of an answer has reached the client. */
  mayRetry(): boolean;
  signal: AbortSignal;
  clock: Clock;
  random: Random;
}

/**
 * Tries deployments until one answers, only before the first byte of the answer. Another deployment is
 * tried at once; the same one after a pause (full jitter, or as long as the upstream asked for).
 * @throws the last failure
 */
export async function attempts(
  options: AttemptOptions,
  tryOnce: (deployment: Deployment) => Promise<void>,
): Promise<void> {
  const untried = [...options.plan];
  let deployment = untried.shift()!;
  for (let failures = 0; ; failures += 1) {
    try {
      await tryOnce(deployment);
      return;
    } catch (cause) {
      options.signal.throwIfAborted();
      const error = toGatewayError(cause);
      const retry = error.detail.retry ?? 'never';
      if (retry === 'never' || failures >= options.retries || !options.mayRetry()) throw error;
      const next = untried.shift();
      if (next !== undefined) {
        deployment = next;
      } else {
        if (retry === 'other') throw error;
        const pauseMs = backoffMs(failures, error, options.random);
        if (pauseMs > LONGEST_BACKOFF_MS) throw error;
        await options.clock.sleep(pauseMs, options.signal);
      }
    }
  }
}

function backoffMs(failures: number, error: GatewayError, random: Random): number {
  const ceiling = Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** failures);
  return Math.max(random.float() * ceiling, error.detail.retryAfterMs ?? 0);
}
