import { GatewayError, toGatewayError } from '../errors/error.ts';
import type { Group } from '../policy/route.ts';
import type { RoutingRequest } from '../policy/routing/order.ts';
import type { WriterOptions } from '../protocols/codec.ts';
import { totalTokens } from '../ir/usage.ts';
import { explainFailure, refusesThoughts } from '../upstream/classify.ts';
import { classifyCut } from '../upstream/classify-transport.ts';
import type { Deployment } from '../upstream/deployment.ts';
import { withFreshToken } from '../upstream/tokens/refusal.ts';
import { type Answer, ask } from './ask.ts';
import { beginAttempt } from './attempt-span.ts';
import { attempts, type Try } from './attempts.ts';
import type { ExchangeDeps } from './deps.ts';
import type { Exchange } from './exchange.ts';
import { fallBack } from './fall-back.ts';
import { hedge, type Runner, unrivalled } from './hedge.ts';
import type { Lane } from './lanes.ts';
import { occupy } from './occupy.ts';
import type { RequestHead } from './peek.ts';
import { prepareLane } from './prepare.ts';

/** An answer that has begun to come. */
export interface Incoming {
  /** The exchange, with the signal of this try alone. */
  x: Exchange;
  lane: Lane;
  answer: Answer;
  options: WriterOptions;
  /** To be asked when the answer begins, before anything of it goes further. @throws the signal's reason when another try was first */
  claim: () => void;
}

/** What is the same for every try of one answer. */
interface Search {
  x: Exchange;
  head: RequestHead;
  group: Group;
  routing: RoutingRequest;
  /** Which of several answers this is. */
  index: number;
  /** False once a piece of the answer has reached the client. */
  mayRetry: () => boolean;
  /** Reads one answer. @throws what makes it none */
  receive: (incoming: Incoming) => Promise<void>;
}

/**
 * Prepares, sends and receives until a deployment has answered: of this model, or of those it falls back to.
 * @returns the try that succeeded
 */
export function tryDeployments(search: Search, d: ExchangeDeps): Promise<Answered> {
  const { x, head, group, mayRetry } = search;
  const { fallbacks: named } = x.wishes;
  const { router, routes } = d;
  const most = d.settings.routing.maxFallbacks;
  return fallBack({ group, asked: head.model, named, most, routes, router, mayRetry, signal: x.signal }, (candidate) =>
    tryModel(candidate, search, d),
  );
}

/** A try that succeeded. */
interface Answered {
  lane: Lane;
  /** Tokens as the upstream counted them. */
  tokens: number | undefined;
  error?: GatewayError;
}

function tryModel(candidate: Group, search: Search, d: ExchangeDeps): Promise<Answered> {
  const { x, routing, mayRetry } = search;
  const { retryPolicy, modelRetryPolicy } = d.settings.routing;
  const own = modelRetryPolicy[candidate.name];
  const deployments = d.router.order(candidate, routing);
  const turn = { ...search, alone: deployments.length === 1 };
  const options = {
    deployments,
    retries: x.wishes.retries ?? deployments[0]!.retries ?? d.settings.retries,
    retryPolicy: own === undefined ? retryPolicy : { ...retryPolicy, ...own },
    mayRetry,
    deadlineAtMs: x.deadlineAtMs,
    signal: x.signal,
    clock: d.clock,
    random: d.random,
  };
  return attempts(options, (one) => tryOne(one, turn, d));
}

/** A search at one model. */
interface Turn extends Search {
  /** No other deployment of it could answer. */
  alone: boolean;
}

/** One try, beside which another may run when it is slow to begin. */
function tryOne({ deployment, backup, tookBackup, fresh }: Try, turn: Turn, d: ExchangeDeps): Promise<Answered> {
  const afterMs = d.settings.routing.hedgeAfterMs;
  const { signal } = turn.x;
  if (afterMs === undefined || backup === undefined) return visit(deployment, fresh, unrivalled(signal), turn, d);
  const second = (runner: Runner) => {
    tookBackup();
    return visit(backup, fresh, runner, turn, d);
  };
  return hedge((runner) => visit(deployment, fresh, runner, turn, d), second, { afterMs, signal, clock: d.clock });
}

