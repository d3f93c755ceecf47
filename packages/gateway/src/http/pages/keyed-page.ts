import { GatewayError, toGatewayError } from '../../errors/error.ts';
import type { ExchangeDeps } from '../../exchange/deps.ts';
import type { Caller } from '../../policy/identify.ts';
import { readBody } from '../body.ts';
import { credentialOf } from '../credential.ts';
import type { PageHandler, Visit } from './page.ts';

/** A visit by somebody who has a key. */
export interface KeyedVisit extends Visit {
  caller: Caller;
  /** Empty where none was sent. */
  body: Buffer;
  /** Aborted when the client leaves. */
  signal: AbortSignal;
}

/** What lies beyond it tells no two requests apart. */
const LONGEST_TARGET = 1_000;

type KeyedPageHandler = (visit: KeyedVisit) => void | Promise<void>;

type KeyedPageDeps = Pick<ExchangeDeps, 'identify' | 'repeats' | 'clock'>;

/** Pages for those who have a key. The very same request, failing over and over, is slowed as exchanges are (policy/repeat-guard.ts). */
export function keyedPages<Name extends string>(
  pages: Record<Name, KeyedPageHandler>,
  deps: KeyedPageDeps,
): Record<Name, PageHandler> {
  const entries = Object.entries<KeyedPageHandler>(pages).map(([name, page]) => [name, keyedPage(page, deps)]);
  return Object.fromEntries(entries) as Record<Name, PageHandler>;
}

function keyedPage(page: KeyedPageHandler, { identify, repeats, clock }: KeyedPageDeps): PageHandler {
  return async (visit) => {
    const { request } = visit;
    const caller = identify(credentialOf(request.headers));
    const signal = untilGone(visit);
    const body = await readBody(request);
    const asker = `${caller.id} ${request.method} ${request.url?.slice(0, LONGEST_TARGET)}`;
    const pauseMs = repeats.pauseMs(asker, body);
    if (pauseMs > 0) await clock.sleep(pauseMs, signal);
    try {
      await page({ ...visit, caller, body, signal });
      repeats.succeeded(asker, body);
    } catch (cause) {
      if (toGatewayError(cause).kind !== 'client-left') repeats.failed(asker, body);
      throw cause;
    }
  };
}

/** Aborted when the client leaves before its answer is complete. */
export function untilGone({ response }: Visit): AbortSignal {
  const gone = new AbortController();
  response.on('close', () => {
    if (!response.writableFinished) gone.abort(new GatewayError('client-left', 'The client closed the connection.'));
  });
  return gone.signal;
}
