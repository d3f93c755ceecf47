import type { IncomingHttpHeaders } from 'node:http';
import { GatewayError } from '../errors/error.ts';
import { isObject, type Json } from '../ir/json.ts';
import { editJson } from '../kit/json-edit.ts';
import type { Spans } from '../kit/json-span.ts';
import { JsonView } from '../kit/json-view.ts';

/** What a client may say about the way its request takes, in LiteLLM's headers and fields. */
export interface RoutingWishes {
  tags: string[];
  /** Models to try when the one asked for fails. */
  fallbacks: string[];
  retries?: number;
  /** For the whole request. */
  timeoutMs?: number;
}

/** Fields of the body that are said to the gateway and no model knows. */
const FIELDS = ['fallbacks', 'num_retries', 'timeout', 'tags', 'litellm_session_id'] as const;
const MOST_RETRIES = 10;
const MOST_NAMES = 10;

/** True for a body that has any of them: most have none, and keep their bytes. */
function saysWishes(spans: Spans): boolean {
  return FIELDS.some((field) => spans.has(field));
}

/**
 * Reads them, headers first, and takes them out of the body.
 * @throws GatewayError `invalid-request` for one of the wrong type
 */
export function readWishes(
  body: Buffer,
  spans: Spans,
  headers: IncomingHttpHeaders,
): { wishes: RoutingWishes; body: Buffer } {
  const field = (name: (typeof FIELDS)[number] | 'metadata'): Json | undefined => {
    const span = spans.get(name);
    return span === undefined ? undefined : (JSON.parse(body.toString('utf8', span[0], span[1])) as Json);
  };
  const metadata = spans.has('metadata') && headers['x-litellm-tags'] === undefined ? field('metadata') : undefined;
  const inMetadata = isObject(metadata) ? metadata['tags'] : undefined;
  const retries = count('num_retries', headers['x-litellm-num-retries'] ?? field('num_retries'), MOST_RETRIES);
  const seconds = count('timeout', headers['x-litellm-timeout'] ?? field('timeout'), 86_400);
  const wishes: RoutingWishes = {
    tags: [...splitNames(headers['x-litellm-tags']), ...names('tags', field('tags')), ...lenientNames(inMetadata)],
    fallbacks: names('fallbacks', field('fallbacks')),
    ...(retries === undefined ? {} : { retries: Math.floor(retries) }),
    ...(seconds === undefined || seconds === 0 ? {} : { timeoutMs: seconds * 1000 }),
  };
  if (!saysWishes(spans)) return { wishes, body };
  const root = JsonView.of(body);
  return {
    wishes,
    body: editJson(
      root,
      FIELDS.map((name) => ({ path: [name], remove: true })),
    ),
  };
}

function splitNames(header: string | string[] | undefined): string[] {
  return typeof header === 'string'
    ? header
        .split(',')
        .map((name) => name.trim())
        .filter((name) => name !== '')
    : [];
}

/** Names, or objects that have one under "model" as LiteLLM's fallbacks may. */
function names(field: string, value: Json | undefined): string[] {
  if (value === undefined || value === null) return [];
  const list = Array.isArray(value) ? value : [value];
  const found = list.map((one) => (isObject(one) ? one['model'] : one));
  if (list.length <= MOST_NAMES && found.every((name) => typeof name === 'string' && name !== ''))
    return found as string[];
  throw new GatewayError('invalid-request', `"${field}" must be a list of at most ${MOST_NAMES} names.`, {
    param: field,
  });
}

/** `metadata` is the client's own: what else it keeps under "tags" is none of ours. */
function lenientNames(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string').slice(0, MOST_NAMES) : [];
}

function count(name: string, value: Json | string[] | undefined, most: number): number | undefined {
  if (value === undefined || value === null) return undefined;
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number === 'number' && number >= 0 && number <= most) return number;
  throw new GatewayError('invalid-request', `"${name}" must be a number from 0 to ${most}.`, { param: name });
}
