import { toGatewayError } from '../errors/error.ts';
import { effortFields } from './dialects.ts';
import { deliver } from './deliver.ts';
import type { ExchangeDeps } from './deps.ts';
import type { Exchange } from './exchange.ts';
import type { Plan } from '../policy/route.ts';
import { answerHeaders } from './headers.ts';
import { peek } from './peek.ts';
import { refuse } from './refuse.ts';
import { settle } from './settle.ts';
import { StreamOut } from './stream-out.ts';

/** One request's journey, from its body to its log line. Never throws: every end is an answer, or a client that left. */
export async function run(x: Exchange, d: ExchangeDeps): Promise<void> {
  let stream: StreamOut | undefined;
  let unwatch: (() => void) | undefined;
  try {
    x.caller = d.identify(x.credential);
    d.admit();
    x.body = await x.readBody();
    await pauseLoop(x, d);
    x.head = peek(x.body, { manyChoices: x.dialect.manyChoices, modelInPath: x.modelInPath });
    x.dialect = x.dialect.sniff?.({ ...x, body: x.body, spans: x.head.spans }) ?? x.dialect;
    if (!x.dialect.manyChoices) x.head.choices = 1;
    const { deployments, effort } = plan(x, x.body, x.head.model, d);
    if (effort !== undefined) x.head.variant = effortFields(effort, x.dialect.name);
    if (x.head.stream) {
      stream = new StreamOut(x.reply, () => answerHeaders(x, d.clock), d.clock, x.dialect.keepAlive);
      unwatch = d.keepAlive.watch(stream);
    }
    await deliver(x, x.head, deployments, stream, d);
  } catch (cause) {
    refuse(toGatewayError(cause), x, stream, d.clock);
  } finally {
    unwatch?.();
    countFailure(x, d);
    settle(x, d);
  }
}

/** @throws GatewayError `not-found`, or what the dialect says instead */
function plan(x: Exchange, body: Buffer, model: string, { routes }: ExchangeDeps): Plan {
  try {
    return routes.plan(model);
  } catch (cause) {
    const names = routes.listed().map(({ name }) => name);
    throw x.dialect.explainUnknownModel?.(body, model, names) ?? cause;
  }
}

/** A request that keeps failing is slowed (see policy/repeat-guard.ts). */
async function pauseLoop(x: Exchange, { repeats, clock }: ExchangeDeps): Promise<void> {
  const pauseMs = repeats.pauseMs(`${x.caller!.id} ${x.path}`, x.body!);
  if (pauseMs > 0) await clock.sleep(pauseMs, x.signal);
}

function countFailure({ caller, path, body, record }: Exchange, { repeats }: ExchangeDeps): void {
  if (caller === undefined || body === undefined) return;
  if (record.error === undefined) repeats.succeeded(`${caller.id} ${path}`, body);
  else if (record.error.kind !== 'client-left') repeats.failed(`${caller.id} ${path}`, body);
}
