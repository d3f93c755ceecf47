import { GatewayError } from '../errors/error.ts';
import type { WriterOptions } from '../protocols/codec.ts';
import { explainFailure, refusesThoughts } from '../upstream/classify.ts';
import { classifyCut } from '../upstream/classify-transport.ts';
import type { Deployment } from '../upstream/deployment.ts';
import { withFreshToken } from '../upstream/tokens/refusal.ts';
import type { UpstreamReply } from '../upstream/transport.ts';
import { ask } from './ask.ts';
import { attempts } from './attempts.ts';
import type { ExchangeDeps } from './deps.ts';
import type { Exchange } from './exchange.ts';
import type { Lane } from './lanes.ts';
import type { RequestHead } from './peek.ts';
import { prepareLane } from './prepare.ts';

/** Reads one answer. @throws what makes it none */
type Receive = (lane: Lane, reply: UpstreamReply, options: WriterOptions) => Promise<void>;

/**
 * Prepares, sends and receives until a deployment has answered.
 * @param index which of several answers this is
 * @param mayRetry false once a piece of the answer has reached the client
 * @returns the lane of the attempt that succeeded
 */
export async function tryDeployments(
  x: Exchange,
  head: RequestHead,
  plan: Deployment[],
  index: number,
  mayRetry: () => boolean,
  d: ExchangeDeps,
  receive: Receive,
): Promise<Lane> {
  let delivered: Lane | undefined;
  const retries = plan[0]!.retries ?? d.settings.retries;
  const options = { plan, retries, mayRetry, signal: x.signal, clock: d.clock, random: d.random };
  await attempts(options, async (deployment) => {
    x.record.attempts += 1;
    try {
      await tryOnce(deployment);
    } catch (cause) {
      if (x.withoutThoughts === true || !refusesThoughts(cause)) throw cause;
      x.withoutThoughts = true;
      await tryOnce(deployment);
    }
  });
  return delivered!;

  function tryOnce(deployment: Deployment): Promise<void> {
    return withFreshToken(deployment, x.signal, mayRetry, (authentication) => tryWith(authentication, deployment));
  }

  async function tryWith(authentication: Record<string, string>, deployment: Deployment): Promise<void> {
    const lane = await prepareLane(x, head, deployment, Math.floor(index / head.choices), d);
    Object.assign(x.record, { deployment, lane: lane.name, notes: lane.notes });
    try {
      const reply = await ask(x, deployment, lane, authentication, index === 0, d);
      const { upstreamRequestId } = x.record;
      await receive(lane, reply, {
        id: x.dialect.idPrefix + x.requestId,
        createdAt: Math.floor(x.receivedAtMs / 1000),
        model: head.model,
        includeUsage: head.includeUsage,
        choiceIndex: index,
        requestId: x.requestId,
        ...(upstreamRequestId === undefined ? {} : { upstreamRequestId }),
      });
    } catch (cause) {
      x.signal.throwIfAborted();
      throw classifyCut(cause, d.nameOf(deployment), x.record.upstreamRequestId);
    }
    delivered = lane;
  }
}

/** A complete answer with nothing in it is Cortex at its concurrency limit: docs/cortex-quirks.md#empty-200 */
export function assertAnswered(lane: Lane, nameOf: string): void {
  const { content, error, stop, usage } = lane.seen;
  if (error !== undefined) throw explainFailure(error, nameOf);
  if (content || stop === 'refusal' || stop === 'length' || stop === 'filtered') return;
  // A model may end its turn without a word; then it says so and counts what it thought.
  if (stop !== 'unknown' && (usage?.output ?? 0) > 0) return;
  throw new GatewayError(
    'upstream-limited',
    'Cortex answered 200 with nothing in it, as it does when the account is at its limit of concurrent requests. Try again shortly.',
    { retry: 'same' },
  );
}
