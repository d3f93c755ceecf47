import { type Agent, type ClientRequest, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** When a client goes away without waiting for the end. */
export type Leaving =
  | { when: 'never' }
  /** With a part of its request sent. */
  | { when: 'uploading' }
  /** So long after its request was sent. */
  | { when: 'waiting'; afterMs: number }
  /** With so many bytes of the answer received. */
  | { when: 'reading'; afterBytes: number };

export interface Call {
  url: string;
  headers: Record<string, string>;
  body: Buffer;
  agent: Agent;
  leaving: Leaving;
  /** Milliseconds between two looks at what has come; absent for a client that keeps up. */
  readsEveryMs?: number;
}

export interface CallResult {
  /** `broken`: the connection ended without an end of the answer. */
  ended: 'complete' | 'left' | 'broken';
  status?: number;
  headers: IncomingHttpHeaders;
  text: string;
  /** Why it is broken. */
  because?: string;
}

/** More than the gateway gives any request here. */
const LONGEST_SILENCE_MS = 50_000;
/** A slow reader is slow for a while, not for ever. */
const MOST_PAUSES = 100;

/** One HTTP exchange, with the manners of a client. Never throws: every end is a result. */
export async function call(plan: Call): Promise<CallResult> {
  const { url, headers, body, agent, leaving } = plan;
  const sent = request(url, {
    method: 'POST',
    agent,
    headers: { 'content-type': 'application/json', 'content-length': body.length, ...headers },
  });
  sent.setTimeout(LONGEST_SILENCE_MS, () => sent.destroy(new Error(`silence for ${LONGEST_SILENCE_MS / 1000} s`)));
  const answered = responseOf(sent);
  try {
    if (leaving.when === 'uploading') {
      await new Promise<void>((resolve, reject) => {
        sent.once('error', reject);
        sent.write(body.subarray(0, Math.ceil(body.length / 2)), () => resolve());
      });
      sent.destroy();
      return { ended: 'left', headers: {}, text: '' };
    }
    const flushed = new Promise<void>((resolve) => sent.once('finish', resolve));
    sent.end(body);
    if (leaving.when !== 'waiting') return await readAnswer(await answered, plan);
    await Promise.race([flushed, answered]);
    const response = await Promise.race([answered, sleep(leaving.afterMs)]);
    if (response !== undefined) return await readAnswer(response, plan);
    sent.destroy();
    return { ended: 'left', headers: {}, text: '' };
  } catch (cause) {
    return { ended: 'broken', headers: {}, text: '', because: describe(cause) };
  }
}

function responseOf(sent: ClientRequest): Promise<IncomingMessage> {
  const response = new Promise<IncomingMessage>((resolve, reject) => {
    sent.on('response', resolve);
    sent.on('error', reject);
  });
  // Nobody waits for it where the client leaves.
  response.catch(() => undefined);
  return response;
}

async function readAnswer(response: IncomingMessage, { leaving, readsEveryMs }: Call): Promise<CallResult> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const result = (ended: CallResult['ended'], because?: string): CallResult => ({
    ended,
    ...(response.statusCode === undefined ? {} : { status: response.statusCode }),
    headers: response.headers,
    text: Buffer.concat(chunks).toString('utf8'),
    ...(because === undefined ? {} : { because }),
  });
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (leaving.when === 'reading' && bytes >= leaving.afterBytes) {
        response.destroy();
        return result('left');
      }
      if (readsEveryMs !== undefined && chunks.length <= MOST_PAUSES) await sleep(readsEveryMs);
    }
    return response.complete ? result('complete') : result('broken', 'the answer is not complete');
  } catch (cause) {
    return result('broken', describe(cause));
  }
}

function describe(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const { code } = cause as NodeJS.ErrnoException;
  return code === undefined ? cause.message : `${code}: ${cause.message}`;
}
