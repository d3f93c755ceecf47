import { toGatewayError } from '../errors/error.ts';
import { deliver } from './deliver.ts';
import type { ExchangeDeps } from './deps.ts';
import type { Exchange } from './exchange.ts';
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
    x.head = peek(x.body);
    const plan = d.routes.plan(x.head.model);
    if (x.head.stream) {
      stream = new StreamOut(x.reply, () => answerHeaders(x, d.clock), d.clock);
      unwatch = d.keepAlive.watch(stream);
    }
    await deliver(x, x.head, plan, stream, d);
  } catch (cause) {
    refuse(toGatewayError(cause), x, stream, d.clock);
  } finally {
    unwatch?.();
    settle(x, d.log, d.clock);
  }
}
