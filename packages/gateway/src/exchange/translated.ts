import { GatewayError } from '../errors/error.ts';
import type { StreamEvent } from '../ir/event.ts';
import { guardGrammar } from '../ir/grammar.ts';
import { repairHistory } from '../ir/history.ts';
import type { JsonObject } from '../ir/json.ts';
import type { Note } from '../ir/note.ts';
import type { GenerateRequest } from '../ir/request.ts';
import { MOST_CACHE_MARKS, noteCacheMarks, placeCacheMarks } from '../ir/prompt-caching.ts';
import { type Transducer, compose, each } from '../ir/transducer.ts';
import { mergeUsage } from '../ir/usage.ts';
import { lowerFreeform, raiseFreeform } from '../ir/freeform.ts';
import type { WriterOptions } from '../protocols/codec.ts';
import type { Deployment } from '../upstream/deployment.ts';
import { explainFailure } from '../upstream/classify.ts';
import { historyRulesOf } from '../upstream/history-rules.ts';
import { nameForClient } from './client-paths.ts';
import type { ClientRequest } from './client-request.ts';
import type { ExchangeDeps } from './deps.ts';
import type { Exchange } from './exchange.ts';
import type { Lane, Observation } from './lanes.ts';
import type { AnswerHistory } from './response-history.ts';
import { type HeardText, runningText } from './running-text.ts';
import { askUpstream } from './upstream-dialect.ts';
import { collectThoughts, withoutSeals } from './thinking-memory.ts';

/**
 * Dialects differ: the request is read into the IR, repaired for the target and written in its dialect;
 * the answer comes back the same way. The upstream is always asked to stream, because Cortex sends
 * nothing of a unary answer before all of it is ready (docs/decisions/0004-translated-lane-streams.md).
 */
export function translatedLane(x: Exchange, read: ClientRequest, deployment: Deployment, d: ExchangeDeps): Lane {
  const repaired = repair(x, read.request, deployment, d);
  const lowered = lowerFreeform(markCaches(repaired.request, deployment));
  const sent = askUpstream({ ...lowered.request, stream: true }, deployment, d.settings.disabledMends);
  // All that the answer needs of the request: what is held until its end must not hold the conversation, too.
  const { reader, readMessage } = sent;
  const { names } = lowered;
  const echoed = withoutConversation(read.asked);
  const keeping = keepingOf(x, read);
  const seen: Observation = { content: false };

  const events = (
    options: WriterOptions,
    whole: JsonObject | undefined,
    heard: HeardText,
  ): Transducer<Uint8Array, StreamEvent> => {
    const answer =
      whole === undefined
        ? compose(reader(options, heard), guardGrammar(illegalAnswer))
        : atItsEnd(() => readMessage(whole, options));
    const raised = compose(answer, raiseFreeform(names));
    return unlessCut(compose(raised, listen(x, keeping, deployment, options, seen, d)), seen);
  };

  return {
    name: 'translated',
    body: JSON.stringify(sent.body),
    headers: sent.headers,
    notes: [
      ...read.notes,
      ...noteCaches(read.request, deployment),
      ...nameForClient([...repaired.notes, ...sent.notes], read),
    ],
    streams: true,
    seen,
    stream(options, whole) {
      const told = { ...options, body: echoed };
      const heard: HeardText = { words: '' };
      const answer = compose(events(told, whole, heard), x.dialect.codec.writer(told));
      const passesWords = x.dialect.codec.passesWords === true && names.size === 0;
      return whole === undefined && passesWords ? runningText(answer, heard) : answer;
    },
    message({ bytes, json }, options) {
      const told = { ...options, body: echoed };
      const answer = events(told, json, { words: '' });
      return x.dialect.codec.writeMessage([...answer.push(bytes), ...answer.end()], told);
    },
  };
}

/** A connection that broke ends no answer, also where the dialect takes the end of the body for one (docs/cortex-quirks.md#complete-no-terminal-event). */
function unlessCut(
  answer: Transducer<Uint8Array, StreamEvent>,
  seen: Observation,
): Transducer<Uint8Array, StreamEvent> {
  return {
    push: (bytes) => answer.push(bytes),
    end() {
      if (seen.cut === undefined) return answer.end();
      seen.error = seen.cut;
      return [{ type: 'error', error: seen.cut }];
    },
  };
}

