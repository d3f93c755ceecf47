import { GatewayError } from '../../errors/error.ts';
import { type JsonObject, parseObject } from '../../ir/json.ts';
import { readWhole } from '../../kit/pump.ts';
import type { Transport } from '../transport.ts';

const LONGEST_WAIT_MS = 20_000;
const MOST_BYTES = 256 * 1024;

/** One POST to whoever gives tokens out. Nobody's abort ends it: all that wait share its answer. */
export async function callForToken(
  transport: Transport,
  call: { url: string; headers: Record<string, string>; body: string },
): Promise<{ status: number; body: JsonObject }> {
  const { signal } = new AbortController();
  const timeouts = { firstByteMs: LONGEST_WAIT_MS, idleMs: LONGEST_WAIT_MS };
  const reply = await transport.call({ method: 'POST', ...call, signal, ...timeouts });
  const text = (await readWhole(reply.body, MOST_BYTES, signal)).toString('utf8');
  const body = parseObject(text);
  const { origin } = new URL(call.url);
  if (reply.status >= 500 || reply.status === 429) {
    throw new GatewayError('upstream-broken', `${origin} gave no token: HTTP ${reply.status}. Try again.`, {
      retry: 'same',
      upstream: { status: reply.status },
    });
  }
  if (body !== undefined) return { status: reply.status, body };
  throw new GatewayError(
    'upstream-refused-us',
    `${origin} answered HTTP ${reply.status} and no JSON where a token was asked for. Check the address of the token endpoint.`,
    { retry: 'other', upstream: { status: reply.status } },
  );
}
