import { GatewayError } from '../errors/error.ts';
import type { JsonObject } from '../ir/json.ts';
import { pump, readWhole } from '../kit/pump.ts';
import { costUsd } from '../policy/price.ts';
import type { WriterOptions } from '../protocols/codec.ts';
import { Readable } from 'node:stream';
import { isObject } from '../ir/json.ts';
import { classifyAnswer, explainFailure } from '../upstream/classify.ts';
import { classifyTransport } from '../upstream/classify-transport.ts';
import type { Deployment } from '../upstream/deployment.ts';
import type { UpstreamReply } from '../upstream/transport.ts';
import { attempts } from './attempts.ts';
import { JoinedStreams, joinCompletions, joinUsage } from './choices.ts';
import type { ExchangeDeps } from './deps.ts';
import type { Exchange } from './exchange.ts';
import { answerHeaders } from './headers.ts';
import type { Lane } from './lanes.ts';
import type { RequestHead } from './peek.ts';
import { prepareLane } from './prepare.ts';
import type { StreamOut, StreamPiece } from './stream-out.ts';

/** Longest unary answer and longest error body that are read. */
const MOST_ANSWER_BYTES = 64 * 1024 * 1024;
const MOST_ERROR_BYTES = 64 * 1024;

/** Where one answer's pieces go: the client's stream, or the place where several answers are joined. */
type Outlet = Pick<StreamOut | JoinedStreams, 'send'>;

/** Gets the answer, or all `n` of them, from the planned deployments to the client. */
export async function deliver(
  x: Exchange,
  head: RequestHead,
  plan: Deployment[],
  stream: StreamOut | undefined,
  d: ExchangeDeps,
): Promise<void> {
  const answers = plan.every(({ provider }) => provider === 'openai') ? 1 : head.choices;
  const indices = Array.from({ length: answers }, (_, index) => index);
  if (answers > 1) return cancelTogether(x, (member) => deliverAll(member, head, plan, indices, stream, d));
  return deliverAll(x, head, plan, indices, stream, d);
}

/** When one of several answers fails, the others are cancelled with it. */
async function cancelTogether(x: Exchange, work: (member: Exchange) => Promise<void>): Promise<void> {
  const group = new AbortController();
  try {
    await work({ ...x, signal: AbortSignal.any([x.signal, group.signal]) });
  } catch (cause) {
    group.abort(cause);
    throw cause;
  }
}

async function deliverAll(
  x: Exchange,
  head: RequestHead,
  plan: Deployment[],
  indices: number[],
  stream: StreamOut | undefined,
  d: ExchangeDeps,
): Promise<void> {
  const answers = indices.length;
  if (stream !== undefined) {
    const outlet: Outlet = answers === 1 ? stream : new JoinedStreams(stream, answers);
    const lanes = await Promise.all(indices.map((index) => streamAnswer(x, head, plan, index, stream, outlet, d)));
    record(x, lanes);
    stream.end();
    return;
  }
  const whole = await Promise.all(indices.map((index) => wholeAnswer(x, head, plan, index, d)));
  record(
    x,
    whole.map(({ lane }) => lane),
  );
  const body = answers === 1 ? whole[0]!.body : joinCompletions(whole.map(({ body: one }) => one as JsonObject));
  const { usage, deployment } = x.record;
  x.reply.json(200, answerHeaders(x, d.clock, usage === undefined ? undefined : costUsd(usage, deployment!)), body);
}

async function streamAnswer(
  x: Exchange,
  head: RequestHead,
  plan: Deployment[],
  index: number,
  stream: StreamOut,
  outlet: Outlet,
  d: ExchangeDeps,
): Promise<Lane> {
  let contentSent = false;
  return tryDeployments(
    x,
    head,
    plan,
    index,
    () => !contentSent,
    d,
    async (lane, reply, options) => {
      stream.accepted();
      const held: StreamPiece[] = [];
      await pump(
        reply.body,
        lane.stream(options, isEventStream(reply)),
        (pieces) => {
          // Until there is content the answer may turn out to be an error or nothing at all, and can be tried again.
          if (!lane.seen.content) {
            held.push(...pieces);
            return;
          }
          x.record.firstContentAtMicros ??= d.clock.micros();
          contentSent = true;
          return outlet.send(held.length === 0 ? pieces : [...held.splice(0), ...pieces], x.signal);
        },
        x.signal,
      );
      if (contentSent) return;
      assertAnswered(lane, d.nameOf(x.record.deployment!));
      await outlet.send(held, x.signal);
    },
  );
}

