import { GatewayError, toGatewayError } from '../errors/error.ts';
import { type JsonObject, isObject } from '../ir/json.ts';
import type { Usage } from '../ir/usage.ts';
import { sumUsage, totalTokens } from '../ir/usage.ts';
import { outlineObject } from '../kit/json-span.ts';
import { readWhole } from '../kit/pump.ts';
import { batchTexts, readEmbedAnswer, writeEmbedBody } from '../protocols/cortex-embed/index.ts';
import { readEmbeddingRequest, requireNativeSize, writeEmbeddingAnswer } from '../protocols/openai-embeddings/index.ts';
import { findEmbeddingModel } from '../upstream/catalogue.ts';
import { classifyAnswer } from '../upstream/classify.ts';
import { classifyCut } from '../upstream/classify-transport.ts';
import type { Deployment } from '../upstream/deployment.ts';
import { withFreshToken } from '../upstream/tokens/refusal.ts';
import { callUpstream } from './ask.ts';
import { beginAttempt } from './attempt-span.ts';
import { attempts } from './attempts.ts';
import { parseAnswer } from './client-request.ts';
import type { ExchangeDeps } from './deps.ts';
import { fallBack } from './fall-back.ts';
import { occupy } from './occupy.ts';
import type { Ended } from './ended.ts';
import { readWishes } from './routing-wishes.ts';

const MOST_ANSWER_BYTES = 256 * 1024 * 1024;

/**
 * `POST /v1/embeddings`: texts in batches of a size that Cortex takes, vectors back in order.
 * @param x what came of it is written into its record
 * @throws GatewayError for what is wrong with the body, the model, or the upstream
 */
export async function embed(body: JsonObject, x: Ended, signal: AbortSignal, d: ExchangeDeps): Promise<JsonObject> {
  const request = readEmbeddingRequest(body);
  x.head = { model: request.model, stream: false };
  const group = d.routes.find(request.model);
  const { routing, timeouts } = d.settings;
  const { wishes } = readWishes(x.body!, outlineObject(x.body!).spans, x.headers);
  const { tags, fallbacks: named } = wishes;
  const deadlineAtMs = x.receivedAtMs + timeouts.totalMs;
  const mayRetry = () => true;
  let answered: JsonObject | undefined;
  const families = { group, asked: request.model, named, most: routing.maxFallbacks, mayRetry, signal };
  await fallBack({ ...families, routes: d.routes, router: d.router }, async (candidate) => {
    const deployments = d.router.order(candidate, { tags, promptTokens: 0, conversation: undefined });
    const own = {
      deployments,
      retries: wishes.retries ?? deployments[0]!.retries ?? d.settings.retries,
      retryPolicy: { ...routing.retryPolicy, ...routing.modelRetryPolicy[candidate.name] },
    };
    const options = { ...own, mayRetry, deadlineAtMs, signal, clock: d.clock, random: d.random };
    await attempts(options, async ({ deployment, fresh }) => {
      if (deployment.dialect !== 'cortex-embed') throw notAnEmbedder(request.model);
      requireNativeSize(request, findEmbeddingModel(deployment.model)?.dimensions ?? request.dimensions ?? 0);
      x.record.deployment = deployment;
      const vectors = await embedAll(
        request.texts,
        deployment,
        { fresh, alone: deployments.length === 1 },
        x,
        signal,
        d,
      );
      const { format, model } = request;
      answered = { ...writeEmbeddingAnswer(vectors, { model, format, usage: x.record.usage! }) };
    });
  });
  return answered!;
}

/** Roughly; rate limits need no more. */
const CHARACTERS_PER_TOKEN = 4;

/** All texts at one deployment, batch after batch, each within its rate limits. */
async function embedAll(
  all: string[],
  deployment: Deployment,
  { fresh, alone }: { fresh: boolean; alone: boolean },
  x: Ended,
  signal: AbortSignal,
  d: ExchangeDeps,
): Promise<number[][]> {
  const vectors: number[][] = [];
  const usages: Usage[] = [];
  const visitor = { callerId: x.caller!.id, signal, alone, record: x.record };
  for (const texts of batchTexts(all)) {
    const tokens = Math.ceil(texts.reduce((sum, text) => sum + text.length, 0) / CHARACTERS_PER_TOKEN);
    await occupy(deployment, { ...visitor, tokens }, d, async () => {
      x.record.attempts += 1;
      const sentAtMicros = d.clock.micros();
      const batch = await withFreshToken(
        deployment,
        signal,
        () => true,
        (authentication) => embedBatch(texts, deployment, { authentication, signal, fresh }, x, d),
      );
      const tookMicros = d.clock.micros() - sentAtMicros;
      x.record.upstreamWaitMicros += tookMicros;
      vectors.push(...batch.vectors);
      usages.push(batch.usage);
      return { tokens: totalTokens(batch.usage) };
    });
  }
  x.record.usage = sumUsage(usages);
  return vectors;
}

interface EmbedCall {
  authentication: Record<string, string>;
  signal: AbortSignal;
  fresh: boolean;
}

interface EmbeddedBatch {
  vectors: number[][];
  usage: Usage;
}

async function embedBatch(
  texts: string[],
  deployment: Deployment,
  call: EmbedCall,
  x: Ended,
  d: ExchangeDeps,
): Promise<EmbeddedBatch> {
  const span = beginAttempt(x, deployment);
  try {
    const batch = await askBatch(texts, deployment, call, span.traceHeaders, x, d);
    span.end({ usage: batch.usage, status: x.record.upstreamStatus, requestId: x.record.upstreamRequestId });
    return batch;
  } catch (cause) {
    span.end({ error: toGatewayError(cause) });
    throw cause;
  }
}

async function askBatch(
  texts: string[],
  deployment: Deployment,
  call: EmbedCall,
  traceHeaders: Record<string, string>,
  { record }: Ended,
  d: ExchangeDeps,
): Promise<EmbeddedBatch> {
  const body = JSON.stringify(writeEmbedBody(deployment.model, texts));
  const headers = { accept: 'application/json', ...traceHeaders };
  const reply = await callUpstream(deployment, { ...call, headers, body }, d);
  deployment.tokens.learnClock(reply.headers['date']);
  const requestId = reply.headers['x-snowflake-request-id'];
  record.upstreamStatus = reply.status;
  record.simulated = reply.headers['x-couloir-sandbox'] === '1';
  if (typeof requestId === 'string') record.upstreamRequestId = requestId;
  const bytes = await readWhole(reply.body, MOST_ANSWER_BYTES, call.signal).catch((cause: unknown) => {
    throw call.signal.aborted ? call.signal.reason : classifyCut(cause, d.nameOf(deployment), record.upstreamRequestId);
  });
  if (reply.status !== 200)
    throw classifyAnswer(reply.status, reply.headers, bytes.toString('utf8'), d.nameOf(deployment));
  const answer = parseAnswer(bytes, deployment.origin);
  if (!isObject(answer) || answer.data === undefined)
    throw classifyAnswer(200, reply.headers, bytes.toString('utf8'), d.nameOf(deployment));
  if (typeof requestId === 'string') record.answeredRequestIds.push(requestId);
  return readEmbedAnswer(answer, texts.length);
}

function notAnEmbedder(model: string): GatewayError {
  return new GatewayError(
    'invalid-request',
    `The model "${model}" does not make embeddings. Use one like "snowflake-arctic-embed-l-v2.0".`,
    { param: 'model' },
  );
}
