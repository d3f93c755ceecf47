import { GatewayError, toGatewayError } from '../errors/error.ts';
import { outlineObject } from '../kit/json-span.ts';
import type { Permit } from '../policy/admission/admission.ts';
import type { Group } from '../policy/route.ts';
import { effortFields } from './dialects.ts';
import { deliver } from './deliver.ts';
import type { ExchangeDeps } from './deps.ts';
import type { Exchange } from './exchange.ts';
import { beginSpan } from './exchange-span.ts';
import { answerHeaders } from './headers.ts';
import { peek, type RequestHead } from './peek.ts';
import { refuse } from './refuse.ts';
import { routingFacts } from './routing-facts.ts';
import { readWishes } from './routing-wishes.ts';
import { settle } from './settle.ts';
import { StreamOut } from './stream-out.ts';

/** One request's journey, from its body to its log line. Never throws: every end is an answer, or a client that left. */
export async function run(x: Exchange, d: ExchangeDeps): Promise<void> {
  let stream: StreamOut | undefined;
  let unwatch: (() => void) | undefined;
  let stopWatch: (() => void) | undefined;
  let permit: Permit | undefined;
  let received: Buffer | undefined;
  beginSpan(x, d);
  try {
    x.caller = d.identify(x.credential);
    permit = await admit(x, x.caller.id, d);
    received = await x.readBody();
    x.body = received;
    const pauseMs = loopPauseMs(x, received, d);
    if (pauseMs > 0) await d.clock.sleep(pauseMs, x.signal);
    x.head = peek(x.body, { manyChoices: x.dialect.manyChoices, modelInPath: x.modelInPath });
    x.dialect = x.dialect.sniff?.({ body: x.body, spans: x.head.spans, headers: x.headers, path: x.path }) ?? x.dialect;
    if (!x.dialect.manyChoices) x.head.choices = 1;
    const asked = { body: x.body, spans: x.head.spans };
    const body = hearWishes(x, x.body, x.head);
    stopWatch = watchTime(x, d);
    const group = findGroup(x, body, x.head.model, d);
    if (group.effort !== undefined) x.head.variant = effortFields(group.effort, x.dialect.name);
    if (x.head.stream) {
      const { idleMs } = d.settings.timeouts;
      stream = new StreamOut(x.reply, () => answerHeaders(x, d.clock), d.clock, x.dialect.keepAlive, idleMs);
      unwatch = d.keepAlive.watch(stream);
    }
    const routing = routingFacts(x, x.caller.id, asked, { body, head: x.head });
    await deliver(x, { head: x.head, group, routing }, stream, d);
  } catch (cause) {
    refuse(toGatewayError(cause), x, stream, d.clock);
  } finally {
    unwatch?.();
    stopWatch?.();
    permit?.release();
    countFailure(x, received, d);
    settle(x, d);
  }
}

/** A place among the exchanges that run: waits for one where there is none. */
async function admit(x: Exchange, callerId: string, { admission, clock }: ExchangeDeps): Promise<Permit> {
  const entered = admission.enter(callerId, x.signal);
  if (!(entered instanceof Promise)) return entered;
  const sinceMs = clock.now();
  try {
    return await entered;
  } finally {
    x.record.queuedMs += clock.now() - sinceMs;
  }
}

/** Takes what is said to the gateway out of the body. */
function hearWishes(x: Exchange, body: Buffer, head: RequestHead): Buffer {
  // The Messages API has no such fields: what looks like one is Anthropic's business.
  const spans = x.dialect.name === 'anthropic-messages' ? new Map<string, never>() : head.spans;
  const heard = readWishes(body, spans, x.headers);
  x.wishes = heard.wishes;
  if (heard.body !== body) {
    x.body = heard.body;
    Object.assign(head, outlineObject(heard.body));
  }
  return heard.body;
}

/** The client may want its answer sooner than the configuration does. @returns stops the watch */
function watchTime(x: Exchange, { clock }: ExchangeDeps): (() => void) | undefined {
  const { timeoutMs } = x.wishes;
  if (timeoutMs === undefined) return undefined;
  const endsAtMs = x.receivedAtMs + timeoutMs;
  if (endsAtMs >= x.deadlineAtMs) return undefined;
  x.deadlineAtMs = endsAtMs;
  const late = new GatewayError(
    'upstream-timeout',
    'The answer was not complete within the timeout that the request names.',
  );
  return clock.after(Math.max(0, endsAtMs - clock.now()), () => x.cancel(late));
}

/** @throws GatewayError `not-found`, or what the dialect says instead */
function findGroup(x: Exchange, body: Buffer, model: string, { routes }: ExchangeDeps): Group {
  try {
    return routes.find(model);
  } catch (cause) {
    const names = routes.listed().map(({ name }) => name);
    throw x.dialect.explainUnknownModel?.(body, model, names) ?? cause;
  }
}

/**
 * A request that keeps failing is slowed (see policy/repeat-guard.ts).
 * @param body as it came: what is taken out of it later must not make it another
 */
function loopPauseMs({ caller, path }: Exchange, body: Buffer, { repeats }: ExchangeDeps): number {
  return repeats.pauseMs(`${caller!.id} ${path}`, body);
}

function countFailure({ caller, path, record }: Exchange, body: Buffer | undefined, { repeats }: ExchangeDeps): void {
  if (caller === undefined || body === undefined) return;
  if (record.error === undefined) repeats.succeeded(`${caller.id} ${path}`, body);
  else if (record.error.kind !== 'client-left') repeats.failed(`${caller.id} ${path}`, body);
}