/** One deployment's turn: with its place and pace, and once more without thoughts that it refuses. */
function visit(deployment: Deployment, fresh: boolean, runner: Runner, turn: Turn, d: ExchangeDeps): Promise<Answered> {
  const { x: whole, routing, alone } = turn;
  const x = runner.signal === whole.signal ? whole : { ...whole, signal: runner.signal };
  const { totalMs } = deployment.timeouts ?? {};
  const visitor = {
    callerId: x.caller!.id,
    tokens: routing.promptTokens,
    signal: x.signal,
    alone,
    record: x.record,
  };
  return occupy(deployment, visitor, d, async (begun) => {
    whole.record.attempts += 1;
    const own = { ...turn, runner, begun };
    const sendOnce = () =>
      totalMs === undefined
        ? send(x, deployment, fresh, own, d)
        : within(totalMs, x, d, (timed) => send(timed, deployment, fresh, own, d));
    try {
      return answered(await sendOnce());
    } catch (cause) {
      if (whole.withoutThoughts === true || !refusesThoughts(cause)) throw cause;
      whole.withoutThoughts = true;
      x.withoutThoughts = true;
      return answered(await sendOnce());
    }
  });
}

function answered(lane: Lane): Answered {
  const { usage, error } = lane.seen;
  const tokens = usage === undefined ? undefined : totalTokens(usage);
  return error === undefined ? { lane, tokens } : { lane, tokens, error };
}

/** A deployment's own bound on the whole of one try. */
async function within<T>(
  totalMs: number,
  x: Exchange,
  { clock }: ExchangeDeps,
  work: (x: Exchange) => Promise<T>,
): Promise<T> {
  const over = new AbortController();
  const late = new GatewayError(
    'upstream-timeout',
    'The answer was not complete within the time this deployment may take (timeouts.total).',
    { retry: 'other' },
  );
  const stop = clock.after(totalMs, () => over.abort(late));
  try {
    return await work({ ...x, signal: AbortSignal.any([x.signal, over.signal]) });
  } finally {
    stop();
  }
}

function send(
  x: Exchange,
  deployment: Deployment,
  fresh: boolean,
  { head, index, mayRetry, receive, runner, begun }: Turn & { runner: Runner; begun: () => void },
  d: ExchangeDeps,
): Promise<Lane> {
  return withFreshToken(deployment, x.signal, mayRetry, async (authentication) => {
    const prompt = Math.floor(index / head.choices);
    const lane = await prepareLane(x, head, deployment, prompt, d);
    // A rival may have been first while this one was prepared.
    x.signal.throwIfAborted();
    const whose = { deployment, lane: lane.name, notes: lane.notes };
    Object.assign(x.record, whose);
    const attempt = beginAttempt(x, deployment);
    let upstreamStatus: number | undefined;
    let upstreamRequestId: string | undefined;
    try {
      const answer = await ask(x, deployment, lane, { authentication, timed: index === 0, fresh, ...attempt }, d);
      const { simulated } = x.record;
      ({ upstreamStatus, upstreamRequestId } = x.record);
      const options = {
        id: x.dialect.idPrefix + x.requestId,
        createdAt: Math.floor(x.receivedAtMs / 1000),
        model: head.model,
        includeUsage: head.includeUsage,
        choiceIndex: index,
        requestId: x.requestId,
        ...(upstreamRequestId === undefined ? {} : { upstreamRequestId }),
      };
      const claim = () => {
        if (!runner.claim()) x.signal.throwIfAborted();
        begun();
        // A rival that began later has written its own name there.
        Object.assign(x.record, { ...whose, upstreamRequestId, upstreamStatus, simulated });
      };
      await receive({ x, lane, answer, options, claim });
      attempt.end({ ...lane.seen, status: upstreamStatus, requestId: upstreamRequestId });
    } catch (cause) {
      if (refusesThoughts(cause)) {
        const { body } = await prepareLane(x, head, deployment, prompt, d);
        d.memory.refused.learn(x.caller!.id, deployment.model, body);
      }
      const failure = x.signal.aborted
        ? x.signal.reason
        : classifyCut(cause, d.nameOf(deployment), x.record.upstreamRequestId);
      attempt.end({ error: toGatewayError(failure), status: upstreamStatus, requestId: upstreamRequestId });
      throw failure;
    }
    return lane;
  });
}

/** Ends that say why there is nothing; the first word may be the one to stop at. */
const SPEAKING_STOPS: ReadonlySet<string> = new Set(['refusal', 'length', 'filtered', 'stop-sequence']);

/** A complete answer with nothing in it is Cortex at its concurrency limit: docs/cortex-quirks.md#empty-200 */
export function assertAnswered(lane: Lane, nameOf: string): void {
  const { content, error, stop, usage } = lane.seen;
  if (error !== undefined) throw explainFailure(error, nameOf);
  if (content || (stop !== undefined && SPEAKING_STOPS.has(stop))) return;
  // A model may end its turn without a word; then it says so and counts what it thought.
  if (stop !== 'unknown' && (usage?.output ?? 0) > 0) return;
  throw new GatewayError(
    'upstream-limited',
    'Cortex answered 200 with nothing in it, as it does when the account is at its limit of concurrent requests. Try again shortly.',
    { retry: 'same' },
  );
}
