/** Mends over a stream: each event is parsed at most once, edited by all of them in order, and serialised at most once. */
import { GatewayError, toGatewayError } from '../../errors/error.ts';
import { isObject, type JsonObject, parseObject } from '../../ir/json.ts';
import type { Transducer } from '../../ir/transducer.ts';
import type { SseEvent } from '../../kit/sse.ts';
import { isFailure } from '../../protocols/answer-error.ts';
import { cutError } from '../../protocols/openai-error.ts';
import { classifyAnswer, withUpstreamId } from '../classify.ts';
import type { AnswerContext, AnswerMend, MendOptions } from './mend.ts';
import { DONE, type Outlet } from './outlets.ts';
import { wordsAlone } from './words-alone.ts';

/**
 * A legal chat stream whatever comes in: an error inside the stream, a chunk that is not JSON, or an end
 * without `[DONE]` becomes an error, and nothing follows it.
 */
export function mendEvents<O>(
  mends: readonly AnswerMend[],
  options: MendOptions,
  outlet: Outlet<O>,
): Transducer<SseEvent, O> {
  const context: AnswerContext = { ...options, findings: {} };
  const chain = chainSteps(mends.flatMap((mend) => toSteps(mend, context)));
  const heedsWords = mends.some((mend) => mend.heedsWords?.(context) === true);
  let over = false;
  const fail = (failure: GatewayError): O[] => {
    over = true;
    const error = withUpstreamId(failure, options.upstreamRequestId);
    options.watch?.failure?.(error);
    return outlet.fail(error);
  };
  const tell = (chunks: JsonObject[]): O[] =>
    chunks.length === 1 ? outlet.chunk(chunks[0]!) : chunks.flatMap((chunk) => outlet.chunk(chunk));
  return {
    push(event) {
      if (over || event.data === '') return [];
      try {
        if (event.data.trim() === DONE) {
          over = true;
          return [...tell(chain.end()), ...outlet.done()];
        }
        const chunk = parseObject(event.data);
        if (chunk === undefined) return fail(garbled());
        if (event.event === 'error' || isFailure(chunk)) return fail(readFailure(chunk, event.data));
        if (!Array.isArray(chunk.choices)) return [];
        options.watch?.chunk?.(chunk);
        if (!heedsWords) options.watch?.text?.(wordsAlone(chunk));
        return tell(chain.push(chunk));
      } catch (cause) {
        // What one of the mends ends the answer with.
        return fail(toGatewayError(cause));
      }
    },
    end: () => (over ? [] : fail(cutError())),
  };
}

/** The error that a failure's body tells of. Inside a 200 its code may be a status; else it counts as the upstream's own failure. */
export function readFailure(body: JsonObject, text: string): GatewayError {
  const inner = isObject(body.error) ? body.error : body;
  const code = Number(inner.code ?? inner.status);
  return classifyAnswer(code >= 400 && code < 600 ? code : 500, {}, text, 'Snowflake');
}

/** A mend at work on one answer: an editor of single chunks, or a state machine. */
type Step = { edit(chunk: JsonObject): void } | Transducer<JsonObject, JsonObject>;

function toSteps(mend: AnswerMend, context: AnswerContext): Step[] {
  const edit = mend.edit?.(context);
  const stream = mend.stream?.(context);
  return [...(edit === undefined ? [] : [{ edit }]), ...(stream === undefined ? [] : [stream])];
}

/** The same as composing the steps, in one loop: this runs for every token of every stream. */
function chainSteps(steps: readonly Step[]): Transducer<JsonObject, JsonObject> {
  const passFrom = (start: number, chunks: JsonObject[]): JsonObject[] => {
    let current = chunks;
    for (let at = start; at < steps.length && current.length > 0; at += 1) {
      const step = steps[at]!;
      if ('edit' in step) for (const chunk of current) step.edit(chunk);
      else current = current.length === 1 ? step.push(current[0]!) : current.flatMap((chunk) => step.push(chunk));
    }
    return current;
  };
  return {
    push: (chunk) => passFrom(0, [chunk]),
    end: () => steps.flatMap((step, at) => ('edit' in step ? [] : passFrom(at + 1, step.end()))),
  };
}

function garbled(): GatewayError {
  return new GatewayError('upstream-broken', 'The model sent a piece of its answer that is not JSON. Try again.', {
    retry: 'same',
  });
}
