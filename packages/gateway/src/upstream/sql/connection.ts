import { GatewayError } from '../../errors/error.ts';
import { type JsonObject, parseObject } from '../../ir/json.ts';
import type { Clock } from '../../kit/clock.ts';
import { readWhole } from '../../kit/pump.ts';
import { classifyAnswer } from '../classify.ts';
import type { TokenSource } from '../tokens/source.ts';
import type { Transport } from '../transport.ts';

/** What it takes to run statements in one account. */
export interface SqlConnection {
  /** `CortexAddress.urls.statements`. */
  url: string;
  tokens: TokenSource;
  transport: Transport;
  clock: Clock;
  /** The specification demands one. */
  userAgent: string;
  role?: string;
  warehouse?: string;
}

export interface SqlReply {
  status: number;
  body: JsonObject;
  requestId: string | undefined;
}

/** Snowflake answers within 45 seconds, with a result or with a handle to ask for it. */
const LONGEST_WAIT_MS = 60_000;
const MOST_BYTES = 64 * 1024 * 1024;

/**
 * One call of the SQL API. A refused token is renewed once where its source knows how.
 * @throws GatewayError for what is no answer of the SQL API: transport, authentication, a page of some proxy
 */
export async function callSql(
  connection: SqlConnection,
  call: { method: 'GET' | 'POST'; path: string; body?: JsonObject },
  signal: AbortSignal,
): Promise<SqlReply> {
  const { url, tokens } = connection;
  const { origin } = new URL(url);
  const headers = await tokens.headersFor(origin, signal);
  const first = await send(connection, call, headers, signal);
  if (!isRefused(first) || !tokens.invalidate(headers)) return accept(first);
  return accept(await send(connection, call, await tokens.headersFor(origin, signal), signal));
}

interface RawReply {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  body: JsonObject | undefined;
}

async function send(
  { url, transport, tokens, userAgent }: SqlConnection,
  { method, path, body }: { method: 'GET' | 'POST'; path: string; body?: JsonObject },
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<RawReply> {
  const reply = await transport.call({
    method,
    url: url + path,
    headers: {
      accept: 'application/json',
      'user-agent': userAgent,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal,
    firstByteMs: LONGEST_WAIT_MS,
    idleMs: LONGEST_WAIT_MS,
  });
  tokens.learnClock(reply.headers.date);
  const text = (await readWhole(reply.body, MOST_BYTES, signal)).toString('utf8');
  return { status: reply.status, headers: reply.headers, text, body: parseObject(text) };
}

/** A 401, or an expired session in the clothes of a 200: docs/cortex-quirks.md#session-expired-200 */
function isRefused({ status, body }: RawReply): boolean {
  const code = typeof body?.code === 'string' ? body.code : '';
  return status === 401 || /^39011[124]$/.test(code);
}

function accept(reply: RawReply): SqlReply {
  const { status, headers, text, body } = reply;
  // 408 and 422 tell of the statement; everything else that is no success tells of the call.
  const told = [200, 202, 408, 422].includes(status) && !isRefused(reply);
  if (body === undefined || !told) {
    if (body !== undefined && typeof body.statementHandle === 'string')
      return { status, body, requestId: idOf(headers) };
    throw body === undefined && status === 200 ? notJson() : classifyAnswer(status, headers, text, 'Snowflake');
  }
  return { status, body, requestId: idOf(headers) };
}

function idOf(headers: RawReply['headers']): string | undefined {
  const id = headers['x-snowflake-request-id'];
  return typeof id === 'string' ? id : undefined;
}

function notJson(): GatewayError {
  const message = 'The SQL API answered with something that is not JSON. Check the address of the account.';
  return new GatewayError('upstream-broken', message, { retry: 'never' });
}