/** The request with the thoughts its client could not echo, in a history that the target accepts. */
function repair(
  x: Exchange,
  request: GenerateRequest,
  deployment: Deployment,
  { memory }: ExchangeDeps,
): ReturnType<typeof repairHistory> {
  const rules = historyRulesOf(deployment);
  const recalled = memory.recall(x.caller!.id, deployment.model, request);
  const accepted =
    x.withoutThoughts === true
      ? withoutSeals(request)
      : memory.refused.leaveOut(x.caller!.id, deployment.model, recalled);
  const repaired = repairHistory(accepted, rules);
  if (accepted === recalled) return repaired;
  const because =
    x.withoutThoughts === true
      ? 'the upstream refused a thought of the history, so it was asked again without them'
      : 'the upstream has refused these thoughts before, so they were left out';
  return { ...repaired, notes: [{ code: 'seal-dropped', path: 'turns[].parts[]', because }, ...repaired.notes] };
}

function noteCaches(request: GenerateRequest, { provider, capabilities }: Deployment): Note[] {
  if (provider !== 'cortex') return [];
  return noteCacheMarks(request, { minTokens: capabilities.cacheMinTokens, maxMarks: MOST_CACHE_MARKS });
}

function markCaches(request: GenerateRequest, { promptCaching, capabilities }: Deployment): GenerateRequest {
  const minTokens = capabilities.cacheMinTokens;
  if (promptCaching === 'off' || minTokens === 0) return request;
  return placeCacheMarks(request, { minTokens, maxMarks: MOST_CACHE_MARKS });
}

/** Fields that hold the conversation and that no answer repeats. The Responses API's `input` may bring tools, which it does. */
const CONVERSATION: ReadonlySet<string> = new Set(['messages', 'system', 'prompt']);

function withoutConversation(asked: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(asked).filter(([field]) => !CONVERSATION.has(field)));
}

/** An answer that later requests may refer to, and the request that it will be kept with. */
interface Keeping {
  history: AnswerHistory;
  body: JsonObject;
}

function keepingOf({ dialect: { history } }: Exchange, { asked, body }: ClientRequest): Keeping | undefined {
  return history?.keeps(asked) === true ? { history, body } : undefined;
}

/** Hears the passing answer: for the log and the retry, for the memory of thoughts, and to keep it where it was asked for. */
function listen(
  x: Exchange,
  keeping: Keeping | undefined,
  deployment: Deployment,
  options: WriterOptions,
  seen: Observation,
  { memory, nameOf, responses, log }: ExchangeDeps,
): Transducer<StreamEvent, StreamEvent> {
  const callerId = x.caller!.id;
  const thoughts = collectThoughts();
  const kept: StreamEvent[] = [];
  return each((heard) => {
    const event =
      heard.type === 'error'
        ? { ...heard, error: explainFailure(heard.error, nameOf(deployment), options.upstreamRequestId) }
        : heard;
    observe(event, seen);
    thoughts.hear(event);
    if (event.type === 'stop') memory.remember(callerId, deployment.model, thoughts.parts());
    if (keeping !== undefined) {
      kept.push(event);
      // Before the client hears that the answer is complete, and may ask for it.
      if (event.type === 'end') keep(keeping.history.keep(kept, options, keeping.body, callerId, responses), log);
    }
    return event;
  });
}

/** An answer that cannot be kept is still an answer: the client gets it, the operator is told. */
function keep(kept: Promise<void>, log: ExchangeDeps['log']): void {
  kept.catch((cause: unknown) => log.error({ event: 'response-not-kept', err: cause }));
}

function illegalAnswer(violation: string): GatewayError {
  return new GatewayError(
    'upstream-broken',
    `The answer of the upstream was not well formed: ${violation}. Try again.`,
    { retry: 'same' },
  );
}

function observe(event: StreamEvent, seen: Observation): void {
  if (event.type === 'delta' || (event.type === 'open' && event.part.kind !== 'text' && event.part.kind !== 'thinking'))
    seen.content = true;
  if (event.type === 'usage') seen.usage = mergeUsage(seen.usage, event.usage);
  if (event.type === 'stop') seen.stop = event.reason;
  if (event.type === 'error') seen.error = event.error;
}

/** For what was read beside the bytes. */
function atItsEnd<O>(read: () => O[]): Transducer<Uint8Array, O> {
  return { push: () => [], end: read };
}