async function wholeAnswer(
  x: Exchange,
  head: RequestHead,
  plan: Deployment[],
  index: number,
  d: ExchangeDeps,
): Promise<{ lane: Lane; body: JsonObject | Buffer }> {
  let body: JsonObject | Buffer = {};
  const lane = await tryDeployments(
    x,
    head,
    plan,
    index,
    () => true,
    d,
    async (candidate, reply, options) => {
      const bytes = await readWhole(reply.body, MOST_ANSWER_BYTES, x.signal);
      body = candidate.message(bytes, isEventStream(reply), options);
      assertAnswered(candidate, d.nameOf(x.record.deployment!));
    },
  );
  return { lane, body };
}

/** @returns the lane of the attempt that succeeded */
async function tryDeployments(
  x: Exchange,
  head: RequestHead,
  plan: Deployment[],
  index: number,
  mayRetry: () => boolean,
  d: ExchangeDeps,
  receive: (lane: Lane, reply: UpstreamReply, options: WriterOptions) => Promise<void>,
): Promise<Lane> {
  let delivered: Lane | undefined;
  const retries = plan[0]!.retries ?? d.settings.retries;
  await attempts(
    { plan, retries, mayRetry, signal: x.signal, clock: d.clock, random: d.random },
    async (deployment) => {
      x.record.attempts += 1;
      const lane = await prepareLane(x, head, deployment, d);
      Object.assign(x.record, { deployment, lane: lane.name, notes: lane.notes });
      try {
        await receive(lane, await send(x, deployment, lane, index, d), {
          id: `chatcmpl-${x.requestId}`,
          createdAt: Math.floor(x.receivedAtMs / 1000),
          model: head.model,
          includeUsage: head.includeUsage,
          choiceIndex: index,
          requestId: x.requestId,
        });
      } catch (cause) {
        x.signal.throwIfAborted();
        throw classifyTransport(cause, deployment.origin);
      }
      delivered = lane;
    },
  );
  return delivered!;
}

/** @throws GatewayError for every status but 2xx, and for a 2xx that is no answer */
async function send(
  x: Exchange,
  deployment: Deployment,
  lane: Lane,
  index: number,
  d: ExchangeDeps,
): Promise<UpstreamReply> {
  const sentAtMicros = d.clock.micros();
  const timeouts = { ...d.settings.timeouts, ...deployment.timeouts };
  const reply = await d.transport.call({
    method: 'POST',
    url: deployment.url,
    headers: {
      'content-type': 'application/json',
      accept: lane.streams ? 'text/event-stream, application/json' : 'application/json',
      'user-agent': d.userAgent,
      ...lane.headers,
      ...deployment.extraHeaders,
      ...(await deployment.tokens.headersFor(deployment.origin)),
    },
    body: lane.body,
    signal: x.signal,
    firstByteMs: timeouts.firstByteMs,
    idleMs: timeouts.idleMs,
  });
  if (index === 0) x.record.upstreamWaitMicros += d.clock.micros() - sentAtMicros;
  const requestId = reply.headers['x-snowflake-request-id'];
  x.record.upstreamStatus = reply.status;
  if (typeof requestId === 'string') x.record.upstreamRequestId = requestId;
  x.record.simulated = reply.headers['x-couloir-sandbox'] === '1';
  const succeeded = reply.status >= 200 && reply.status < 300;
  if (succeeded && isEventStream(reply)) return reply;
  const bytes = await readWhole(reply.body, succeeded ? MOST_ANSWER_BYTES : MOST_ERROR_BYTES, x.signal);
  if (succeeded && isAnswer(bytes)) return { ...reply, body: Readable.from([bytes]) };
  throw classifyAnswer(reply.status, reply.headers, bytes.toString('utf8'), d.nameOf(deployment));
}

/** False for an error in the clothes of a 200: docs/cortex-quirks.md#session-expired-200 */
function isAnswer(bytes: Buffer): boolean {
  try {
    const body: unknown = JSON.parse(bytes.toString('utf8'));
    return isObject(body) && (Array.isArray(body.choices) || Array.isArray(body.content));
  } catch {
    return false;
  }
}

/** A complete answer with nothing in it is Cortex at its concurrency limit: docs/cortex-quirks.md#empty-200 */
function assertAnswered(lane: Lane, nameOf: string): void {
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

function isEventStream(reply: UpstreamReply): boolean {
  return String(reply.headers['content-type']).startsWith('text/event-stream');
}

function record(x: Exchange, lanes: Lane[]): void {
  const usage = joinUsage(lanes.map((lane) => lane.seen.usage));
  const { stop, error } = lanes[0]!.seen;
  if (usage !== undefined) x.record.usage = usage;
  if (stop !== undefined) x.record.stop = stop;
  if (error !== undefined) x.record.error = error;
}
