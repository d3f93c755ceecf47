import { GatewayError } from '../errors/error.ts';
import type { StreamEvent } from '../ir/event.ts';
import { guardGrammar } from '../ir/grammar.ts';
import { repairHistory } from '../ir/history.ts';
import { placeCacheMarks } from '../ir/prompt-caching.ts';
import { type Transducer, compose } from '../ir/transducer.ts';
import { mergeUsage } from '../ir/usage.ts';
import { sseReader } from '../kit/sse.ts';
import { asksForFunctionCalls } from '../protocols/openai-chat/legacy-functions.ts';
import type { UpstreamCodec } from '../protocols/codec.ts';
import type { Deployment } from '../upstream/deployment.ts';
import { explainFailure } from '../upstream/classify.ts';
import { historyRulesOf } from '../upstream/history-rules.ts';
import { type ClientRequest, parseAnswer } from './client-request.ts';
import type { ExchangeDeps } from './deps.ts';
import type { Exchange } from './exchange.ts';
import type { Lane, Observation } from './lanes.ts';
import { collectThoughts } from './thinking-memory.ts';

const MOST_CACHE_MARKS = 4;

/**
 * Dialects differ: the request is read into the IR, repaired for the target and written in its dialect;
 * the answer comes back the same way. The upstream is always asked to stream, because Cortex sends
 * nothing of a unary answer before all of it is ready (docs/decisions/0004-translated-lane-streams.md).
 */
export function translatedLane(
  x: Exchange,
  read: ClientRequest,
  deployment: Deployment,
  codec: UpstreamCodec,
  { memory, nameOf }: Pick<ExchangeDeps, 'memory' | 'nameOf'>,
): Lane {
  const callerId = x.caller!.id;
  const recalled = memory.recall(callerId, read.request);
  const repaired = repairHistory(recalled, historyRulesOf(deployment));
  const { cacheMinTokens } = deployment.capabilities;
  const marked =
    deployment.promptCaching === 'auto' && cacheMinTokens > 0
      ? placeCacheMarks(repaired.request, { minTokens: cacheMinTokens, maxMarks: MOST_CACHE_MARKS })
      : repaired.request;
  const written = codec.writeRequest(
    { ...marked, stream: true },
    { model: deployment.model, capabilities: deployment.capabilities },
  );

  const legacyFunctions = asksForFunctionCalls(read.body);
  const seen: Observation = { content: false };
  const thoughts = collectThoughts();
  const listen = each((heard: StreamEvent): StreamEvent => {
    const event = heard.type === 'error' ? { ...heard, error: explainFailure(heard.error, nameOf(deployment)) } : heard;
    observe(event, seen);
    thoughts.hear(event);
    if (event.type === 'stop') memory.remember(callerId, thoughts.parts());
    return event;
  });
  const upstreamEvents = (streamed: boolean) =>
    streamed
      ? compose(compose(compose(sseReader(), codec.reader(written.reading)), guardGrammar(illegalAnswer)), listen)
      : compose(
          wholeBody((bytes) => codec.readMessage(parseAnswer(bytes, deployment.origin), written.reading)),
          listen,
        );

  return {
    name: 'translated',
    body: JSON.stringify(written.body),
    headers: written.headers,
    notes: [...read.notes, ...repaired.notes, ...written.notes],
    streams: true,
    seen,
    stream: (options, streamed) =>
      compose(upstreamEvents(streamed), x.dialect.codec.writer({ ...options, legacyFunctions })),
    message(bytes, streamed, options) {
      const events = upstreamEvents(streamed);
      return x.dialect.codec.writeMessage([...events.push(bytes), ...events.end()], { ...options, legacyFunctions });
    },
  };
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

function each<T>(change: (item: T) => T): Transducer<T, T> {
  return { push: (item) => [change(item)], end: () => [] };
}

/** For what can only be read when all of it is there. */
function wholeBody<O>(read: (bytes: Buffer) => O[]): Transducer<Uint8Array, O> {
  const chunks: Uint8Array[] = [];
  return {
    push(bytes) {
      chunks.push(bytes);
      return [];
    },
    end: () => read(Buffer.concat(chunks)),
  };
}
