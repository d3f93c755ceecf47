import { toGatewayError } from '../errors/error.ts';
import type { JsonObject } from '../ir/json.ts';
import { readWhole } from '../kit/pump.ts';
import { classifyAnswer } from './classify.ts';
import type { Deployment } from './deployment.ts';
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
          await probeOne(deployment, transport);
          return facts;
        } catch (cause) {
          return { ...facts, error: toGatewayError(cause).publicMessage };
        }
      }),
    );
}

async function probeOne(deployment: Deployment, transport: Transport): Promise<void> {
  const { signal } = new AbortController();
  const limit = deployment.dialect === 'anthropic-messages' ? 'max_tokens' : 'max_completion_tokens';
  const reply = await transport.call({
    method: 'POST',
    url: deployment.url,
    headers: {
      'content-type': 'application/json',
      ...(deployment.dialect === 'anthropic-messages' ? { 'anthropic-version': '2023-06-01' } : {}),
      ...deployment.extraHeaders,
      ...(await deployment.tokens.headersFor(deployment.origin)),
    },
    body: JSON.stringify({
      model: deployment.model,
      messages: [{ role: 'user', content: 'ping' }],
      [limit]: PROBE_TOKENS,
    }),
    signal,
    firstByteMs: LONGEST_PROBE_MS,
    idleMs: LONGEST_PROBE_MS,
  });
  const body = await readWhole(reply.body, MOST_BYTES, signal);
  if (reply.status !== 200) throw classifyAnswer(reply.status, reply.headers, body.toString('utf8'), deployment.origin);
}
