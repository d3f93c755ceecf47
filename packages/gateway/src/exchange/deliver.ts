import { toGatewayError } from '../errors/error.ts';
import type { JsonObject } from '../ir/json.ts';
import type { Usage } from '../ir/usage.ts';
import { pump, readWhole } from '../kit/pump.ts';
import { costUsd } from '../policy/price.ts';
import type { Group } from '../policy/route.ts';
import type { RoutingRequest } from '../policy/routing/order.ts';
import { classifyCut } from '../upstream/classify-transport.ts';
import { MOST_ANSWER_BYTES } from './ask.ts';
import { JoinedStreams, joinCompletions, joinUsage } from './choices.ts';
import { parseBody } from './client-request.ts';
import type { ExchangeDeps } from './deps.ts';
import type { Exchange } from './exchange.ts';
import { answerHeaders } from './headers.ts';
import type { Lane } from './lanes.ts';
import type { RequestHead } from './peek.ts';
import type { StreamOut, StreamPiece } from './stream-out.ts';
import { assertAnswered, type Incoming, tryDeployments } from './try-deployments.ts';

/** Where one answer's pieces go: the client's stream, or the place where several answers are joined. */
type Outlet = Pick<StreamOut | JoinedStreams, 'send'>;

/** What is asked, and of whom. */
interface Asked {
  head: RequestHead;
  group: Group;
  routing: RoutingRequest;
}

/** Gets the answer, or all `n` of them, from the deployments of a model to the client. */
export function deliver(x: Exchange, asked: Asked, stream: StreamOut | undefined, d: ExchangeDeps): Promise<void> {
  const prompts = countPrompts(x, asked.head);
  const answers = countsChoicesItself(x, asked.group, d) ? 1 : prompts * asked.head.choices;
  const indices = Array.from({ length: answers }, (_, index) => index);
  if (answers > 1) return cancelTogether(x, (member) => deliverAll(member, asked, indices, stream, d));
  return deliverAll(x, asked, indices, stream, d);
}

/** Whether the upstream makes several choices of one request, whichever deployment answers in the end. */
function countsChoicesItself(
  { dialect, wishes }: Exchange,
  group: Group,
  { settings: { routing } }: ExchangeDeps,
): boolean {
  const mayFallBack =
    wishes.fallbacks.length > 0 || routing.defaultFallbacks.length > 0 || routing.fallbacks[group.name] !== undefined;
  return (
    dialect.name === 'openai-chat' && !mayFallBack && group.deployments.every(({ provider }) => provider === 'openai')
  );
}

/** How many prompts a body holds; more than one only where its dialect knows such. */
function countPrompts(x: Exchange, head: RequestHead): number {
  return x.dialect.split?.(parseBody(x.body!, head.fieldCount)).length ?? 1;
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
  asked: Asked,
  indices: number[],
  stream: StreamOut | undefined,
  d: ExchangeDeps,
): Promise<void> {
  const answers = indices.length;
  const seen: Lane[] = [];
  if (stream !== undefined) {
    const outlet: Outlet = answers === 1 ? stream : new JoinedStreams(stream, answers);
    const streams = indices.map((index) => streamAnswer(x, asked, index, stream, outlet, seen, d));
    record(x, await Promise.all(streams).catch((cause: unknown) => recordUsed(x, seen, cause)));
    stream.end();
    return;
  }
  const answering = indices.map((index) => wholeAnswer(x, asked, index, seen, d));
  const whole = await Promise.all(answering).catch((cause: unknown) => recordUsed(x, seen, cause));
  record(
    x,
    whole.map(({ lane }) => lane),
  );
  const body = answers === 1 ? whole[0]!.body : joinCompletions(whole.map(({ body: one }) => one as JsonObject));
  const { usage, deployment } = x.record;
  x.reply.json(200, answerHeaders(x, d.clock, usage === undefined ? undefined : costUsd(usage, deployment!)), body);
}

