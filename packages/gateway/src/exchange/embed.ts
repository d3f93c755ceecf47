import { GatewayError } from '../errors/error.ts';
import { type JsonObject, isObject } from '../ir/json.ts';
import type { Usage } from '../ir/usage.ts';
import { sumUsage } from '../ir/usage.ts';
import { readWhole } from '../kit/pump.ts';
import { batchTexts, readEmbedAnswer, writeEmbedBody } from '../protocols/cortex-embed/index.ts';
import { readEmbeddingRequest, requireNativeSize, writeEmbeddingAnswer } from '../protocols/openai-embeddings/index.ts';
import { findEmbeddingModel } from '../upstream/catalogue.ts';
import { classifyAnswer } from '../upstream/classify.ts';
import type { Deployment } from '../upstream/deployment.ts';
import { withFreshToken } from '../upstream/tokens/refusal.ts';
import { callUpstream } from './ask.ts';
import { attempts } from './attempts.ts';
import { parseAnswer } from './client-request.ts';
import type { ExchangeDeps } from './deps.ts';

const MOST_ANSWER_BYTES = 256 * 1024 * 1024;

/**
 * `POST /v1/embeddings`: texts in batches of a size that Cortex takes, vectors back in order.
 * @throws GatewayError for what is wrong with the body, the model, or the upstream
 */
export async function embed(
  body: JsonObject,
  signal: AbortSignal,
  d: ExchangeDeps,
): Promise<{ answer: JsonObject; deployment: Deployment }> {
  const request = readEmbeddingRequest(body);
  const plan = d.routes.plan(request.model).deployments;
  let answered: { answer: JsonObject; deployment: Deployment } | undefined;
  const retry = { retries: plan[0]!.retries ?? d.settings.retries, mayRetry: () => true };
  await attempts({ plan, ...retry, signal, clock: d.clock, random: d.random }, async (deployment) => {
    if (deployment.dialect !== 'cortex-embed') throw notAnEmbedder(request.model);
    requireNativeSize(request, findEmbeddingModel(deployment.model)?.dimensions ?? request.dimensions ?? 0);
    const vectors: number[][] = [];
    const usages: Usage[] = [];
    for (const texts of batchTexts(request.texts)) {
      const send = (authentication: Record<string, string>) => embedBatch(texts, deployment, authentication, signal, d);
      const batch = await withFreshToken(deployment, signal, retry.mayRetry, send);
      vectors.push(...batch.vectors);
      usages.push(batch.usage);
    }
    const { format, model } = request;
    const answer = { ...writeEmbeddingAnswer(vectors, { model, format, usage: sumUsage(usages) }) };
    answered = { answer, deployment };
  });
  return answered!;
}

async function embedBatch(
  texts: string[],
  deployment: Deployment,
  authentication: Record<string, string>,
  signal: AbortSignal,
  d: ExchangeDeps,
): Promise<{ vectors: number[][]; usage: Usage }> {
  const body = JSON.stringify(writeEmbedBody(deployment.model, texts));
  const reply = await callUpstream(deployment, authentication, body, { accept: 'application/json' }, signal, d);
  const bytes = await readWhole(reply.body, MOST_ANSWER_BYTES, signal);
  if (reply.status !== 200)
    throw classifyAnswer(reply.status, reply.headers, bytes.toString('utf8'), d.nameOf(deployment));
  const answer = parseAnswer(bytes, deployment.origin);
  if (!isObject(answer) || answer.data === undefined)
    throw classifyAnswer(200, reply.headers, bytes.toString('utf8'), d.nameOf(deployment));
  return readEmbedAnswer(answer, texts.length);
}

function notAnEmbedder(model: string): GatewayError {
  return new GatewayError(
    'invalid-request',
    `The model "${model}" does not make embeddings. Use one like "snowflake-arctic-embed-l-v2.0".`,
    { param: 'model' },
  );
}
