import { parseBody } from '../../exchange/client-request.ts';
import type { ExchangeDeps } from '../../exchange/deps.ts';
import { CHAT } from '../../exchange/dialects.ts';
import { embed } from '../../exchange/embed.ts';
import { beginSpan } from '../../exchange/exchange-span.ts';
import { newRecord } from '../../exchange/new-record.ts';
import type { Ended } from '../../exchange/ended.ts';
import { answerHeaders } from '../../exchange/headers.ts';
import { retryHeaders } from '../../exchange/refuse.ts';
import { settle } from '../../exchange/settle.ts';
import { toGatewayError } from '../../errors/error.ts';
import type { Permit } from '../../policy/admission/admission.ts';
import { timedId } from '../../kit/random.ts';
import { readBody } from '../body.ts';
import { credentialOf } from '../credential.ts';
import { pathOf } from '../router.ts';
import { untilGone } from './keyed-page.ts';
import { answer, type PageHandler, type Visit } from './page.ts';

/**
 * `POST /v1/embeddings`. No exchange of a conversation, but admitted, slowed, logged, recorded and measured as one,
 * however it ends.
 */
export function embeddingsPage(deps: ExchangeDeps): PageHandler {
  return async (visit) => {
    const { request, response } = visit;
    const signal = untilGone(visit);
    const ended = beginEmbedding(visit, deps);
    let permit: Permit | undefined;
    try {
      ended.caller = deps.identify(credentialOf(request.headers));
      const admitted = deps.admission.enter(ended.caller.id, signal);
      permit = admitted instanceof Promise ? await admitted : admitted;
      ended.record.queuedMs += permit.queuedMs;
      ended.body = await readBody(request);
      const pauseMs = deps.repeats.pauseMs(`${ended.caller.id} ${ended.path}`, ended.body);
      if (pauseMs > 0) await deps.clock.sleep(pauseMs, signal);
      const vectors = await embed(parseBody(ended.body), ended, signal, deps);
      answer(response, 200, vectors, answerHeaders(ended, deps.clock));
    } catch (cause) {
      refuse(cause, ended, visit, deps);
    } finally {
      permit?.release();
      countFailure(ended, deps);
      settle(ended, deps);
    }
  };
}

function beginEmbedding({ request }: Visit, deps: ExchangeDeps): Ended {
  const receivedAtMs = deps.clock.now();
  const ended: Ended = {
    requestId: timedId(receivedAtMs, deps.random),
    path: pathOf(request.url),
    headers: request.headers,
    dialect: { name: 'openai-embeddings' },
    receivedAtMs,
    receivedAtMicros: deps.clock.micros(),
    record: newRecord(),
  };
  beginSpan(ended, deps);
  return ended;
}

/** OpenAI's endpoints share their envelope; the id in it is the log line's. */
function refuse(cause: unknown, ended: Ended, { response }: Visit, { clock }: ExchangeDeps): void {
  const error = toGatewayError(cause);
  ended.record.error = error;
  if (error.kind === 'client-left') return;
  const headers = { ...answerHeaders(ended, clock), ...retryHeaders(error) };
  answer(response, error.status, { ...CHAT.codec.writeError(error, ended.requestId) }, headers);
}

function countFailure({ caller, path, body, record: { error } }: Ended, { repeats }: ExchangeDeps): void {
  if (caller === undefined || body === undefined) return;
  if (error === undefined) repeats.succeeded(`${caller.id} ${path}`, body);
  else if (error.kind !== 'client-left') repeats.failed(`${caller.id} ${path}`, body);
}
