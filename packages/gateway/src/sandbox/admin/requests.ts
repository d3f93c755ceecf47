/** What was asked of the sandbox, for whoever checks a run from outside. */
import type { JsonObject } from '../../ir/json.ts';
import type { AccountWorld } from '../account-surface.ts';
import type { LoggedRequest, RequestMemory } from '../request-log.ts';

export const REQUESTS_PATH = '/sandbox/requests';

const DEFAULT_LIMIT = 1_000;

/**
 * `?after=NUMBER&limit=COUNT` pages through the requests that are remembered, oldest first; `&bodies=parsed` adds each
 * JSON body, `&bodies=raw` the bytes that came, in base64 (only while `rawBodies` is on).
 * @throws Error with a sentence that says what is wrong
 */
export function listRequests(query: URLSearchParams, { requests, openConnections }: AccountWorld): JsonObject {
  const after = readCount(query, 'after', 0);
  const limit = readCount(query, 'limit', DEFAULT_LIMIT);
  const bodies = query.get('bodies') ?? 'none';
  if (!['none', 'parsed', 'raw'].includes(bodies)) throw new Error('"bodies" is none, parsed or raw.');
  const listed = requests.entries.filter(({ number }) => number > after).slice(0, limit);
  return {
    openRequests: requests.open,
    openConnections: openConnections(),
    newest: requests.entries.at(-1)?.number ?? 0,
    requests: listed.map((entry) => ({ ...factsOf(entry), ...bodyOf(entry, bodies) })),
  };
}

/**
 * `{"requests": 20000, "bodyBytes": 1048576, "rawBodies": true}`, each optional.
 * @throws Error with a sentence that says what is wrong
 */
export function changeMemory(body: JsonObject, { requests }: AccountWorld): void {
  const changed: Partial<RequestMemory> = {};
  for (const [name, value] of Object.entries(body)) {
    if (name === 'rawBodies' && typeof value === 'boolean') changed.rawBodies = value;
    else if ((name === 'requests' || name === 'bodyBytes') && isCount(value)) changed[name] = value;
    else throw new Error('Send {"requests": 20000, "bodyBytes": 1048576, "rawBodies": true}, or some of these.');
  }
  requests.remember(changed);
}

function factsOf({ tokens, ...entry }: LoggedRequest): JsonObject {
  const { number, requestId, method, path, startedAt, closedAt, status, model, fault, ending } = entry;
  return {
    number,
    requestId,
    method,
    path,
    startedAt,
    ...(closedAt === undefined ? {} : { closedAt }),
    ...(status === undefined ? {} : { status }),
    ...(model === undefined ? {} : { model }),
    ...(fault === undefined ? {} : { fault }),
    ...(ending === undefined ? {} : { ending }),
    ...(tokens === undefined ? {} : { tokens: { ...tokens } }),
  };
}

function bodyOf({ body, rawBody }: LoggedRequest, bodies: string): JsonObject {
  if (bodies === 'parsed') return { body };
  return bodies === 'raw' && rawBody !== undefined ? { rawBody: rawBody.toString('base64') } : {};
}

function readCount(query: URLSearchParams, name: string, otherwise: number): number {
  const text = query.get(name);
  if (text === null) return otherwise;
  if (!/^\d+$/.test(text)) throw new Error(`"${name}" is a whole number.`);
  return Number(text);
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}
