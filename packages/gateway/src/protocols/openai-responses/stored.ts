/**
 * What the store keeps of an answer and how a later request gets it back. Pure: the exchange asks the
 * store for the answers that a body names and hands them in.
 */
import { GatewayError } from '../../errors/error.ts';
import type { StreamEvent } from '../../ir/event.ts';
import { isObject, type Json, type JsonObject } from '../../ir/json.ts';
import type { WriterOptions } from '../codec.ts';
import { optionalString } from '../validate.ts';
import { answerOfItem, inputItemId } from './item-ids.ts';
import { isReference } from './item-reference.ts';
import { writeMessage } from './message-writer.ts';
import { SEALS } from './options.ts';

/** What an answer was made of and what it said: items, each with an id. */
export interface StoredItems {
  input: JsonObject[];
  output: JsonObject[];
}

/**
 * The ids of the stored answers that a body needs: the one it continues, and those whose items it refers to.
 * @throws GatewayError `invalid-request` when `previous_response_id` is no string
 */
export function namedAnswers(body: JsonObject): { previous?: string; referred: string[] } {
  const previous = optionalString(body.previous_response_id, 'previous_response_id');
  const ids = itemsOf(body.input)
    .filter(isReference)
    .flatMap(({ id }) => answerOfItem(id) ?? []);
  return { ...(previous === undefined ? {} : { previous }), referred: [...new Set(ids)] };
}

/**
 * The body with the whole conversation in `input`: what the stored answer was given and said comes
 * first, and references are replaced by their items. References that `stored` and `referred` do not
 * hold stay, for `readRequest` to pass over or refuse. `previous_response_id` is gone afterwards.
 * @param previous the answer that the body continues
 * @param referred answers that hold the items it refers to
 */
export function expandPrevious(
  body: JsonObject,
  previous: StoredItems | undefined,
  referred: StoredItems[] = [],
): JsonObject {
  const known = new Map<string, JsonObject>();
  for (const { input, output } of [...referred, ...(previous === undefined ? [] : [previous])]) {
    for (const item of [...input, ...output]) if (typeof item.id === 'string') known.set(item.id, item);
  }
  const { previous_response_id: _, ...rest } = body;
  const earlier = previous === undefined ? [] : [...previous.input, ...previous.output];
  const said = new Set(earlier.map((item) => item.id));
  const asked = itemsOf(body.input).flatMap((item) => {
    if (!isReference(item)) return [item];
    // What stands in the earlier conversation already would be there twice.
    return said.has(item.id) ? [] : [known.get(item.id) ?? item];
  });
  return { ...rest, input: [...earlier, ...asked] };
}

/** The items of a body that was expanded; those that came without an id get one of this answer's. */
export function toStoredItems(body: JsonObject, answer: string): JsonObject[] {
  return itemsOf(body.input)
    .filter(isObject)
    .map((item, index) => {
      const typed = { type: item.role === undefined ? undefined : 'message', ...item };
      return { ...typed, id: typeof item.id === 'string' ? item.id : inputItemId(typed.type, answer, index) };
    });
}

/**
 * The response to keep: as the client was given it, but with the seals of its thoughts, so that a later
 * request that names it thinks on where it stopped.
 * @param events the whole answer
 * @throws GatewayError when the answer failed: such are not kept
 */
export function storedResponseOf(events: StreamEvent[], options: WriterOptions): JsonObject {
  return writeMessage(events, { ...options, body: { ...options.body, include: [SEALS] } });
}

/** The stored response as a client may read it: with seals only where it asks for them (`?include[]=`). */
export function readableResponse(response: JsonObject, include: readonly string[] = []): JsonObject {
  return include.includes(SEALS) ? response : { ...response, output: withoutSeals(response.output) };
}

/** A page of what was asked, as `GET /v1/responses/{id}/input_items` gives it. Newest first unless told otherwise. */
export function listInputItems(
  items: JsonObject[],
  { order = 'desc', limit = 20, after, include = [] }: InputItemsQuery = {},
): JsonObject {
  const ordered = order === 'asc' ? items : items.toReversed();
  const start = after === undefined ? 0 : ordered.findIndex((item) => item.id === after) + 1;
  const page = ordered.slice(start, start + limit);
  return {
    object: 'list',
    data: include.includes(SEALS) ? page : withoutSeals(page),
    first_id: page[0]?.id ?? null,
    last_id: page.at(-1)?.id ?? null,
    has_more: start + limit < ordered.length,
  };
}

export interface InputItemsQuery {
  order?: 'asc' | 'desc';
  /** 1 to 100. */
  limit?: number;
  /** The last item of the page before. */
  after?: string;
  include?: readonly string[];
}

/** The error for an answer that a path names and that is not kept (any more). */
export function noSuchResponse(id: string): GatewayError {
  return new GatewayError('no-such-response', `No response "${id}" is kept here. ${WHY_NOT}`, { param: 'response_id' });
}

/** The same for the answer that a body continues. */
export function noPreviousResponse(id: string): GatewayError {
  return new GatewayError(
    'no-previous-response',
    `The previous response "${id}" is not kept here. ${WHY_NOT} Send the whole conversation in "input".`,
    { param: 'previous_response_id' },
  );
}

const WHY_NOT =
  'It was not asked for with "store": true, its time is over, it was deleted, or it belongs to another key.';

function itemsOf(input: Json | undefined): Json[] {
  if (typeof input === 'string') return [{ type: 'message', role: 'user', content: input }];
  return Array.isArray(input) ? input : [];
}

function withoutSeals(items: Json | undefined): Json[] {
  return (Array.isArray(items) ? items : []).map((item) => {
    if (!isObject(item) || item.type !== 'reasoning') return item;
    const { encrypted_content: _, ...rest } = item;
    return rest;
  });
}
