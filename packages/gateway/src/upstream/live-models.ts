/** The models an account can really call, as `GET /api/v2/cortex/models` tells. */
import { GatewayError } from '../errors/error.ts';
import { isObject } from '../ir/json.ts';
import type { Clock } from '../kit/clock.ts';
import { readWhole } from '../kit/pump.ts';
import { classifyAnswer } from './classify.ts';
import type { TokenSource } from './tokens/source.ts';
import type { Transport } from './transport.ts';

interface LiveModelsOptions {
  /** `CortexAddress.urls.models`. */
  url: string;
  tokens: TokenSource;
  transport: Transport;
  clock: Clock;
  userAgent: string;
}

export interface LiveModels {
  /**
   * Names in Cortex's spelling, at most ten minutes old; callers at the same time share one request, which
   * no single one of them can abort.
   * @throws GatewayError when Snowflake does not tell; a failure is not kept
   */
  list(): Promise<readonly string[]>;
}

const FRESH_MS = 10 * 60_000;
const LONGEST_WAIT_MS = 20_000;
const MOST_BYTES = 1024 * 1024;

export function createLiveModels(options: LiveModelsOptions): LiveModels {
  const { clock } = options;
  let known: { names: readonly string[]; at: number } | undefined;
  let running: Promise<readonly string[]> | undefined;
  return {
    list() {
      if (known !== undefined && clock.now() - known.at < FRESH_MS) return Promise.resolve(known.names);
      running ??= fetchNames(options)
        .then((names) => {
          known = { names, at: clock.now() };
          return names;
        })
        .finally(() => {
          running = undefined;
        });
      return running;
    },
  };
}

/** A GET that wants a body: without one it answers 415 or 400 (docs/cortex-quirks.md#models-endpoint). */
async function fetchNames({ url, tokens, transport, userAgent }: LiveModelsOptions): Promise<readonly string[]> {
  const { origin } = new URL(url);
  const { signal } = new AbortController();
  const reply = await transport.call({
    method: 'GET',
    url,
    headers: {
      'content-type': 'application/json',
      accept: 'application/json',
      'user-agent': userAgent,
      ...(await tokens.headersFor(origin)),
    },
    body: '{}',
    signal,
    firstByteMs: LONGEST_WAIT_MS,
    idleMs: LONGEST_WAIT_MS,
  });
  const text = (await readWhole(reply.body, MOST_BYTES, signal)).toString('utf8');
  const names = reply.status === 200 ? readNames(text) : undefined;
  if (names !== undefined) return names;
  if (reply.status !== 200 || text.includes('"code"'))
    throw classifyAnswer(reply.status, reply.headers, text, 'Snowflake');
  throw new GatewayError('upstream-broken', 'Snowflake answered with something that is no list of models. Try again.');
}

function readNames(text: string): string[] | undefined {
  try {
    const body: unknown = JSON.parse(text);
    if (!isObject(body) || !Array.isArray(body.models)) return undefined;
    return body.models.filter((name) => typeof name === 'string').map((name) => name.toLowerCase());
  } catch {
    return undefined;
  }
}
