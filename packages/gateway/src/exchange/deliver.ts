import type { JsonObject } from '../ir/json.ts';
import { pump, readWhole } from '../kit/pump.ts';
import { costUsd } from '../policy/price.ts';
import type { Deployment } from '../upstream/deployment.ts';
import { classifyCut } from '../upstream/classify-transport.ts';
import { isEventStream, MOST_ANSWER_BYTES } from './ask.ts';
import { JoinedStreams, joinCompletions, joinUsage } from './choices.ts';
import { parseBody } from './client-request.ts';
import type { ExchangeDeps } from './deps.ts';
import type { Exchange } from './exchange.ts';
import { answerHeaders } from './headers.ts';
import type { Lane } from './lanes.ts';
import type { RequestHead } from './peek.ts';
import type { StreamOut, StreamPiece } from './stream-out.ts';
import { assertAnswered, tryDeployments } from './try-deployments.ts';

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
  const prompts = countPrompts(x);
  const native = x.dialect.name === 'openai-chat' && plan.every(({ provider }) => provider === 'openai');
  const answers = native ? 1 : prompts * head.choices;
  const indices = Array.from({ length: answers }, (_, index) => index);
  if (answers > 1) return cancelTogether(x, (member) => deliverAll(member, head, plan, indices, stream, d));
  return deliverAll(x, head, plan, indices, stream, d);
}

/** How many prompts a body holds; more than one only where its dialect knows such. */
function countPrompts(x: Exchange): number {
  return x.dialect.split?.(parseBody(x.body!)).length ?? 1;
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
      const transducer = lane.stream(options, isEventStream(reply));
      const accept = (pieces: StreamPiece[]) => {
        // Until there is content the answer may turn out to be an error or nothing at all, and can be tried again.
        if (!lane.seen.content) {
          held.push(...pieces);
          return;
        }
        x.record.firstContentAtMicros ??= d.clock.micros();
        contentSent = true;
        return outlet.send(held.length === 0 ? pieces : [...held.splice(0), ...pieces], x.signal);
      };
      try {
        await pump(reply.body, transducer, accept, x.signal);
      } catch (cause) {
        x.signal.throwIfAborted();
        if (!contentSent) throw cause;
        // The writer knows where it is in the answer, so it tells the end that was not one.
        lane.seen.cut = classifyCut(cause, d.nameOf(x.record.deployment!), x.record.upstreamRequestId);
        await accept(transducer.end());
        lane.seen.error ??= lane.seen.cut;
      }
      // Alone, a stream that broke off has said so itself; among several, the others must stop.
      if (contentSent && lane.seen.error !== undefined && outlet !== stream) throw lane.seen.error;
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

function record(x: Exchange, lanes: Lane[]): void {
  const usage = joinUsage(lanes.map((lane) => lane.seen.usage));
  const { stop, error } = lanes[0]!.seen;
  if (usage !== undefined) x.record.usage = usage;
  if (stop !== undefined) x.record.stop = stop;
  if (error !== undefined) x.record.error = error;
}
