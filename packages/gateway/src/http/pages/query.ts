import type { IncomingMessage } from 'node:http';
import { GatewayError } from '../../errors/error.ts';

export function queryOf({ url }: Pick<IncomingMessage, 'url'>): URLSearchParams {
  return new URL(url ?? '/', 'http://gateway').searchParams;
}

/** How many entries of a list are wanted at most. @throws GatewayError `invalid-request` unless it is absent or a whole number from 1 to `most` */
export function readLimit(query: URLSearchParams, most: number): number | undefined {
  const text = query.get('limit');
  if (text === null) return undefined;
  const limit = Number(text);
  if (text === '' || !Number.isInteger(limit) || limit < 1 || limit > most) {
    throw wrongParameter('limit', `must be a whole number from 1 to ${most}`);
  }
  return limit;
}

/** `"limit" in the query must be …` */
export function wrongParameter(name: string, must: string): GatewayError {
  return new GatewayError('invalid-request', `"${name}" in the query ${must}.`, { param: name });
}