async function streamAnswer(
  whole: Exchange,
  asked: Asked,
  index: number,
  stream: StreamOut,
  outlet: Outlet,
  seen: Lane[],
  d: ExchangeDeps,
): Promise<Lane> {
  let contentSent = false;
  const receive = async ({ x, lane, answer, options, claim }: Incoming): Promise<void> => {
    stream.accepted();
    const held: StreamPiece[] = [];
    const transducer = lane.stream(options, answer.whole?.json);
    const accept = (pieces: StreamPiece[]) => {
      // Until there is content the answer may turn out to be an error or nothing at all, and can be tried again.
      if (!lane.seen.content) {
        held.push(...pieces);
        return;
      }
      if (!contentSent) claim();
      x.record.firstContentAtMicros ??= d.clock.micros();
      contentSent = true;
      return outlet.send(held.length === 0 ? pieces : [...held.splice(0), ...pieces], x.signal);
    };
    try {
      await pump(answer.body, transducer, accept, x.signal);
    } catch (cause) {
      if (!contentSent || !tellsItsEnd(lane, x.signal)) {
        x.signal.throwIfAborted();
        throw cause;
      }
      lane.seen.cut = x.signal.aborted
        ? toGatewayError(x.signal.reason)
        : classifyCut(cause, d.nameOf(x.record.deployment!), x.record.upstreamRequestId);
      // A client that reads too slowly for its last words goes without them.
      await Promise.resolve(accept(transducer.end())).catch(() => undefined);
      lane.seen.error ??= lane.seen.cut;
    }
    // Alone, a stream that broke off has said so itself; among several, the others must stop.
    if (contentSent && lane.seen.error !== undefined && outlet !== stream) throw lane.seen.error;
    if (contentSent) return;
    assertAnswered(lane, d.nameOf(x.record.deployment!));
    claim();
    await outlet.send(held, x.signal);
  };
  const search = { x: whole, ...asked, index, mayRetry: () => !contentSent };
  const { lane } = await tryDeployments({ ...search, receive: seeing(seen, index, receive) }, d);
  return lane;
}

/** Keeps the lane of the try that counts: the newest, until one of them begins its answer. */
function seeing(seen: Lane[], index: number, receive: (incoming: Incoming) => Promise<void>): typeof receive {
  let hasBegun = false;
  return (incoming) => {
    const { lane } = incoming;
    if (!hasBegun) seen[index] = lane;
    const claim = () => {
      incoming.claim();
      hasBegun = true;
      seen[index] = lane;
    };
    return receive({ ...incoming, claim });
  };
}

/**
 * The writer knows where it is in the answer, so it tells the end that was not one. The lanes that keep the
 * upstream's events have no writer: there `refuse` tells what the gateway itself has ended.
 */
function tellsItsEnd(lane: Lane, { aborted, reason }: AbortSignal): boolean {
  return !aborted || (lane.name === 'translated' && toGatewayError(reason).kind !== 'client-left');
}

async function wholeAnswer(
  whole: Exchange,
  asked: Asked,
  index: number,
  seen: Lane[],
  d: ExchangeDeps,
): Promise<{ lane: Lane; body: JsonObject | Buffer }> {
  let body: JsonObject | Buffer = {};
  const receive = async ({ x, lane: candidate, answer, options, claim }: Incoming): Promise<void> => {
    const all = answer.whole ?? { bytes: await readWhole(answer.body, MOST_ANSWER_BYTES, x.signal) };
    const written = candidate.message(all, options);
    assertAnswered(candidate, d.nameOf(x.record.deployment!));
    claim();
    body = written;
  };
  const search = { x: whole, ...asked, index, mayRetry: () => true };
  const { lane } = await tryDeployments({ ...search, receive: seeing(seen, index, receive) }, d);
  return { lane, body };
}

/** What was used is used, also when nothing comes of it. @throws the cause */
function recordUsed(x: Exchange, seen: Lane[], cause: unknown): never {
  const usage = joinUsage(Object.values(seen).map(usageSoFar));
  if (usage !== undefined) x.record.usage = usage;
  throw cause;
}

/** A stream counts at its beginning, too, but its last word is at its end: what comes before that is no more than a guess. */
function usageSoFar({ seen: { usage, stop } }: Lane): Usage | undefined {
  return usage === undefined || stop !== undefined ? usage : { ...usage, estimated: true };
}

function record(x: Exchange, lanes: Lane[]): void {
  const usage = joinUsage(lanes.map((lane) => (lane.seen.error === undefined ? lane.seen.usage : usageSoFar(lane))));
  const { stop, error } = lanes[0]!.seen;
  if (usage !== undefined) x.record.usage = usage;
  if (stop !== undefined) x.record.stop = stop;
  if (error !== undefined) x.record.error = error;
}
