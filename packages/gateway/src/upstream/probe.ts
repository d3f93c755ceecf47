import { toGatewayError } from '../errors/error.ts';
import type { JsonObject } from '../ir/json.ts';
import { readWhole } from '../kit/pump.ts';
import { ANTHROPIC_VERSION } from '../protocols/anthropic-messages/version.ts';
import { readAnswer } from './answer-body.ts';
import { classifyAnswer } from './classify.ts';
import type { Deployment } from './deployment.ts';
import { withFreshToken } from './tokens/refusal.ts';
import type { Transport } from './transport.ts';

/** Asks every deployment for a few tokens and says which answered, in LiteLLM's field names. */
export type Probe = () => Promise<JsonObject[]>;

const LONGEST_PROBE_MS = 60_000;
const MOST_BYTES = 64 * 1024;
/** Reasoning models refuse a limit of 1. */
const PROBE_TOKENS = 16;

export function createProbe(deployments: Deployment[], transport: Transport): Probe {
  return () =>
    Promise.all(
      deployments.map(async (deployment) => {
        const facts = { model: deployment.model, model_name: deployment.modelName, api_base: deployment.origin };
        try {
          await askForLittle(deployment, transport, new AbortController().signal);
          return facts;
        } catch (cause) {
          return { ...facts, error: toGatewayError(cause).publicMessage };
        }
      }),
    );
}

/**
 * The smallest call that a deployment can answer.
 * @returns the answer's body, for its usage
 * @throws GatewayError for everything that is no answer
 */
export async function askForLittle(
  deployment: Deployment,
  transport: Transport,
  signal: AbortSignal,
): Promise<JsonObject> {
  const once = (authentication: Record<string, string>) => askOnce(deployment, authentication, signal, transport);
  return withFreshToken(deployment, signal, () => true, once);
}

async function askOnce(
  deployment: Deployment,
  authentication: Record<string, string>,
  signal: AbortSignal,
  transport: Transport,
): Promise<JsonObject> {
  const reply = await transport.call({
    method: 'POST',
    url: deployment.url,
    headers: probeHeaders(deployment, authentication),
    body: JSON.stringify(probeBody(deployment)),
    signal,
    firstByteMs: LONGEST_PROBE_MS,
    idleMs: LONGEST_PROBE_MS,
  });
  deployment.tokens.learnClock(reply.headers['date']);
  const text = (await readWhole(reply.body, MOST_BYTES, signal)).toString('utf8');
  const body = reply.status === 200 ? readAnswer(text) : undefined;
  if (body === undefined) throw classifyAnswer(reply.status, reply.headers, text, deployment.origin);
  return body;
}

/** Also what a streamed call of the same deployment needs. */
export function probeHeaders(
  { dialect, extraHeaders }: Deployment,
  authentication: Record<string, string>,
): Record<string, string> {
  return {
    'content-type': 'application/json',
    ...(dialect === 'anthropic-messages' ? { 'anthropic-version': ANTHROPIC_VERSION } : {}),
    ...extraHeaders,
    ...authentication,
  };
}

function probeBody({ dialect, model, capabilities }: Deployment): JsonObject {
  if (dialect === 'cortex-embed') return { model, text: ['ping'] };
  const limit = dialect === 'openai-chat' ? 'max_completion_tokens' : 'max_tokens';
  const unary = dialect === 'cortex-complete' ? { stream: false } : {};
  // docs/cortex-quirks.md#effort-tiny-budget
  const effort = capabilities.tinyOutputNeedsEffort && dialect === 'openai-chat' ? capabilities.efforts[0] : undefined;
  return {
    model,
    messages: [{ role: 'user', content: 'ping' }],
    [limit]: PROBE_TOKENS,
    ...(effort === undefined ? {} : { reasoning_effort: effort }),
    ...unary,
  };
}
