import { type GatewayError, toGatewayError } from '../errors/error.ts';
import { rateLimitOf } from '../policy/rate-limit.ts';
import { isDeploymentsFault } from '../policy/routing/failure-class.ts';
import type { Deployment } from '../upstream/deployment.ts';
import type { ExchangeDeps } from './deps.ts';
import type { Exchange } from './exchange.ts';

/** Who comes to a deployment. */
interface Visitor {
  callerId: string;
  /** A high estimate of what the request will count. */
  tokens: number;
  signal: AbortSignal;
  /** No other deployment could answer. */
  alone: boolean;
  /** Where it is written how long the request waited for a place or for room, which may be in vain, and how it went. */
  record: Pick<Exchange['record'], 'queuedMs' | 'tries'>;
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

type World = Pick<ExchangeDeps, 'admission' | 'pacer' | 'traffic' | 'cooldowns' | 'clock'>;

/**
 * One request at one deployment: waits for a place and for room in its rate limits, and tells those who
 * choose deployments how it went.
 * @param work is given what to call when the first content comes
 * @returns what `work` came to
 * @throws what `work` threw, or GatewayError when there was no room in time
 */
export async function occupy<V extends Visit>(
  deployment: Deployment,
  visitor: Visitor,
  d: World,
  work: (begun: () => void) => Promise<V>,
): Promise<V> {
  const { callerId, tokens, signal, alone, record } = visitor;
  const entering = enter(deployment, visitor, d);
  const place = entering instanceof Promise ? await timed(entering, record, d) : entering;
  try {
    const pending = d.pacer?.enter({ ...rateLimitOf(deployment), callerId, tokens, signal });
    const permit = pending instanceof Promise ? await timed(pending, record, d) : pending;
    const flight = d.traffic.started(deployment.id);
    const sentAtMicros = d.clock.micros();
    let used: number | undefined;
    let hasBegun = false;
    const begun = () => {
      if (!hasBegun) flight.answered(elapsedMs(sentAtMicros, d));
      hasBegun = true;
    };
    try {
      const visit = await work(begun);
      used = visit.tokens;
      begun();
      record.tries.push({ deployment: deployment.id, outcome: visit.error?.kind ?? 'ok' });
      if (visit.error === undefined) d.cooldowns.succeeded(deployment.id);
      else d.cooldowns.failed(deployment.id, visit.error, alone);
      return visit;
    } catch (cause) {
      const error = toGatewayError(cause);
      record.tries.push({ deployment: deployment.id, outcome: error.kind });
      if (error.kind === 'upstream-limited') permit?.limited(error.detail.retryAfterMs);
      if (countsNothing(error)) used = 0;
      // A client that leaves, or gives less time than an answer takes, says nothing about the deployment but that it was not quicker.
      if (!signal.aborted) d.cooldowns.failed(deployment.id, error, alone);
      if (!hasBegun && signal.aborted) flight.gaveUp(elapsedMs(sentAtMicros, d));
      else if (!hasBegun && isDeploymentsFault(error)) flight.gaveUp(Math.max(FAILED_MS, elapsedMs(sentAtMicros, d)));
      throw cause;
    } finally {
      permit?.settle(used);
      flight.landed(used ?? 0);
    }
  } finally {
    place?.release();
  }
}

/** A place at a deployment that has a bound of its own. */
function enter({ id, maxParallel }: Deployment, { signal, callerId }: Visitor, { admission }: World) {
  return maxParallel === undefined ? undefined : admission.enterDeployment(id, maxParallel, signal, callerId);
}

async function timed<T>(entering: Promise<T>, record: Visitor['record'], { clock }: World): Promise<T> {
  const sinceMs = clock.now();
  try {
    return await entering;
  } finally {
    record.queuedMs += clock.now() - sinceMs;
  }
}

function elapsedMs(sinceMicros: number, { clock }: World): number {
  return (clock.micros() - sinceMicros) / 1000;
}

/** Nothing was sent, or it was refused: no model has read it. */
function countsNothing({ kind, detail: { upstream } }: GatewayError): boolean {
  return kind === 'invalid-request' || kind === 'unsupported' || (upstream?.status ?? 0) >= 400;
}
