import { type GatewayError, toGatewayError } from '../errors/error.ts';
import { rateLimitOf } from '../policy/rate-limit.ts';
import { isDeploymentsFault } from '../policy/routing/failure-class.ts';
import type { Deployment } from '../upstream/deployment.ts';
import type { ExchangeDeps } from './deps.ts';

/** Who comes to a deployment. */
interface Visitor {
  callerId: string;
  /** A high estimate of what the request will count. */
  tokens: number;
  signal: AbortSignal;
  /** No other deployment could answer. */
  alone: boolean;
  /** Told how long the request waited for a place or for room, in milliseconds; it may have been in vain. */
  waited(ms: number): void;
  /** Told how it went: `ok`, or the kind of the error. */
  ended(outcome: string): void;
}

/** What came of a visit. */
interface Visit {
  /** As the upstream counted; undefined when it did not say. */
  tokens: number | undefined;
  /** The answer began and broke off. */
  error?: GatewayError;
}

/** A deployment that fails is never the quickest, however fast it fails. */
const FAILED_MS = 30_000;

/**
 * One request at one deployment: waits for a place and for room in its rate limits, and tells those who
 * choose deployments how it went.
 * @param work is given what to call when the first content comes
 * @throws what `work` threw, or GatewayError when there was no room in time
 */
export async function occupy(
  deployment: Deployment,
  visitor: Visitor,
  {
    admission,
    pacer,
    traffic,
    cooldowns,
    clock,
  }: Pick<ExchangeDeps, 'admission' | 'pacer' | 'traffic' | 'cooldowns' | 'clock'>,
  work: (begun: () => void) => Promise<Visit>,
): Promise<void> {
  const { callerId, tokens, signal, alone } = visitor;
  const waiting = async <T>(entering: Promise<T>): Promise<T> => {
    const sinceMs = clock.now();
    try {
      return await entering;
    } finally {
      visitor.waited(clock.now() - sinceMs);
    }
  };
  const entering =
    deployment.maxParallel === undefined
      ? undefined
      : admission.enterDeployment(deployment.id, deployment.maxParallel, signal, callerId);
  const place = entering instanceof Promise ? await waiting(entering) : entering;
  try {
    const pending = pacer?.enter({ ...rateLimitOf(deployment), callerId, tokens, signal });
    const permit = pending instanceof Promise ? await waiting(pending) : pending;
    const flight = traffic.started(deployment.id);
    const sentAtMicros = clock.micros();
    const elapsedMs = () => (clock.micros() - sentAtMicros) / 1000;
    let used: number | undefined;
    let hasBegun = false;
    const begun = () => {
      if (!hasBegun) flight.answered(elapsedMs());
      hasBegun = true;
    };
    try {
      const visit = await work(begun);
      used = visit.tokens;
      begun();
      visitor.ended(visit.error?.kind ?? 'ok');
      if (visit.error === undefined) cooldowns.succeeded(deployment.id);
      else cooldowns.failed(deployment.id, visit.error, alone);
    } catch (cause) {
      const error = toGatewayError(cause);
      visitor.ended(error.kind);
      if (error.kind === 'upstream-limited') permit?.limited(error.detail.retryAfterMs);
      if (countsNothing(error)) used = 0;
      // A client that leaves, or gives less time than an answer takes, says nothing about the deployment but that it was not quicker.
      if (!signal.aborted) cooldowns.failed(deployment.id, error, alone);
      if (!hasBegun && signal.aborted) flight.gaveUp(elapsedMs());
      else if (!hasBegun && isDeploymentsFault(error)) flight.gaveUp(Math.max(FAILED_MS, elapsedMs()));
      throw cause;
    } finally {
      permit?.settle(used);
      flight.landed(used ?? 0);
    }
  } finally {
    place?.release();
  }
}

/** Nothing was sent, or it was refused: no model has read it. */
function countsNothing({ kind, detail: { upstream } }: GatewayError): boolean {
  return kind === 'invalid-request' || kind === 'unsupported' || (upstream?.status ?? 0) >= 400;
}
