/** The models that Snowflake lists for an account, as `GET /api/v2/cortex/models` tells. */
import { GatewayError } from '../errors/error.ts';
import { isObject, parseJson } from '../ir/json.ts';
import { readWhole } from '../kit/pump.ts';
import { classifyAnswer } from './classify.ts';
import { withFreshToken } from './tokens/refusal.ts';
import type { TokenSource } from './tokens/source.ts';
import type { Transport } from './transport.ts';

interface LiveModelsQuestion {
  /** `CortexAddress.urls.models`. */
  url: string;
  tokens: TokenSource;
  transport: Transport;
  userAgent: string;
  /** Whose session it is: `Deployment.extraHeaders` names the role. */
  extraHeaders?: Record<string, string>;
  signal: AbortSignal;
}

const LONGEST_WAIT_MS = 20_000;
const MOST_BYTES = 1024 * 1024;

/**
 * Asks once, with a token that is renewed where it was refused.
 * @returns names in Cortex's spelling, in the order of the list
 * @throws GatewayError when Snowflake does not tell
 */
export async function fetchLiveModels(question: LiveModelsQuestion): Promise<string[]> {
  const { url, tokens, signal } = question;
  const place = { tokens, origin: new URL(url).origin };
  return withFreshToken(
    place,
    signal,
    () => true,
    (authentication) => fetchNames(question, authentication),
  );
}

/** A GET that wants a body: without one it answers 415 or 400 (docs/cortex-quirks.md#models-endpoint). */
async function fetchNames(
  { url, tokens, transport, userAgent, extraHeaders, signal }: LiveModelsQuestion,
  authentication: Record<string, string>,
): Promise<string[]> {
  const reply = await transport.call({
    method: 'GET',
    url,
    headers: {
      'content-type': 'application/json',
      accept: 'application/json',
      'user-agent': userAgent,
      ...extraHeaders,
      ...authentication,
    },
    body: '{}',
    signal,
    firstByteMs: LONGEST_WAIT_MS,
    idleMs: LONGEST_WAIT_MS,
  });
  tokens.learnClock(reply.headers['date']);
  const text = (await readWhole(reply.body, MOST_BYTES, signal)).toString('utf8');
  const names = reply.status === 200 ? readNames(text) : undefined;
  if (names !== undefined) return names;
  if (reply.status !== 200 || text.includes('"code"'))
    throw classifyAnswer(reply.status, reply.headers, text, 'Snowflake');
  throw new GatewayError('upstream-broken', 'Snowflake answered with something that is no list of models. Try again.');
}

/** Snowflake's specification has strings; an object with a `name` is what its other lists have. */
function readNames(text: string): string[] | undefined {
  const body = parseJson(text);
  if (!isObject(body) || !Array.isArray(body.models)) return undefined;
  const names = body.models.map((model) => (isObject(model) ? model.name : model));
  return [...new Set(names.filter((name) => typeof name === 'string').map(callableName))];
}

/** Lists show some models of OpenAI under a name that cannot be called: docs/cortex-quirks.md#show-model-names */
function callableName(name: string): string {
  return name.toLowerCase().replace(/^openai-1p-/, 'openai-');
}
