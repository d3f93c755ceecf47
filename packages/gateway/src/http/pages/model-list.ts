import { readLimit, wrongParameter } from './query.ts';

/** One page of a list in Anthropic's form. */
export interface Page {
  names: string[];
  /** There are more in the direction that was asked for. */
  hasMore: boolean;
}

const MOST_MODELS = 1000;

/**
 * The part of a list that `limit`, `after_id` and `before_id` ask for. Without a limit it is all of the rest, where
 * Anthropic gives 20: a client that knows of no pages must not miss a model.
 * @throws GatewayError `invalid-request`, naming the parameter
 */
export function pageOf(names: readonly string[], query: URLSearchParams): Page {
  const limit = readLimit(query, MOST_MODELS) ?? names.length;
  const after = positionOf(names, query, 'after_id');
  const before = positionOf(names, query, 'before_id');
  if (after !== undefined && before !== undefined) {
    throw wrongParameter('before_id', 'must be left out where there is an "after_id"');
  }
  if (before !== undefined) {
    const start = Math.max(0, before - limit);
    return { names: names.slice(start, before), hasMore: start > 0 };
  }
  const start = after === undefined ? 0 : after + 1;
  return { names: names.slice(start, start + limit), hasMore: start + limit < names.length };
}

function positionOf(
  names: readonly string[],
  query: URLSearchParams,
  parameter: 'after_id' | 'before_id',
): number | undefined {
  const id = query.get(parameter);
  if (id === null) return undefined;
  const position = names.indexOf(id);
  if (position < 0) throw wrongParameter(parameter, 'must be the id of a model that this gateway lists');
  return position;
}
