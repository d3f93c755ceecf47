import { isObject, type JsonObject } from '../../ir/json.ts';
import { pump, readWhole } from '../../kit/pump.ts';
import { sseReader } from '../../kit/sse.ts';
import { classifyCut } from '../../upstream/classify-transport.ts';
import { classifyAnswer } from '../../upstream/classify.ts';
import type { Deployment } from '../../upstream/deployment.ts';
import { probeHeaders } from '../../upstream/probe.ts';
import type { AccountContext } from '../account.ts';
import { askAll, cheapestChat } from '../ask-all.ts';
import type { Check, Finding } from '../check.ts';
import { countTokens } from '../spending.ts';

/** Whether a stream arrives as it is written, and not all at once from a proxy that collected it. */
export const streaming: Check<AccountContext> = {
  id: 'streaming',
  title: 'Streaming',
  needs: ['role'],
  async run(context) {
    await askAll(context);
    const cheapest = cheapestChat(context.account.answering);
    if (cheapest === undefined) return [{ status: 'skipped', says: 'No model answered, so that none could stream.' }];
    try {
      return [judge(cheapest, await watchStream(cheapest, context))];
    } catch (cause) {
      return [
        {
          status: 'failed',
          subject: cheapest.modelName,
          says: classifyCut(cause, context.account.name, undefined).publicMessage,
        },
      ];
    }
  },
};

/** When events came, in milliseconds since the request was sent. */
interface Arrival {
  events: number;
  firstMs: number;
  lastMs: number;
}

const PROMPT = 'Count from 1 to 40, one number per line, nothing else.';
const OUTPUT_TOKENS = 200;
const LONGEST_WAIT_MS = 60_000;
const MOST_ERROR_BYTES = 64 * 1024;
/** Of fewer events nothing can be said. */
const FEWEST_EVENTS = 8;
/** No model writes forty numbers in so little time, and none needs so long before the first of them only to have all. */
const AT_ONCE_MS = 30;
const COLLECTING_MS = 300;

function judge({ modelName }: Deployment, { events, firstMs, lastMs }: Arrival): Finding {
  const spread = Math.round(lastMs - firstMs);
  if (events < FEWEST_EVENTS) {
    return {
      status: 'skipped',
      says: `${modelName} streamed ${events} events, too few to tell whether they were collected.`,
    };
  }
  if (spread < AT_ONCE_MS && firstMs > COLLECTING_MS) {
    return {
      status: 'failed',
      subject: modelName,
      says: `All ${events} events of a stream came at once after ${Math.round(firstMs)} ms: a proxy on the way to Snowflake collects answers before it passes them on.`,
      remedy: 'proxy_buffering off; (nginx), flush_interval -1 (Caddy), or reach Snowflake without that proxy',
    };
  }
  const says = `${events} events of ${modelName}, the first after ${Math.round(firstMs)} ms, the last ${spread} ms later.`;
  return { status: 'ok', says };
}

async function watchStream(deployment: Deployment, context: AccountContext): Promise<Arrival> {
  const { transport, clock, signal, spending } = context;
  const authentication = await deployment.tokens.headersFor(deployment.origin, signal);
  const startedAt = clock.micros();
  const { status, headers, body } = await transport.call({
    method: 'POST',
    url: deployment.url,
    headers: { ...probeHeaders(deployment, authentication), accept: 'text/event-stream' },
    body: JSON.stringify(streamBody(deployment)),
    signal,
    firstByteMs: LONGEST_WAIT_MS,
    idleMs: LONGEST_WAIT_MS,
  });
  if (status !== 200) {
    const text = (await readWhole(body, MOST_ERROR_BYTES, signal)).toString('utf8');
    throw classifyAnswer(status, headers, text, deployment.origin);
  }
  const arrival: Arrival = { events: 0, firstMs: 0, lastMs: 0 };
  const tokens = { input: 0, output: 0 };
  await pump(
    body,
    sseReader(),
    (events) => {
      for (const { data } of events) {
        arrival.lastMs = (clock.micros() - startedAt) / 1000;
        if (arrival.events === 0) arrival.firstMs = arrival.lastMs;
        arrival.events += 1;
        const event = readEvent(data);
        if (isObject(event.error)) throw classifyAnswer(status, headers, data, deployment.origin);
        const { input, output } = countTokens(event);
        tokens.input = Math.max(tokens.input, input);
        tokens.output = Math.max(tokens.output, output);
      }
    },
    signal,
  );
  spending.call(deployment.model, tokens);
  return arrival;
}

function streamBody({ dialect, model }: Deployment): JsonObject {
  const limit = dialect === 'openai-chat' ? 'max_completion_tokens' : 'max_tokens';
  return {
    model,
    messages: [{ role: 'user', content: PROMPT }],
    [limit]: OUTPUT_TOKENS,
    stream: true,
    ...(dialect === 'openai-chat' ? { stream_options: { include_usage: true } } : {}),
  };
}

function readEvent(data: string): JsonObject {
  try {
    const event: unknown = JSON.parse(data);
    return isObject(event) ? event : {};
  } catch {
    return {};
  }
}
